import type { PageData, PageSubject } from '../../browser/readings.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';
import { slotsOf } from '../charts/services.js';
import { crowdOf } from '../view/crowd.js';
import { nodeIn } from '../view/nodes.js';
import { lookOf, shades, type View } from '../view/view.js';
import { statesOf } from '../view/waiting.js';

/** Most events of a variant that keys go through. */
const EVENTS = 200;

/** What the script of a page reads, after all pictures have registered what they read out. */
export function pageDataOf(view: View): PageData {
  const { run, variants } = view.result;
  const [first] = shades(view);
  const last = shades(view).at(-1);
  const shown = variants.map((variant) => ({
    key: lookOf(view, variant.name).className,
    name: variant.name,
    events: variant.cascade.events.slice(0, EVENTS).map(({ at }) => Number(at.toFixed(6))),
    // A component that is always well is never read out.
    subjects: crowdOf(view)
      .shown.filter(({ name }) => isEverDegraded(variant, name))
      .map((node) => subjectOf(view, variant, nodeIn(variant, node))),
  }));
  return {
    step: run.step,
    end: run.duration,
    fault: first === undefined || last === undefined ? null : [first.from, last.until],
    readings: view.readings.all.map(({ label, unit, values }) => [label, unit, values]),
    variants: shown,
  };
}

function isEverDegraded(variant: VariantResult, name: string): boolean {
  return statesOf(variant, name).some((state) => state !== 'ok');
}

function subjectOf({ readings }: View, variant: VariantResult, node: TopologyNode): PageSubject {
  const series = variant.timeline.series[node.name];
  return {
    name: node.name,
    state: readings.states('', statesOf(variant, node.name)),
    arrivals: readings.add('in', 'perSecond', series?.rate ?? []),
    good: readings.add('ok', 'perSecond', series?.goodRate ?? []),
    busy: readings.add('busy', 'number', series?.busy ?? []),
    queue: readings.add('queue', 'number', series?.queue ?? []),
    slots: slotsOf(node),
  };
}
