import { log } from '../kernel/math.js';
import { quantileRank } from '../stats/rank.js';
import { incompleteBeta } from '../stats/student.js';
import type { StepWindow } from './health-windows.js';
import type { Lane } from './lanes.js';

/** A p95 above the bound of chance is one in so many: that of 3 standard deviations. */
const CHANCE = 0.00135;
const P = 0.95;

/**
 * The p95 that chance alone gives a window at most, in seconds: the worst of its steps has so few requests that its
 * p95 is one of the slowest of them, and with `usual` latencies that many are so slow once in 740 windows. NaN where
 * nobody was answered.
 */
export function chanceP95(lane: Lane, window: StepWindow, usual: UsualLatency): number {
  let worst = -1;
  let steps = 0;
  for (let step = window.from; step < window.until; step++) {
    if (Number.isNaN(lane.latency[step])) continue;
    steps++;
    if (worst < 0 || lane.latency[step] > lane.latency[worst]) worst = step;
  }
  return worst < 0 ? NaN : usual.exceededBy(tailOf(lane.answered[worst], CHANCE / steps));
}

/**
 * Share of requests that is so slow that of n of them the p95 is, with a given chance: P(Bin(n, t) >= k) = I_t(k, n - k + 1),
 * where k of n are at least as slow as their p95.
 */
export function tailOf(n: number, chance: number): number {
  const slow = n - quantileRank(P, n) + 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, slow, n - slow + 1) < chance) low = middle;
    else high = middle;
  }
  return high;
}

const HALVINGS = 40;

/** Latencies of a time without a fault. */
export class UsualLatency {
  private readonly count: number;
  private readonly quantile: (p: number) => number;

  /** Of so many values, and their quantiles. */
  constructor(count: number, quantile: (p: number) => number) {
    this.count = count;
    this.quantile = quantile;
  }

  /**
   * What a share of them exceeds. Beyond the slowest that was seen, the tail is taken to go on as it does from the
   * tenth slowest: evenly over the logarithm of the share.
   */
  exceededBy(share: number): number {
    const least = 1 / this.count;
    if (share >= least) return this.quantile(1 - share);
    const slowest = this.quantile(1);
    const decade = slowest - this.quantile(Math.max(0, 1 - DECADE * least));
    return slowest + (decade * log(least / share)) / log(DECADE);
  }
}

const DECADE = 10;
