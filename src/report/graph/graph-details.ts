import { faultWords } from '../../analysis/story/fault-words.js';
import { reachedIn } from '../../lint/reached.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { formatRate } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
import { capacities } from './graph-capacity.js';
import { policyLines } from './graph-policies.js';
import { cut } from '../base/html-escape.js';
import type { TopologyGraph } from '../topology/topology-graph.js';

/** Longest words of a fault at the component or line that it strikes. */
const FAULT = 48;
/** Most places at which the words of a fault are written; those of one with more are below the drawing. */
const PLACES_MAX = 3;

/**
 * A topology with what decides a review: the policies and rates of its calls, the capacity of its components, and its
 * faults where they strike.
 */
export function withDetails(graph: TopologyGraph, plan: Plan, scenario: Scenario): TopologyGraph {
  const capacity = capacities(plan);
  const calls = groupedBy(plan.edges, ({ from, to }) => pairOf(plan, from, to));
  const rates = ratesOf(scenario);
  const struck = struckBy(plan, scenario);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const below = [capacity.get(node.name)!, rates.get(node.name) ?? ''].filter(
        (words) => words !== '',
      );
      return { ...node, below, faults: struck.places.get(node.name) ?? [] };
    }),
    edges: graph.edges.map((edge) => {
      const pair = `${edge.from}->${edge.to}`;
      const rate = rates.get(pair);
      return {
        ...edge,
        words: [...policyLines(plan, calls.get(pair) ?? []), ...(rate === undefined ? [] : [rate])],
        faults: struck.places.get(pair) ?? [],
      };
    }),
    faults: struck.wide,
  };
}

/** Mean rates of the run without failures: of the requests of each workload, and of the calls of each line. */
function ratesOf(scenario: Scenario): ReadonlyMap<string, string> {
  const { calls, traffic } = reachedIn(scenario, () => true);
  const { mean } = traffic;
  const rates = new Map<string, number>();
  const add = (key: string, rate: number): void =>
    void rates.set(key, (rates.get(key) ?? 0) + rate);
  for (const [name, { requests }] of scenario.workloads)
    for (const request of requests) add(name, mean.get(`${name}.${request.name}`) ?? 0);
  for (const { from, caller, callee, times } of calls)
    add(`${caller}->${callee}`, (mean.get(from) ?? 0) * times);
  const known = [...rates].filter(([, rate]) => rate > 0 && rate < Infinity);
  return new Map(known.map(([key, rate]) => [key, formatRate(rate)]));
}

interface Struck {
  /** By component, or `from->to`: words of the faults that strike it. */
  readonly places: ReadonlyMap<string, readonly string[]>;
  /** Words of the faults that strike many. */
  readonly wide: readonly string[];
}

function struckBy(plan: Plan, scenario: Scenario): Struck {
  const places = new Map<string, string[]>();
  const wide: string[] = [];
  for (const fault of plan.faults) {
    const source = scenario.faults.find(({ id }) => id === fault.id);
    if (source === undefined) continue;
    const words = faultWords(source, scenario.network.zones);
    const all = placesOf(plan, fault);
    if (all.length === 0 || all.length > PLACES_MAX) wide.push(words);
    else for (const key of all) places.set(key, [...(places.get(key) ?? []), cut(words, FAULT)]);
  }
  return { places, wide };
}

/** The lines that a fault strikes, or else its components. */
function placesOf(plan: Plan, fault: PlanFault): readonly string[] {
  const lines = fault.links
    .map(({ link }) => plan.statEdges[plan.links[link]!.stat])
    .filter((edge) => edge !== undefined)
    .map(({ from, to }) => pairOf(plan, from, to));
  const ids = [
    ...fault.instances.map((id) => plan.instances[id]!.component),
    ...fault.parts.map((id) => plan.parts[id]!.component),
    ...fault.loads.map((id) => plan.loads[id]!.component),
    ...fault.holders,
  ];
  const names = ids.map((id) => plan.components[id]!.name);
  return [...new Set(lines.length > 0 ? lines : names)];
}

function pairOf(plan: Plan, from: number, to: number): string {
  const name = (part: number): string => plan.components[plan.parts[part]!.component]!.name;
  return `${name(from)}->${name(to)}`;
}
