import type { Plan, PlanCondition } from '../spec/plan/plan.js';
import type { FaultCondition } from '../spec/scenario/scenario.js';
import type { Layout } from './layout.js';
import { partOf } from './layout.js';
import type { EdgeEnd } from './references.js';

/** The condition of a fault with ids instead of names. */
export function conditionOf(
  layout: Layout,
  statEdges: Plan['statEdges'],
  when: FaultCondition,
): PlanCondition {
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
    edges: when.caller === null ? [] : edgesBetween(layout, statEdges, when.caller, when),
    instances: when.instance === null ? instances : [first + when.instance],
    op: when.op,
    limit: when.limit,
    forNs: when.forNs,
    count: when.count,
    lengthNs: when.lengthNs ?? Infinity,
  };
}

function edgesBetween(
  { parts }: Layout,
  statEdges: Plan['statEdges'],
  caller: EdgeEnd,
  callee: EdgeEnd,
): readonly number[] {
  const isAt = (part: number, { component, part: name }: EdgeEnd): boolean =>
    parts[part]!.component.name === component && (name === null || parts[part]!.name === name);
  return statEdges.flatMap(({ from, to }, stat) =>
    isAt(from, caller) && isAt(to, callee) ? [stat] : [],
  );
}
