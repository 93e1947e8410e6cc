import type { Plan, PlanComponent, PlanEdge, PlanLink } from './plan.js';

/**
 * The edges and links of a plan by component, part and measured edge. All lists are in the order of the plan. A walk
 * over all components that searches all edges for each costs the square of the size.
 */
interface Wiring {
  /** Components by name. */
  readonly named: ReadonlyMap<string, PlanComponent>;
  /** By component: edges from it, and edges to it. */
  readonly from: readonly (readonly PlanEdge[])[];
  readonly into: readonly (readonly PlanEdge[])[];
  /** By measured edge: its edges and its links. */
  readonly edgesOf: readonly (readonly PlanEdge[])[];
  readonly linksOf: readonly (readonly PlanLink[])[];
  /** By component: links of the measured edges to it. */
  readonly linksInto: readonly (readonly PlanLink[])[];
  /** By part: measured edges from it, and to it. */
  readonly statsFrom: readonly (readonly number[])[];
  readonly statsInto: readonly (readonly number[])[];
  /** Edges from a component of the first set to one of the second; null = all components. */
  between(from: ReadonlySet<number> | null, to: ReadonlySet<number>): readonly PlanEdge[];
}

const known = new WeakMap<Plan, Wiring>();

/** The wiring of a plan, listed at the first question about it: a plan is never changed, only copied with changes. */
export function wiringOf(plan: Plan): Wiring {
  let wiring = known.get(plan);
  if (wiring === undefined) known.set(plan, (wiring = wired(plan)));
  return wiring;
}

function wired(plan: Plan): Wiring {
  const { components, parts, edges, links, statEdges } = plan;
  const ownerOf = (part: number): number => parts[part]!.component;
  const calleeOf = ({ stat }: PlanLink): number => (stat < 0 ? -1 : ownerOf(statEdges[stat]!.to));
  const stats = statEdges.map((_, stat) => stat);
  const from = listed(components.length, edges, (edge) => ownerOf(edge.from));
  const into = listed(components.length, edges, (edge) => ownerOf(edge.to));
  return {
    named: new Map(components.map((component) => [component.name, component])),
    from,
    into,
    edgesOf: listed(statEdges.length, edges, ({ stat }) => stat),
    linksOf: listed(statEdges.length, links, ({ stat }) => stat),
    linksInto: listed(components.length, links, calleeOf),
    statsFrom: listed(parts.length, stats, (stat) => statEdges[stat]!.from),
    statsInto: listed(parts.length, stats, (stat) => statEdges[stat]!.to),
    between: (callers, callees) => {
      const isTo = (edge: PlanEdge): boolean => callees.has(ownerOf(edge.to));
      const isFrom = (edge: PlanEdge): boolean =>
        callers === null || callers.has(ownerOf(edge.from));
      const [callee] = callees;
      if (callee === undefined) return [];
      // The lists of a single component are in the order of the plan; those of several would have to be merged.
      const [caller] = callers ?? [];
      if (callers?.size === 1 && from[caller!]!.length < into[callee]!.length) {
        return from[caller!]!.filter(isTo);
      }
      if (callees.size === 1) return into[callee]!.filter(isFrom);
      return edges.filter((edge) => isTo(edge) && isFrom(edge));
    },
  };
}

/** Items by a number below `count`; others are left out. */
function listed<T>(
  count: number,
  items: readonly T[],
  numberOf: (item: T) => number,
): readonly (readonly T[])[] {
  const lists = Array.from({ length: count }, (): T[] => []);
  for (const item of items) lists[numberOf(item)]?.push(item);
  return lists;
}
