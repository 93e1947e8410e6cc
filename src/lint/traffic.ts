import { meanOf } from '../kernel/distribution.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import { editsOf } from '../patterns/registry.js';
import { expectedArrivals, type Arrivals } from '../contracts/scenario/arrivals.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { groupedBy } from '../text/order.js';
import { componentOf, type Call } from './calls.js';
import type { Graph } from './graph.js';
import { triesOf } from './layers.js';

/** Requests per second of every part and call, before any refusals. */
export interface Traffic {
  /** By part: mean over the run without failures. */
  readonly mean: ReadonlyMap<string, number>;
  /** By part: rate at the highest arrival rate, with all retries and all failure handlers. */
  readonly most: ReadonlyMap<string, number>;
  /** By component: its parts in `mean`, in the same order. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/** Rounds after which a cycle of calls has converged, or never will. */
const ROUNDS = 200;

/** Propagates the arrivals of all workloads along the calls. */
export function trafficOf(scenario: Scenario, graph: Graph): Traffic {
  const mean = flow(entries(scenario, meanRate), graph, ({ times }) => times);
  return {
    mean,
    parts: groupedBy([...mean.keys()], componentOf),
    most: flow(entries(scenario, peakRate(surgingIn(scenario))), graph, ({ most, layers }) =>
      most === 0 ? 0 : most * triesOf(layers),
    ),
  };
}

/** Whether all workloads are closed: there are never more requests than users. */
export function hasOnlyClosedUsers({ workloads }: Scenario): boolean {
  return [...workloads.values()].every(({ arrivals }) => arrivals.kind === 'closed');
}

type RateOf = (arrivals: Arrivals, scenario: Scenario, workload: string) => number;

function entries(scenario: Scenario, rateOf: RateOf): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const [name, { arrivals, requests }] of scenario.workloads) {
    const total = requests.reduce((sum, { weight }) => sum + weight, 0);
    const rate = rateOf(arrivals, scenario, name);
    for (const request of requests) {
      if (request.weight === 0) continue;
      rates.set(`${name}.${request.name}`, (rate * request.weight) / total);
    }
  }
  return rates;
}

function meanRate(arrivals: Arrivals, { run }: Scenario): number {
  return (expectedArrivals(arrivals, run.durationNs) / run.durationNs) * NS_PER_SECOND;
}

/** Highest arrival rate at any time; Infinity = unbounded. */
function peakRate(surging: ReadonlySet<string>): RateOf {
  return (arrivals, _, workload) => (surging.has(workload) ? Infinity : peakOf(arrivals));
}

/** Targets of the faults that add load. */
function surgingIn({ faults }: Scenario): ReadonlySet<string> {
  const adding = faults.filter((fault) =>
    editsOf(fault).some(({ knob }) => knob.load !== undefined),
  );
  return new Set(adding.flatMap(({ target }) => target));
}

function peakOf(arrivals: Arrivals): number {
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return arrivals.rate;
    case 'stages':
      return Math.max(arrivals.start, ...arrivals.stages.map(({ target }) => target));
    case 'burst':
      return Math.max(arrivals.base, arrivals.peak);
    case 'sinusoid':
      return arrivals.mean + Math.abs(arrivals.amplitude);
    case 'renewal':
      return NS_PER_SECOND / meanOf(arrivals.gap);
    case 'closed':
      return (arrivals.users * NS_PER_SECOND) / meanOf(arrivals.think);
    case 'at':
      // Listed instants can be arbitrarily close.
      return Infinity;
  }
}

/** Rate of each part: its own arrivals and the calls of its callers; Infinity if a cycle amplifies itself. */
function flow(
  entering: ReadonlyMap<string, number>,
  graph: Graph,
  weight: (call: Call) => number,
): ReadonlyMap<string, number> {
  const callersFirst = [...graph.calleesFirst].reverse();
  const rates = new Map(entering);
  for (let round = 0; round < ROUNDS; round++) {
    let settled = true;
    for (const part of callersFirst) {
      const old = rates.get(part) ?? 0;
      let rate = entering.get(part) ?? 0;
      for (const call of graph.into(part)) {
        const sent = rates.get(call.from) ?? 0;
        const each = weight(call);
        // A call that is never made adds nothing, even at an infinite rate.
        if (sent > 0 && each > 0) rate += sent * each;
      }
      rates.set(part, rate);
      settled &&= rate === old || (rate < Infinity && Math.abs(rate - old) <= 1e-9 * rate);
    }
    if (settled) return rates;
  }
  return new Map([...rates].map(([part]) => [part, entering.get(part) ?? Infinity]));
}
