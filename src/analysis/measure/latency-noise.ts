import { quantileRank } from '../../stats/rank.js';
import { incompleteBeta } from '../../stats/student.js';
import type { StepWindow } from './health-windows.js';
import type { Lane } from './lanes.js';
import type { UsualLatency } from './usual-latency.js';

const P = 0.95;

/**
 * Probability that usual latencies produce a p95 as slow as that of the window's worst step; NaN if the window has no
 * successes. With few requests, the p95 is one of the slowest.
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
 * Probability that the p95 of n requests exceeds a value, if `share` of all requests exceed it: P(Bin(n, share) >= k) =
 * I_share(k, n - k + 1), where k slow requests are enough.
 */
export function chanceOfSlow(n: number, share: number): number {
  return chanceOfCount(n, n - quantileRank(P, n) + 1, share);
}

/** Probability that at least k >= 1 of n requests are among a `share` of all requests. */
export function chanceOfCount(n: number, k: number, share: number): number {
  return incompleteBeta(share, k, n - k + 1);
}
