import { only } from '../contracts/fields/pick.js';
import {
  WATCHED,
  type Plan,
  type PlanComponent,
  type PlanCondition,
} from '../contracts/plan/plan.js';
import type { FaultCondition } from '../contracts/scenario/scenario.js';
import { partOf, type Layout } from './layout.js';
import type { EdgeEnd } from './references.js';

/** What conditions can watch. */
interface Watched {
  readonly layout: Layout;
  readonly statEdges: Plan['statEdges'];
  readonly components: readonly Pick<PlanComponent, 'versions'>[];
}

/** The condition of a fault with ids instead of names; null = it has none. */
export function conditionOf(
  { layout, statEdges, components }: Watched,
  when: FaultCondition | null,
): PlanCondition | null {
  if (when === null) return null;
  if (when.alert !== undefined) return afterAlert(when);
  const component = layout.byName.get(when.component)!;
  const parts =
    when.part === null ? component.parts.map(({ id }) => id) : [partOf(component, when.part).id];
  const first = component.firstInstance;
  const instances = component.zones.map((_, index) => first + index);
  const common = {
    ...only(when, WATCHED),
    component: component.id,
    edges: when.caller === null ? [] : edgesBetween(layout, statEdges, when.caller, when),
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

/** A start some time after an alert: the run itself watches nothing. */
function afterAlert(when: FaultCondition): PlanCondition {
  const own = { ...only(when, [...WATCHED, 'alert']), lengthNs: when.lengthNs ?? Infinity };
  return { ...own, component: -1, parts: [], edges: [], instances: [] };
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
