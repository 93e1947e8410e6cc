import type { Path } from '../scenario/located.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Call, Sent } from './calls.js';
import { Demands } from './demand.js';
import { Graph } from './graph.js';
import { hopsOf, withCapacities } from './hops.js';
import { meanTraffic, mostTraffic, type Traffic } from './traffic.js';
import { callsOf } from './walker.js';

/** What the workloads of a scenario can cause, by calls and by messages. */
export interface Reached extends Sent {
  /** Calls that some workload can cause. */
  readonly calls: readonly Call[];
  readonly graph: Graph;
  /** Of all calls, also those that no workload can cause. */
  readonly whole: Graph;
  readonly demands: Demands;
  readonly traffic: Traffic;
}

/** Follows all workloads through calls, and through messages to their handlers. */
export function reachedIn(scenario: Scenario, written: (path: Path) => boolean): Reached {
  const sent = callsOf(scenario, written);
  const hops = hopsOf(scenario, sent);
  const most = mostTraffic(scenario, hops);
  const isReached = ({ from, most: times }: { readonly from: string; readonly most: number }) =>
    times > 0 && (most.get(from) ?? 0) > 0;
  const calls = sent.calls.filter(isReached);
  const publications = sent.publications.filter(isReached);
  const graph = new Graph(calls);
  const demands = new Demands(scenario, calls, graph);
  const mean = meanTraffic(scenario, withCapacities(hops, scenario, demands));
  return {
    calls,
    publications,
    unrouted: sent.unrouted,
    graph,
    whole: new Graph(sent.calls),
    demands,
    traffic: { ...mean, most },
  };
}
