import { pow } from '../kernel/math.js';
import { momentsOf } from './moments.js';
import { studentQuantile } from './student.js';

/** An estimate with the interval that covers the truth with the given confidence. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Half the width; for intervals that are not symmetric, half of high - low. */
  readonly halfWidth: number;
  /** Number of independent observations: replications, batches, sections or trials. */
  readonly n: number;
}

const CONFIDENCE = 0.95;

/**
 * Mean of a stationary, correlated series from the means of `batches` equal pieces; observations
 * that do not fill a batch are dropped at the front. Null with fewer than two observations per
 * batch. Source: Law, Simulation Modeling and Analysis, 9.5.3.
 */
export function batchMeansInterval(
  series: ArrayLike<number>,
  batches = 20,
  confidence = CONFIDENCE,
): Interval | null {
  const size = Math.floor(series.length / batches);
  if (size < 2 || batches < 2) return null;
  const means: number[] = [];
  for (let at = series.length - size * batches; at < series.length; at += size) {
    let sum = 0;
    for (let i = at; i < at + size; i++) sum += series[i];
    means.push(sum / size);
  }
  const moments = momentsOf(means);
  return around(moments.mean, moments.sd / Math.sqrt(batches), batches, confidence);
}

/**
 * Wilson score interval of a proportion. `designEffect` >= 1 divides the number of trials where trials come in clusters
 * that share their fate; it is itself an estimate from `clusters`, so a quantile of Student's t replaces that of the
 * normal. Null without trials. Sources: Wilson 1927; Korn and Graubard 1998 for the t of the clusters.
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  confidence = CONFIDENCE,
  designEffect = 1,
  clusters = Infinity,
): Interval | null {
  if (trials <= 0) return null;
  const n = trials / Math.max(1, designEffect);
  const p = successes / trials;
  const df = designEffect > 1 ? clusters - 1 : Infinity;
  const z = studentQuantile(0.5 + confidence / 2, df);
  const [low, high] = wilsonLimits(p, n, z);
  return { estimate: p, low, high, halfWidth: (high - low) / 2, n };
}

/** Wilson's limits of a share of n independent trials, `z` standard errors off. */
export function wilsonLimits(p: number, n: number, z: number): readonly [number, number] {
  const shrink = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / shrink;
  const halfWidth = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / shrink;
  return [
    p === 0 ? 0 : Math.max(0, centre - halfWidth),
    p === 1 ? 1 : Math.min(1, centre + halfWidth),
  ];
}

/** Largest share of events that, with this confidence, none of `n` independent trials shows: 45 % for 5, 26 % for 10. */
export function mostUnseen(n: number, confidence = CONFIDENCE): number {
  return 1 - pow(1 - confidence, 1 / n);
}

/**
 * Variance of a ratio over clusters (windows, replications), relative to that of independent trials; at least 1.
 * Source: Kish 1965, ratio estimator. 1 if clusters or outcomes do not vary.
 */
export function designEffect(successes: readonly number[], trials: readonly number[]): number {
  const clusters = successes.length;
  let hits = 0;
  let total = 0;
  for (let i = 0; i < clusters; i++) {
    hits += successes[i];
    total += trials[i];
  }
  const p = hits / total;
  if (clusters < 2 || !(p > 0 && p < 1)) return 1;
  let squares = 0;
  for (let i = 0; i < clusters; i++) {
    const residual = successes[i] - p * trials[i];
    squares += residual * residual;
  }
  const clustered = (squares * clusters) / ((clusters - 1) * total * total);
  return Math.max(1, clustered / ((p * (1 - p)) / total));
}

/** p-values adjusted for testing all of them at once, in the order given. Source: Holm 1979. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((x, y) => pValues[x] - pValues[y] || x - y);
  const adjusted = pValues.slice();
  let reached = 0;
  for (let rank = 0; rank < order.length; rank++) {
    reached = Math.max(reached, Math.min(1, (order.length - rank) * pValues[order[rank]]));
    adjusted[order[rank]] = reached;
  }
  return adjusted;
}

/**
 * Interval around a quantile of pooled data, from the same quantile of k sections (replications):
 * pooled +- t(k - 1) * sqrt(sum of (section - pooled)^2 / (k (k - 1))). The bias of short sections
 * widens it instead of shifting it. Null below two sections. Source: Asmussen and Glynn 2007,
 * III.5a.
 */
export function sectionInterval(
  pooled: number,
  sections: readonly number[],
  confidence = CONFIDENCE,
): Interval | null {
  const k = sections.length;
  if (k < 2) return null;
  let squares = 0;
  for (const section of sections) squares += (section - pooled) * (section - pooled);
  return around(pooled, Math.sqrt(squares / (k * (k - 1))), k, confidence);
}

function around(estimate: number, error: number, n: number, confidence: number): Interval {
  const halfWidth = error * studentQuantile(0.5 + confidence / 2, n - 1);
  return { estimate, low: estimate - halfWidth, high: estimate + halfWidth, halfWidth, n };
}
