import { differenceInterval, differenceP, type Skewness } from './difference.js';
import type { Interval } from './interval.js';
import { momentsOf } from './moments.js';
import {
  correlation,
  FEWEST,
  isCut,
  uncertainDifference,
  uncertainP,
  widest,
  type Uncertain,
} from './uncertain.js';

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

/** A figure as a document has it. */
export interface Documented {
  readonly value: number;
  readonly ci95: readonly [number, number] | null;
  /** By run, in which `value` is of all of them. */
  readonly each: readonly number[];
}

/**
 * Interval at 95 % of `other - one` for quantiles of which only their own intervals and the values of the runs are known:
 * the wider one of that of the pairs and of that from both intervals, with the correlation of the values. Single runs
 * miss the rare busy time that decides a quantile, so their pairs are too alike. Null below two pairs. Source: Zou and
 * Donner 2008, Construction of confidence limits about effect measures.
 */
export function documentedInterval(one: Documented, other: Documented): Interval | null {
  const difference = other.value - one.value;
  const pairs = differenceInterval(difference, differencesOf(one, other), 'other');
  if (pairs === null || one.ci95 === null || other.ci95 === null) return pairs;
  const together = pairs.n < FEWEST ? 0 : correlation(centred(one.each), centred(other.each));
  const apart = (x: number, y: number): number =>
    Math.sqrt(Math.max(0, x * x + y * y - 2 * together * x * y));
  const low = difference - apart(other.value - other.ci95[0], one.ci95[1] - one.value);
  const high = difference + apart(other.ci95[1] - other.value, one.value - one.ci95[0]);
  return widest(pairs, { ...pairs, low, high });
}

function differencesOf(one: Documented, other: Documented): readonly number[] {
  return one.each.map((value, run) => other.each[run]! - value);
}

function centred(values: readonly number[]): readonly number[] {
  const { mean } = momentsOf(values);
  return values.map((value) => value - mean);
}

/** With few events one busy time of one run can make a difference: this share of the pairs has to show it. */
const AGREE = 0.9;

/** Whether most pairs differ in the direction of the pooled figures. */
function agree(differences: readonly number[], difference: number): boolean {
  const along = differences.filter((one) => one * difference > 0).length;
  return along >= AGREE * differences.length;
}
