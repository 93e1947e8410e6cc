import { sumOf } from '../../stats/sums.js';
import { momentsOf, type Moments } from '../../stats/moments.js';
import { studentQuantile } from '../../stats/student.js';

/** Quantile of the normal distribution above which a trend is more than chance: 1 %, one-sided. */
const SURE = 2.326;
/** The level usually required of a trend, as a quantile of the normal distribution: 5 %, one-sided. */
export const LIKELY = 1.645;
/** Part of its first third by which a series must fall to count as falling. */
const FALL = 0.05;
/** Fewest windows that show a trend. */
const FEWEST = 4;
/** The same level, for quantiles of Student's t. */
const CONFIDENCE = 0.95;
/** A sum of steps between window means varies more than independent steps do: neighbours have correlation 1/4. */
const NEIGHBOURS = 1.5;

/** Upward trend by Mann-Kendall: more rising than falling pairs, by more than 1.645 sigma. */
export function isRising(values: readonly number[]): boolean {
  return trendOf(values) > LIKELY;
}

/** Whether a series falls: by Mann-Kendall, and by at least 5 % from its first third to its last. */
export function isFalling(values: readonly number[]): boolean {
  if (values.length < FEWEST) return false;
  return trendOf(values) < (values.length < 6 ? -LIKELY : -SURE) && fallOf(values) >= FALL;
}

/** The second half of a series, and at least the windows that show a trend. */
export function lastHalf<T>(values: readonly T[]): readonly T[] {
  return values.slice(-Math.max(FEWEST, values.length >> 1));
}

/**
 * Whether a backlog drains, from its means in the windows since trouble ended: its second half falls, or all of it falls
 * steadily. Only the second test finds a slow drain, whose second half chance alone could make.
 */
export function isDraining(levels: readonly number[]): boolean {
  const half = lastHalf(levels);
  return isFalling(half) || (fallOf(half) > 0 && fallsSteadily(levels));
}

/**
 * Whether a backlog falls by more than chance and by at least 5 %, and its second half still does at the same rate, up to
 * chance. A backlog adds up chance, so the tests are on its steps from window to window. One that falls to a level at
 * which a loop holds it stays there with small steps, and fails the second test.
 */
function fallsSteadily(levels: readonly number[]): boolean {
  if (levels.length < 2 * FEWEST || fallOf(levels) < FALL) return false;
  const falls = levels.slice(1).map((level, i) => levels[i] - level);
  const all = momentsOf(falls);
  const late = momentsOf(falls.slice(falls.length >> 1));
  return all.mean > marginOf(all) && late.mean + marginOf(late) >= all.mean;
}

/** Half of the interval of the mean of steps. */
function marginOf({ count, sd }: Moments): number {
  return studentQuantile(CONFIDENCE, count - 1) * sd * Math.sqrt(NEIGHBOURS / count);
}

/** Share by which the mean of the last third is below that of the first third. */
export function fallOf(values: readonly number[]): number {
  const third = Math.max(1, Math.floor(values.length / 3));
  const first = sumOf(values.slice(0, third));
  return first > 0 ? 1 - sumOf(values.slice(-third)) / first : 0;
}

/** Rising pairs less falling pairs, in sigma. Equal values make it smaller. */
function trendOf(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 0;
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) score += Math.sign(values[j] - values[i]);
  }
  return score / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}
