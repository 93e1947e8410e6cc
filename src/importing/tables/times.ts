import { exp, log } from '../../kernel/math.js';
import { streamKey, unit, type StreamKey } from '../../kernel/rng.js';
import { normalQuantile } from '../../kernel/special.js';
import { momentsOf } from '../../stats/moments.js';
import { sortedQuantile } from '../../stats/rank.js';
import type { TableStep, Whole } from './structure.js';

/** The time of a service besides its calls: a lognormal law. Unit: seconds. */
export interface OwnTime {
  readonly mean: number;
  /** Standard deviation over mean. */
  readonly cv: number;
}

/** A service with its own time and its own failures. */
export interface Timed extends Whole {
  /** null: its calls take all of its time. */
  readonly own: OwnTime | null;
  /** Mean of the model, which is more than the measured one where calls take more than their caller. */
  readonly modelled: number;
  /** Share of its requests that fail without a failed call. */
  readonly ownFailed: number;
}

/** Requests that are drawn to find the times of a service. */
const DRAWS = 4000;
/** Spreads that are tried: standard deviations of the logarithm. */
const SIGMAS = Array.from({ length: 25 }, (_, k) => 0.1 * (k + 1));
/** Shape without percentiles: about that of an exponential law. */
const USUAL = 0.8;

/**
 * The own time of each service, callees first: its mean is what the calls of a request leave of the mean of its caller, its
 * spread the one with which the percentiles of the sum are nearest to those of the table. A request that makes a call with a
 * probability draws it by itself: tables do not say which calls come together.
 */
export function timesOf(services: readonly Whole[]): readonly Timed[] {
  const drawn = new Map<string, Float64Array>();
  const failing = new Map<string, number>();
  return services.map((service) => {
    const random = new Draws(service.name);
    const calls = new Float64Array(DRAWS);
    for (let i = 0; i < DRAWS; i++) calls[i] = callTime(service.steps, drawn, random, i);
    const rest = momentsOf(calls).mean;
    const mean = service.mean - rest;
    const sigma = mean > 0 ? spreadOf(service, mean, calls, random) : 0;
    const all = calls.map((time, i) => time + (mean > 0 ? random.lognormal(mean, sigma, i) : 0));
    drawn.set(service.name, all);
    const passed = service.steps.reduce(
      (share, { to, ratio, part, isOptional }) =>
        part === 'background' || isOptional
          ? share
          : share * (1 - Math.min(1, ratio * (failing.get(to) ?? 0))),
      1,
    );
    failing.set(service.name, service.failed);
    return {
      ...service,
      own: mean > 0 ? { mean, cv: Math.sqrt(exp(sigma * sigma) - 1) } : null,
      modelled: Math.max(service.mean, rest),
      ownFailed: passed > 0 ? Math.max(0, 1 - (1 - service.failed) / passed) : 0,
    };
  });
}

/** Uniform and normal draws, the same for the same service. */
class Draws {
  private readonly key: StreamKey;
  private readonly normals: Float64Array;

  constructor(name: string) {
    this.key = streamKey(1, 0, name);
    this.normals = Float64Array.from({ length: DRAWS }, (_, i) => normalQuantile(this.at(i, 0)));
  }

  at(i: number, index: number): number {
    return unit(this.key.a, this.key.b, i, 0, index);
  }

  lognormal(mean: number, sigma: number, i: number): number {
    return mean * exp(sigma * this.normals[i]! - (sigma * sigma) / 2);
  }
}

/** Time that the calls of request `i` take: those after each other, and beside them the longest. */
function callTime(
  steps: readonly TableStep[],
  drawn: ReadonlyMap<string, Float64Array>,
  random: Draws,
  i: number,
): number {
  let [sum, most] = [0, 0];
  let index = 1;
  for (const { to, ratio, part, factor } of steps) {
    if (part === 'background') continue;
    const times = drawn.get(to)!;
    const one = (): number => factor * times[Math.floor(random.at(i, index++) * DRAWS)]!;
    if (part === 'beside') {
      const { branches, share } = besideOf(ratio);
      for (let k = 0; k < branches; k++)
        if (random.at(i, index++) < share) most = Math.max(most, one());
    } else for (let k = roundsOf(ratio, random.at(i, index++)); k > 0; k--) sum += one();
  }
  return Math.max(sum, most);
}

/** Branches of calls that run at the same time, and the share of the requests that have each. */
export function besideOf(ratio: number): { readonly branches: number; readonly share: number } {
  const branches = Math.min(BRANCHES_MAX, Math.max(1, Math.ceil(ratio - 1e-9)));
  return { branches, share: Math.min(1, ratio / branches) };
}

const BRANCHES_MAX = 16;

/** Rounds of a loop, as the scenario has them: a whole number if it is nearly one, else geometric; or a probability. */
function roundsOf(ratio: number, draw: number): number {
  if (ratio <= 1) return draw < ratio ? 1 : 0;
  const whole = Math.round(ratio);
  if (Math.abs(ratio - whole) <= 0.02 * ratio) return whole;
  return Math.min(1000, 1 + Math.floor(log(draw) / log(1 - 1 / ratio)));
}

function spreadOf({ quantiles }: Whole, mean: number, calls: Float64Array, random: Draws): number {
  if (quantiles.size === 0) return USUAL;
  let [best, least] = [USUAL, Infinity];
  for (const sigma of SIGMAS) {
    const sorted = calls.map((time, i) => time + random.lognormal(mean, sigma, i)).sort();
    let off = 0;
    for (const [share, value] of quantiles) {
      const gap = log(sortedQuantile(sorted, share) / Math.max(value, 1e-9));
      off += gap * gap;
    }
    if (off < least) [best, least] = [sigma, off];
  }
  return best;
}
