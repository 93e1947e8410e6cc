import { balancerKinds, outlierKinds } from '../../patterns/registry.js';
import { DISTRIBUTION_KINDS } from '../../contracts/quantities/distribution-text.js';
import { rules } from '../../lint/index.js';
import { METRICS } from '../../language/metrics.js';
import { STEP_VERBS } from '../../scenario/verbs.js';
import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import { columns } from './layout.js';
import { OUTCOME_GROUPS } from './outcome-pages.js';
import { PATTERNS } from './pattern-pages.js';
import { kindsOf, sectionNames } from './section-page.js';
import { WORDS } from './word-pages.js';

/** Sections whose kinds get their own line in the contents. */
const KINDS_SHOWN = ['policies', 'faults', 'databases', 'functions', 'caches', 'brokers', 'topics'];
const MORE_KINDS = ['queues', 'eventStores', 'sagas', 'registries'];

/** The names that have a page, by area. */
export function contentsText(commands: readonly string[]): string {
  const kinds = [...KINDS_SHOWN, ...MORE_KINDS].flatMap((section) => {
    const names = kindsOf(section).map(([kind]) => kind);
    return names.length === 0 ? [] : [[section, names.join(', ')] as const];
  });
  const rows = [
    ['sections', sectionNames().join(', ')],
    ['steps', STEP_VERBS.join(', ')],
    ['distributions', DISTRIBUTION_KINDS.join(', ')],
    ...kinds,
    ['loadBalancing', balancerKinds.map(({ balancer }) => balancer).join(', ')],
    ['outlierDetection', outlierKinds.map(({ outlier }) => outlier).join(', ')],
    ['outcomes', OUTCOME_NAMES.join(', ')],
    ['groups of outcomes', OUTCOME_GROUPS.join(', ')],
    ['rules of lint', rules.map(({ name }) => name).join(', ')],
    ['metrics', [...new Set(METRICS.map(({ name }) => name))].sort().join(', ')],
    ['patterns', PATTERNS.map(({ name }) => name).join(', ')],
    ['words of reports', WORDS.map(({ word }) => word).join(', ')],
    ['commands', commands.join(', ')],
    ['codes', 'exit-codes, problem-codes, and each of them: 4, FL204'],
  ] as const;
  return `${columns(rows)}\n
faultline explain NAME prints the page of a name. Fields have pages too, by their name or by a path:
queue, queue.capacity, services.<name>.queue.capacity, retry.envoy.on.
faultline explain FILE prints what a scenario comes to.\n`;
}
