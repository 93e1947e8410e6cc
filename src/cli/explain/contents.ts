import { balancerKinds, outlierKinds } from '../../patterns/registry.js';
import { rules } from '../../lint/index.js';
import { METRICS } from '../../scenario/metrics.js';
import { STEP_VERBS } from '../../scenario/verbs.js';
import { columns } from './layout.js';
import { kindsOf, sectionNames } from './section-page.js';

/** Sections whose kinds are worth a line of their own in the contents. */
const KINDS_SHOWN = ['policies', 'faults', 'databases', 'functions', 'caches', 'brokers', 'topics'];
const MORE_KINDS = ['queues', 'eventStores', 'sagas'];

/** What there is a page for, by area. */
export function contentsText(): string {
  const kinds = [...KINDS_SHOWN, ...MORE_KINDS].flatMap((section) => {
    const names = kindsOf(section).map(([kind]) => kind);
    return names.length === 0 ? [] : [[section, names.join(', ')] as const];
  });
  const rows = [
    ['sections', sectionNames().join(', ')],
    ['steps', STEP_VERBS.join(', ')],
    ...kinds,
    ['loadBalancing', balancerKinds.map(({ balancer }) => balancer).join(', ')],
    ['outlierDetection', outlierKinds.map(({ outlier }) => outlier).join(', ')],
    ['rules of lint', rules.map(({ name }) => name).join(', ')],
    ['metrics', [...new Set(METRICS.map(({ name }) => name))].sort().join(', ')],
  ] as const;
  return `${columns(rows)}\n\nfaultline explain NAME prints the page of a name, of a field too;
faultline explain FILE what a scenario comes to.\n`;
}
