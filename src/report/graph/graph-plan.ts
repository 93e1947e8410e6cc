import { flowsOf } from '../../analysis/story/flows.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { TopologyGraph } from '../topology/topology-graph.js';
import type { GraphEdge } from '../topology/topology-layout.js';

/** Calls between the components of a plan, and the paths of its messages. */
export function graphOfPlan(title: string, plan: Plan): TopologyGraph {
  const nodes = plan.components.map(({ name, kind, external }) => ({ name, kind, external }));
  const edges = new Map<string, GraphEdge>();
  const owner = (part: number): string => plan.components[plan.parts[part]!.component]!.name;
  const add = (edge: GraphEdge): void => void edges.set(`${edge.from}->${edge.to}`, edge);
  for (const { from, to, isMessage } of flowsOf(plan)) {
    const edge = { from: plan.components[from]!.name, to: plan.components[to]!.name };
    add(isMessage ? { ...edge, isMessage } : edge);
  }
  // Between two components with both, the caller waits for the calls.
  for (const { from, to } of plan.edges) add({ from: owner(from), to: owner(to) });
  return { title, nodes, edges: [...edges.values()] };
}
