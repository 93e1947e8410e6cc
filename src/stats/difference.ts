import { pow, powi } from '../kernel/math.js';
import { sectionInterval, type Interval } from './interval.js';
import { momentsOf } from './moments.js';
import { studentCdf, studentQuantile } from './student.js';

/** Fewest pairs whose skewness is an estimate of its own: with fewer, that of alike pairs would hide differences. */
const FEWEST = { share: 5, other: 10 } as const;

/** A share counts rare events, so a few pairs often make most of its difference. */
export type Skewness = keyof typeof FEWEST;

/**
 * Interval of a difference of pooled figures from the differences of the pairs of runs. As `sectionInterval`, but from
 * ten pairs on, for shares from five, it is corrected for their skewness: where a few runs make most of the difference,
 * it reaches further on that side, because runs like them may be missing. It never reaches less far. Null below two pairs. Source: Hall 1992, On
 * the removal of skewness by transformation, JRSS B 54, with Student's quantiles in place of the normal ones.
 */
export function differenceInterval(
  pooled: number,
  differences: readonly number[],
  of: Skewness,
  confidence = 0.95,
): Interval | null {
  const plain = sectionInterval(pooled, differences, confidence);
  if (plain === null) return null;
  const t = studentQuantile(0.5 + confidence / 2, plain.n - 1);
  const error = plain.halfWidth / t;
  const skew = skewOf(differences, of);
  const low = Math.min(plain.low, pooled - error * back(t, skew));
  const high = Math.max(plain.high, pooled - error * back(-t, skew));
  return { ...plain, low, high, halfWidth: (high - low) / 2 };
}

/** Two-sided p-value of no difference: below 1 - confidence where the interval of this confidence excludes 0. */
export function differenceP(
  pooled: number,
  differences: readonly number[],
  of: Skewness,
): number | null {
  const plain = sectionInterval(pooled, differences);
  if (plain === null) return null;
  const df = plain.n - 1;
  const error = plain.halfWidth / studentQuantile(0.975, df);
  if (error === 0) return pooled === 0 ? 1 : 0;
  const t = pooled / error;
  const least = Math.min(Math.abs(t), Math.abs(forth(t, skewOf(differences, of))));
  return 2 * studentCdf(-least, df);
}

/** Skewness of the mean, that of the values over the root of their number; 0 with too few of them. */
function skewOf(values: readonly number[], of: Skewness): number {
  const n = values.length;
  if (n < FEWEST[of]) return 0;
  const { mean } = momentsOf(values);
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += powi(value - mean, 2);
    cubes += powi(value - mean, 3);
  }
  const variance = squares / n;
  return variance > 0 ? cubes / n / (variance * Math.sqrt(variance)) / Math.sqrt(n) : 0;
}

/** Below this the transformation is the identity, to the accuracy of doubles. */
const STRAIGHT = 1e-6;

/** Hall's transformation of a t statistic whose mean has this skewness: about symmetric, and it never falls with t. */
function forth(t: number, skew: number): number {
  if (Math.abs(skew) < STRAIGHT) return t;
  return (powi(1 + (skew * t) / 3, 3) - 1) / skew + skew / 6;
}

function back(x: number, skew: number): number {
  if (Math.abs(skew) < STRAIGHT) return x;
  return (3 / skew) * (cubeRoot(1 + skew * (x - skew / 6)) - 1);
}

function cubeRoot(x: number): number {
  return x < 0 ? -pow(-x, 1 / 3) : pow(x, 1 / 3);
}
