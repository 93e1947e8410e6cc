import type { PlanComponent, PlanCondition } from '../spec/plan/plan.js';
import type { FaultCondition } from '../spec/scenario/scenario.js';
import type { Layout } from './layout.js';
import { partOf } from './layout.js';

/** The condition of a fault with ids instead of names. */
export function conditionOf(
  layout: Layout,
  components: readonly Pick<PlanComponent, 'versions'>[],
  when: FaultCondition,
): PlanCondition {
  const component = layout.byName.get(when.component)!;
  const parts =
    when.part === null ? component.parts.map(({ id }) => id) : [partOf(component, when.part).id];
  const first = component.firstInstance;
  const instances = component.zones.map((_, index) => first + index);
  const common = {
    metric: when.metric,
    ending: when.ending,
    component: component.id,
    op: when.op,
    limit: when.limit,
    forNs: when.forNs,
    count: when.count,
    lengthNs: when.lengthNs ?? Infinity,
  };
  const { versions } = components[component.id]!;
  if (when.version === null || versions === null) {
    return {
      ...common,
      parts,
      instances: when.instance === null ? instances : [first + when.instance],
    };
  }
  const { names, rowShifts, ofPlace } = versions;
  const version = names.indexOf(when.version);
  return {
    ...common,
    parts: parts.map((part) => part + rowShifts[version]!),
    instances: instances.filter((_, place) => ofPlace[place] === version),
  };
}
