import { meanOf } from '../kernel/distribution.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import { editsOf } from '../patterns/registry.js';
import { expectedArrivals, type Arrivals } from '../contracts/scenario/arrivals.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { groupedBy } from '../text/order.js';
import { componentOf } from './calls.js';
import { calleesFirst } from './graph.js';
import { isPart, type Hop } from './hops.js';

/** Runs per second of every part, and messages per second of every topic and queue, before any refusals. */
export interface Traffic {
  /** By part, topic, queue or event store: mean over the run without failures. */
  readonly mean: ReadonlyMap<string, number>;
  /** By part: those of `mean` that a request starts, in a worker. Handlers of messages run beside the workers. */
  readonly requests: ReadonlyMap<string, number>;
  /** By component: its parts in `requests`, in the same order. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /**
   * By part: rate at the highest arrival rate, with all retries and all failure handlers. Infinity behind a topic or
   * queue, whose backlog can arrive at once.
   */
  readonly most: ReadonlyMap<string, number>;
}

/** Rounds after which a cycle of calls has converged, or never will. */
const ROUNDS = 200;

/** Propagates the arrivals of all workloads along all ways. */
export function meanTraffic(scenario: Scenario, hops: readonly Hop[]): Omit<Traffic, 'most'> {
  const ways = new Ways(hops);
  const entering = entries(scenario, meanRate);
  const mean = flow(entering, ways, ({ times }) => times);
  const requests = new Map<string, number>();
  for (const end of mean.keys()) {
    if (!isPart(end)) continue;
    const own = ways.into(end).filter(({ isRequest }) => isRequest);
    const rate = own.reduce(
      (sum, hop) => sum + rateOn(hop, hop.times, mean),
      entering.get(end) ?? 0,
    );
    if (rate > 0) requests.set(end, rate);
  }
  return { mean, requests, parts: groupedBy([...requests.keys()], componentOf) };
}

/** The same for the highest rates. */
export function mostTraffic(scenario: Scenario, hops: readonly Hop[]): Traffic['most'] {
  const entering = new Map(entries(scenario, peakRate(surgingIn(scenario))));
  for (const { name, backlog } of [...scenario.topics.values(), ...scenario.queues.values()]) {
    if (backlog > 0) entering.set(name, Infinity);
  }
  return flow(entering, new Ways(hops), ({ most }) => most);
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

/** Ways by their ends, and all starts before their ends; cycles are cut where they are entered. */
class Ways {
  readonly startsFirst: readonly string[];
  private readonly byEnd: ReadonlyMap<string, readonly Hop[]>;

  constructor(hops: readonly Hop[]) {
    this.byEnd = groupedBy(hops, ({ to }) => to);
    const byStart = groupedBy(hops, ({ from }) => from);
    const from = (end: string): readonly Hop[] => byStart.get(end) ?? [];
    this.startsFirst = calleesFirst([...byStart.keys()], from).reverse();
  }

  into(end: string): readonly Hop[] {
    return this.byEnd.get(end) ?? [];
  }
}

/** Rate on a way. One that is never taken adds nothing, even at an infinite rate. */
function rateOn(
  { from, perSecond }: Hop,
  each: number,
  rates: ReadonlyMap<string, number>,
): number {
  const sent = rates.get(from) ?? 0;
  return sent > 0 && each > 0 ? Math.min(sent * each, perSecond) : 0;
}

/**
 * Rate of each end: its own arrivals and what comes to it. A cycle that amplifies itself goes as fast as its consumers
 * can, or has the rate Infinity, and so have the ends behind it.
 */
function flow(
  entering: ReadonlyMap<string, number>,
  ways: Ways,
  weight: (hop: Hop) => number,
): ReadonlyMap<string, number> {
  const rates = new Map(entering);
  for (const end of settle()) rates.set(end, Infinity);
  settle();
  return rates;

  /** Carries the rates on until they remain; returns the ends at which they still grow. */
  function settle(): readonly string[] {
    let moving: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      moving = [];
      for (const end of ways.startsFirst) {
        const old = rates.get(end) ?? 0;
        let rate = entering.get(end) ?? 0;
        for (const hop of ways.into(end)) rate += rateOn(hop, weight(hop), rates);
        rates.set(end, rate);
        const isSettled = rate === old || (rate < Infinity && Math.abs(rate - old) <= 1e-9 * rate);
        if (!isSettled) moving.push(end);
      }
      if (moving.length === 0) break;
    }
    return moving;
  }
}
