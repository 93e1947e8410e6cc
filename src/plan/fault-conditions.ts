import type { PlanCondition } from '../spec/plan/plan.js';
import type { FaultCondition } from '../spec/scenario/scenario.js';
import type { Layout } from './layout.js';
import { partOf } from './layout.js';

/** The condition of a fault with ids instead of names. */
export function conditionOf(layout: Layout, when: FaultCondition): PlanCondition {
  const component = layout.byName.get(when.component)!;
  const parts =
    when.part === null ? component.parts.map(({ id }) => id) : [partOf(component, when.part).id];
  const first = component.firstInstance;
  const instances = component.zones.map((_, index) => first + index);
  return {
    metric: when.metric,
    ending: when.ending,
    component: component.id,
    parts,
    instances: when.instance === null ? instances : [first + when.instance],
    op: when.op,
    limit: when.limit,
    forNs: when.forNs,
    count: when.count,
    lengthNs: when.lengthNs ?? Infinity,
  };
}
