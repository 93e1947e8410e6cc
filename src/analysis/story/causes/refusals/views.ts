import { meterOf } from '../../../measure/meter-of.js';
import { mergeSegments } from '../../../measure/sums.js';
import { stepAt } from '../../../measure/steps.js';
import { formatSeconds } from '../../../../text/figures.js';
import type { Place } from '../special-conditions.js';
import { unavailable, type RefusalKind } from './kind.js';

/** Queries that a read model refuses while it is rebuilt offline. */
export const views: RefusalKind = (place) => {
  const { scene, lane, from, until } = place;
  const { plan } = scene.data;
  return plan.projections.flatMap(({ component, spec: { rebuild } }, view) => {
    if (rebuild?.mode !== 'offline') return [];
    const readers = plan.acts.flatMap((act) =>
      act.act === 'projection' &&
      act.does === 'ask' &&
      act.projection === view &&
      lane.parts.includes(act.from)
        ? [act.from]
        : [],
    );
    const startNs = plan.warmupNs + rebuild.atNs;
    const endNs = startNs + rebuiltIn(place, component);
    const [first, last] = [stepAt(scene.steps, startNs), stepAt(scene.steps, endNs) + 1];
    const span = { ...place, from: Math.max(from, first), until: Math.min(until, last) };
    const count = [...new Set(readers)].reduce((sum, part) => sum + unavailable(span, part), 0);
    const { name } = plan.components[component];
    const toEnd = endNs >= plan.endNs;
    const seconds = (at: number): string => formatSeconds((at - plan.warmupNs) / 1e9);
    return [
      {
        ref: { kind: 'limit', subject: name },
        text: `${name} refuses queries while it is rebuilt`,
        evidence: toEnd ? `from ${seconds(startNs)} on` : `until ${seconds(endNs)}`,
        count,
      },
    ];
  });
};

/** The longest time that a view took to be rebuilt, in ns; Infinity if it was not completed. */
function rebuiltIn({ record, scene }: Place, component: number): number {
  const meter = meterOf(record, 'durations', 'catchUp', component);
  if (meter === undefined) return Infinity;
  const took = mergeSegments([meter.segments], scene.data.whole.segments);
  return took.count > 0 ? took.max : Infinity;
}
