import { differenceInterval, differenceP, type Skewness } from './difference.js';
import type { Interval } from './interval.js';
import { isCut, uncertainDifference, uncertainP, widest, type Uncertain } from './uncertain.js';

/** Two figures of the same replications, and how far they are apart. */
export interface Paired {
  /** Of the pooled figures: `other - factor * one`. */
  readonly difference: number;
  /** The same of each pair of runs. */
  readonly differences: readonly number[];
  readonly of: Skewness;
  /** Both figures with their errors; absent = the interval comes from the differences of the pairs. */
  readonly uncertain?: readonly [one: Uncertain, other: Uncertain];
  /** 1 if absent. */
  readonly factor?: number;
}

/**
 * Interval of a difference: that of the figures with their errors, else that of the pairs. Where few events decide a
 * figure, it is the wider one of both, and the pairs have to agree. Null below two pairs.
 */
export function pairedInterval(
  { difference, differences, of, uncertain, factor }: Paired,
  confidence: number,
): Interval | null {
  const paired = differenceInterval(difference, differences, of, confidence);
  if (uncertain === undefined) return paired;
  const [one, other] = uncertain;
  const own = uncertainDifference(other, one, confidence, factor);
  if (own === null) return paired;
  if (!isCut(other, one)) return own;
  const found = widest(own, paired);
  if (agree(differences, difference)) return found;
  return { ...found, low: Math.min(found.low, 0), high: Math.max(found.high, 0) };
}

/** Two-sided p-value of no difference: below 1 - confidence where the interval of this confidence excludes 0. */
export function pairedP({ difference, differences, of, uncertain }: Paired): number | null {
  const paired = differenceP(difference, differences, of);
  if (uncertain === undefined) return paired;
  const [one, other] = uncertain;
  const own = uncertainP(other, one);
  if (own === null) return paired;
  if (!isCut(other, one)) return own;
  return agree(differences, difference) ? Math.max(own, paired ?? 1) : 1;
}

/** With few events one busy time of one run can make a difference: this share of the pairs has to show it. */
const AGREE = 0.9;

/** Whether most pairs differ in the direction of the pooled figures. */
function agree(differences: readonly number[], difference: number): boolean {
  const along = differences.filter((one) => one * difference > 0).length;
  return along >= AGREE * differences.length;
}
