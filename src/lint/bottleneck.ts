import type { Ns } from '../kernel/time.js';
import { componentOf } from './calls.js';
import { hostOf, mostOf, rateOfInstance } from './demand.js';
import type { Share } from './mixture.js';
import type { Subject } from './subject.js';

/** The component that saturates first. */
export interface Bottleneck {
  readonly component: string;
  /** Request rate per second at which it saturates. */
  readonly perSecond: number;
}

/** Rounds after which a cycle of calls has converged, or never will. */
const ROUNDS = 100;

/**
 * Highest rate of this mixture of requests that the components can serve; null = no limit. An upper bound: times
 * exclude queueing, and other traffic is ignored.
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

/** Time of the workers and of the cores of a component. */
export interface Load {
  readonly holdNs: Ns;
  readonly workNs: Ns;
}

/** Load that one request of this mixture puts on each component: time of its workers and of its cores. */
export function loadOf(mixture: readonly Share[], subject: Subject): ReadonlyMap<string, Load> {
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

/** Number of runs of every part that one request causes, without failures. */
function visitsOf(mixture: readonly Share[], { graph }: Subject): ReadonlyMap<string, number> {
  const visits = new Map(mixture.map(({ part, weight }) => [part, weight]));
  let wave = new Map(visits);
  for (let round = 0; round < ROUNDS && wave.size > 0; round++) {
    const next = new Map<string, number>();
    for (const { from, to, times } of graph.fromAll(wave.keys())) {
      const sent = (wave.get(from) ?? 0) * times;
      if (sent > 1e-9) next.set(to, (next.get(to) ?? 0) + sent);
    }
    for (const [part, count] of next) visits.set(part, (visits.get(part) ?? 0) + count);
    wave = next;
  }
  return visits;
}
