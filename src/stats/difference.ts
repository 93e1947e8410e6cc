import { pow, powi } from '../kernel/math.js';
import { sectionInterval, wilsonLimits, type Interval } from './interval.js';
import { momentsOf } from './moments.js';
import { studentCdf, studentQuantile } from './student.js';

/** Fewest pairs whose skewness is an estimate. */
const FEWEST = 5;

/**
 * Interval of a difference of pooled figures from the differences of the pairs of runs, around 0 or not as `sectionInterval`
 * is: pairs of alike systems are as often above 0 as below, so Student's t is right for them. How far the interval reaches is
 * corrected for two things that make a difference too small. A few runs may make most of it, and runs like them may be
 * missing: its end away from 0 takes their skewness into account (both ends, if 0 is inside). And where 0 is inside, each of
 * the `trials` of a share may have an outcome that differs too rarely for most runs to have seen it. Two pairs that differ
 * show how far they do; of a single one the standard error is the difference itself. Null below two pairs. Source: Hall 1992,
 * On the removal of skewness by transformation, JRSS B 54, with Student's quantiles in place of the normal ones.
 */
export function differenceInterval(
  pooled: number,
  differences: readonly number[],
  confidence = 0.95,
  trials = 0,
): Interval | null {
  const plain = sectionInterval(pooled, differences, confidence);
  if (plain === null || plain.n < FEWEST || plain.halfWidth === 0) return plain;
  const t = studentQuantile(0.5 + confidence / 2, plain.n - 1);
  const error = plain.halfWidth / t;
  const skew = skewOf(differences);
  let { low, high } = plain;
  const isOpen = low <= 0 && high >= 0;
  if (isOpen || high < 0) low = Math.min(low, pooled - error * back(t, skew));
  if (isOpen || low > 0) high = Math.max(high, pooled - error * back(-t, skew));
  if (isOpen && differing(differences, trials) <= 1 && trials > 0) {
    const [below, above] = unseen(pooled, trials, t);
    low = Math.min(low, below);
    high = Math.max(high, above);
  }
  return { ...plain, low, high, halfWidth: (high - low) / 2 };
}

/** Pairs whose shares are at least half a request apart: trials that differ by a few make shares differ by less. */
function differing(differences: readonly number[], trials: number): number {
  return differences.filter((own) => 2 * trials * Math.abs(own) >= differences.length).length;
}

/**
 * Limits of a difference of two shares of the same trials, if as few of them as possible have two outcomes: |difference| in
 * one direction, none in the other. Each has Wilson's limits, and both are combined by Zou and Donner 2008.
 */
function unseen(difference: number, trials: number, z: number): readonly [number, number] {
  const seen = Math.abs(difference);
  const along = wilsonLimits(seen, trials, z);
  const against = wilsonLimits(0, trials, z)[1];
  const back = Math.sqrt((seen - along[0]) * (seen - along[0]) + against * against);
  return difference < 0 ? [-along[1], back - seen] : [seen - back, along[1]];
}

/** Two-sided p-value of no difference: below 1 - confidence where the interval of this confidence excludes 0. */
export function differenceP(pooled: number, differences: readonly number[]): number | null {
  const plain = sectionInterval(pooled, differences);
  if (plain === null) return null;
  const error = plain.halfWidth / studentQuantile(0.975, plain.n - 1);
  if (error === 0) return pooled === 0 ? 1 : 0;
  return 2 * studentCdf(-Math.abs(pooled) / error, plain.n - 1);
}

/**
 * Skewness of the mean: that of the values over the root of their number. Few values are too alike, which the factor
 * corrects: the adjusted coefficient of Fisher and Pearson (Joanes and Gill 1998).
 */
function skewOf(values: readonly number[]): number {
  const n = values.length;
  const { mean } = momentsOf(values);
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += powi(value - mean, 2);
    cubes += powi(value - mean, 3);
  }
  const variance = squares / n;
  if (!(variance > 0)) return 0;
  const adjusted = Math.sqrt(n * (n - 1)) / (n - 2);
  return (adjusted * cubes) / n / (variance * Math.sqrt(variance)) / Math.sqrt(n);
}

/** Below this the transformation is the identity, to the accuracy of doubles. */
const STRAIGHT = 1e-6;

/** The inverse of Hall's transformation of a t statistic whose mean has this skewness; it never falls with x. */
function back(x: number, skew: number): number {
  if (Math.abs(skew) < STRAIGHT) return x;
  return (3 / skew) * (cubeRoot(1 + skew * (x - skew / 6)) - 1);
}

function cubeRoot(x: number): number {
  return x < 0 ? -pow(-x, 1 / 3) : pow(x, 1 / 3);
}
