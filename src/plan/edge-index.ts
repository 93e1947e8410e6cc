import type { Plan, PlanEdge } from '../spec/plan/plan.js';

/**
 * The edges of a plan by what they connect; each list is in the order of the plan. A question about one component or one
 * measured edge then costs as much as it has edges, and not as much as the plan has.
 */
export interface EdgeIndex {
  /** Numbers of edges by the component that calls. */
  readonly from: readonly (readonly number[])[];
  /** Numbers of edges by the component that is called. */
  readonly to: readonly (readonly number[])[];
  /** Numbers of edges by measured edge. */
  readonly ofStat: readonly (readonly number[])[];
  /** Numbers of links by measured edge. */
  readonly links: readonly (readonly number[])[];
}

const known = new WeakMap<Plan, EdgeIndex>();

/** The index of a plan, built at the first question about it: a plan is never changed, only copied with changes. */
export function edgeIndexOf(plan: Plan): EdgeIndex {
  const index = known.get(plan) ?? build(plan);
  known.set(plan, index);
  return index;
}

/** The edges to any of some components, in the order of the plan. */
export function edgesInto(plan: Plan, components: Iterable<number>): readonly PlanEdge[] {
  const { to } = edgeIndexOf(plan);
  return inOrder(
    plan,
    Array.from(components, (id) => to[id]!),
  );
}

/** The edges that any of some measured edges consist of, in the order of the plan. */
export function edgesOfStats(plan: Plan, stats: readonly number[]): readonly PlanEdge[] {
  const { ofStat } = edgeIndexOf(plan);
  return inOrder(
    plan,
    stats.map((stat) => ofStat[stat]!),
  );
}

function inOrder({ edges }: Plan, lists: readonly (readonly number[])[]): readonly PlanEdge[] {
  const numbers = lists.length === 1 ? lists[0]! : lists.flat().sort((a, b) => a - b);
  return numbers.map((number) => edges[number]!);
}

function build({ edges, links, parts, components, statEdges }: Plan): EdgeIndex {
  const from = lists(components.length);
  const to = lists(components.length);
  const ofStat = lists(statEdges.length);
  const linksOf = lists(statEdges.length);
  edges.forEach((edge, number) => {
    from[parts[edge.from]!.component]!.push(number);
    to[parts[edge.to]!.component]!.push(number);
    // Some edges are not measured.
    ofStat[edge.stat]?.push(number);
  });
  links.forEach(({ stat }, number) => linksOf[stat]?.push(number));
  return { from, to, ofStat, links: linksOf };
}

function lists(count: number): number[][] {
  return Array.from({ length: count }, () => []);
}
