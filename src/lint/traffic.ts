import { meanOf } from '../kernel/distribution-mean.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import { editsOf } from '../patterns/registry.js';
import { expectedArrivals } from '../spec/arrivals.js';
import type { Scenario } from '../spec/scenario.js';
import type { Arrivals } from '../spec/arrivals.js';
import type { Call } from './calls.js';
import type { Graph } from './graph.js';
import { triesOf } from './layers.js';

/** Requests per second of every part and call, before anything is refused. */
export interface Traffic {
  /** By part, averaged over the run while all is well. */
  readonly mean: ReadonlyMap<string, number>;
  /** By part: the highest rate of arrivals, every try made and every handler of a failure run. */
  readonly most: ReadonlyMap<string, number>;
}

/** Rounds after which a circle of calls has converged, or never does. */
const ROUNDS = 200;

/** Follows the arrivals of all workloads along the calls. */
export function trafficOf(scenario: Scenario, graph: Graph): Traffic {
  return {
    mean: flow(entries(scenario, meanRate), graph, ({ times }) => times),
    most: flow(entries(scenario, peakRate), graph, ({ most, layers }) =>
      most === 0 ? 0 : most * triesOf(layers),
    ),
  };
}

/** Whether all users wait for their answers: there are never more requests than users. */
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

/** The highest rate there ever is; Infinity where nothing bounds it. */
function peakRate(arrivals: Arrivals, { faults }: Scenario, workload: string): number {
  const surges = faults.some(
    (fault) =>
      fault.target.includes(workload) && editsOf(fault).some(({ knob }) => knob.load !== undefined),
  );
  return surges ? Infinity : peakOf(arrivals);
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
      // Listed instants may come together as closely as anybody likes.
      return Infinity;
  }
}

/** Rate of each part: what enters there, and what its callers send; Infinity where a circle feeds itself. */
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
        // An unlimited rate of what is never done is none.
        if (sent > 0 && each > 0) rate += sent * each;
      }
      rates.set(part, rate);
      settled &&= rate === old || (rate < Infinity && Math.abs(rate - old) <= 1e-9 * rate);
    }
    if (settled) return rates;
  }
  return new Map([...rates].map(([part]) => [part, entering.get(part) ?? Infinity]));
}
