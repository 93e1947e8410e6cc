import type { Ns } from '../kernel/time.js';
import { componentOf } from './calls.js';
import { hostOf, mostOf, rateOfInstance } from './demand.js';
import type { Share } from './mixture.js';
import type { Subject } from './subject.js';

/** The component that is busy all the time first. */
export interface Bottleneck {
  readonly component: string;
  /** Requests per second at which that is so. */
  readonly perSecond: number;
}

/** Rounds after which a circle of calls has converged, or never does. */
const ROUNDS = 100;

/**
 * The rate of requests of this mixture that nothing behind can exceed; null where there is no limit. An
 * upper bound: times are without queues, and nobody else is served.
 */
export function bottleneckOf(mixture: readonly Share[], subject: Subject): Bottleneck | null {
  const { scenario } = subject;
  const load = loadOf(mixture, subject);
  let least: Bottleneck | null = null;
  for (const [component, { holdNs, workNs }] of load) {
    const host = hostOf(scenario, component);
    if (host === undefined) continue;
    const perSecond = mostOf(scenario, component) * rateOfInstance(host, holdNs, workNs);
    if (perSecond < (least?.perSecond ?? Infinity)) least = { component, perSecond };
  }
  return least;
}

/** What one request of this mixture asks of each component: time of its workers, and of its cores. */
export function loadOf(
  mixture: readonly Share[],
  subject: Subject,
): ReadonlyMap<string, { readonly holdNs: Ns; readonly workNs: Ns }> {
  const { demands } = subject;
  const load = new Map<string, { holdNs: Ns; workNs: Ns }>();
  for (const [part, visits] of visitsOf(mixture, subject)) {
    const component = componentOf(part);
    const sum = load.get(component) ?? { holdNs: 0, workNs: 0 };
    sum.holdNs += visits * demands.holdNs(part);
    sum.workNs += visits * demands.of(part).workNs;
    load.set(component, sum);
  }
  return load;
}

/** Runs of every part that one request sets off, while all is well. */
function visitsOf(mixture: readonly Share[], { calls }: Subject): ReadonlyMap<string, number> {
  const visits = new Map(mixture.map(({ part, weight }) => [part, weight]));
  let wave = new Map(visits);
  for (let round = 0; round < ROUNDS && wave.size > 0; round++) {
    const next = new Map<string, number>();
    for (const { from, to, times } of calls) {
      const sent = (wave.get(from) ?? 0) * times;
      if (sent > 1e-9) next.set(to, (next.get(to) ?? 0) + sent);
    }
    for (const [part, count] of next) visits.set(part, (visits.get(part) ?? 0) + count);
    wave = next;
  }
  return visits;
}
