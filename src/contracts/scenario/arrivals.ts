import { meanOf, type Distribution } from '../../kernel/distribution.js';
import { cos } from '../../kernel/math.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { areaOf, type Stages } from './stages.js';

/** How the requests of a workload arrive. Rates are per second. */
export type Arrivals =
  | { readonly kind: 'poisson' | 'constant'; readonly rate: number }
  | {
      readonly kind: 'stages';
      readonly start: number;
      readonly stages: readonly { readonly durationNs: Ns; readonly target: number }[];
      readonly process: 'poisson' | 'constant';
    }
  | {
      readonly kind: 'burst';
      readonly base: number;
      readonly peak: number;
      readonly everyNs: Ns;
      readonly forNs: Ns;
      readonly process: 'poisson' | 'constant';
    }
  | {
      readonly kind: 'sinusoid';
      readonly mean: number;
      readonly amplitude: number;
      readonly periodNs: Ns;
      readonly process: 'poisson' | 'constant';
    }
  | { readonly kind: 'renewal'; readonly gap: Distribution }
  | {
      readonly kind: 'at';
      readonly timesNs: readonly Ns[];
      /** Index of the request in the workload, for each arrival; null = drawn. */
      readonly requests: readonly number[] | null;
    }
  | {
      readonly kind: 'closed';
      /** Largest number of users at any time. */
      readonly users: number;
      /** Number of users over time; null = constant. */
      readonly ramp: Stages | null;
      readonly think: Distribution;
      readonly rampUpNs: Ns;
    };

/** Assumed response time of a closed workload, in seconds; used only for predictions. */
const ASSUMED_ANSWER_SECONDS = 0.1;
const TWO_PI = 6.283185307179586;

/**
 * Expected number of arrivals in [0, durationNs) from the start of the process. Exact for open processes; for
 * a closed one, users x time / (think time + 0.1 s). Not rounded. Infinity if the gap of a renewal process
 * has mean 0.
 */
export function expectedArrivals(arrivals: Arrivals, durationNs: Ns): number {
  const seconds = Math.max(0, durationNs) / NS_PER_SECOND;
  if (seconds === 0) return 0;
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return arrivals.rate * seconds;
    case 'stages':
      return areaOf(arrivals, seconds);
    case 'burst':
      return ofBursts(arrivals, durationNs);
    case 'sinusoid': {
      const period = arrivals.periodNs / NS_PER_SECOND;
      const swing = 1 - cos((TWO_PI * seconds) / period);
      return Math.max(0, arrivals.mean * seconds + (arrivals.amplitude * period * swing) / TWO_PI);
    }
    case 'renewal':
      return durationNs / meanOf(arrivals.gap);
    case 'at':
      return arrivals.timesNs.filter((time) => time < durationNs).length;
    case 'closed': {
      const round = meanOf(arrivals.think) / NS_PER_SECOND + ASSUMED_ANSWER_SECONDS;
      const { ramp } = arrivals;
      return (ramp === null ? arrivals.users * seconds : areaOf(ramp, seconds)) / round;
    }
  }
}

/** A burst begins at every multiple of the period, 0 included. */
function ofBursts(arrivals: Extract<Arrivals, { kind: 'burst' }>, durationNs: Ns): number {
  const whole = Math.floor(durationNs / arrivals.everyNs);
  const rest = durationNs - whole * arrivals.everyNs;
  const inBurst =
    whole * Math.min(arrivals.forNs, arrivals.everyNs) + Math.min(rest, arrivals.forNs);
  const extra = (arrivals.peak - arrivals.base) * inBurst;
  return (arrivals.base * durationNs + extra) / NS_PER_SECOND;
}
