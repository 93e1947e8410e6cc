import { exp, log } from '../../kernel/math.js';
import { quantileRank } from '../../stats/rank.js';
import { incompleteBeta } from '../../stats/student.js';
import type { StepWindow } from './health-windows.js';
import type { Lane } from './lanes.js';

const P = 0.95;

/**
 * Chance that requests with usual latencies give a window a p95 as slow as its own, the worst of its steps; NaN where
 * nobody was answered. Of few requests the p95 is one of the slowest.
 */
export function chanceOfP95(lane: Lane, window: StepWindow, usual: UsualLatency): number {
  let worst = -1;
  let steps = 0;
  for (let step = window.from; step < window.until; step++) {
    if (Number.isNaN(lane.latency[step])) continue;
    steps++;
    if (worst < 0 || lane.latency[step] > lane.latency[worst]) worst = step;
  }
  if (worst < 0) return NaN;
  const share = usual.shareAtLeast(lane.latency[worst]);
  return Math.min(1, steps * chanceOfSlow(lane.answered[worst], share));
}

/**
 * Chance that of n requests as many are slower than a value as must be for their p95 to be, where a share of all
 * requests is: P(Bin(n, share) >= k) = I_share(k, n - k + 1).
 */
export function chanceOfSlow(n: number, share: number): number {
  const slow = n - quantileRank(P, n) + 1;
  return incompleteBeta(share, slow, n - slow + 1);
}

/** Latencies of a time without a fault. */
export class UsualLatency {
  private readonly count: number;
  private readonly slowest: number;
  /** Seconds in which the share of slower ones falls to a tenth, from the tenth slowest on. */
  private readonly decade: number;
  private readonly atLeast: (seconds: number) => number;

  /** Of so many values in seconds: their quantiles, and how many are as large as a value. */
  constructor(
    count: number,
    quantile: (p: number) => number,
    atLeast: (seconds: number) => number,
  ) {
    this.count = count;
    this.slowest = quantile(1);
    this.decade = this.slowest - quantile(Math.max(0, 1 - DECADE / count));
    this.atLeast = atLeast;
  }

  /** Share that is as slow; beyond the slowest that was seen, its logarithm is taken to fall on evenly. */
  shareAtLeast(seconds: number): number {
    const seen = this.atLeast(seconds) / this.count;
    if (seen > 0) return seen;
    const beyond = Math.max(0, seconds - this.slowest);
    return this.decade > 0 ? exp((-beyond / this.decade) * log(DECADE)) / this.count : 0;
  }
}

const DECADE = 10;
