import { differenceInterval, differenceP } from './difference.js';
import type { Interval } from './interval.js';
import { momentsOf } from './moments.js';
import { studentCdf, studentQuantile } from './student.js';
import { uncertainDifference, uncertainP, type Uncertain } from './uncertain.js';

/** The errors of two figures, as far as they are known. */
type Errors = readonly [one: Uncertain | undefined, other: Uncertain | undefined];

/** Two figures of the same replications, and how far they are apart. */
export interface Paired {
  /** Of the pooled figures: `other - factor * one`. */
  readonly difference: number;
  /** The same of each pair of runs. */
  readonly differences: readonly number[];
  /** Of a share, the trials of the figure with fewer; else 0 or absent. */
  readonly trials?: number;
  /** Both figures with their errors; without, the interval comes from the differences of the pairs. */
  readonly uncertain?: Errors;
  /** 1 if absent. */
  readonly factor?: number;
}

const UNKNOWN: Errors = [undefined, undefined];

/**
 * Interval of a difference: that of the figures with their errors, else that of the pairs. Null below two pairs. Away from
 * 0, the interval of the figures reaches at least as far as that of the pairs. It excludes 0 only if the pairs do, too:
 * pairs of alike systems are as often above 0 as below, so their mean is about a t variable or narrower, however few
 * events decide the figures.
 */
export function pairedInterval(
  { difference, differences, trials, uncertain: [one, other] = UNKNOWN, factor }: Paired,
  confidence: number,
): Interval | null {
  const paired = differenceInterval(difference, differences, confidence, trials);
  if (one === undefined || other === undefined) return paired;
  const own = uncertainDifference(other, one, confidence, factor);
  if (own === null) return paired;
  let { low, high } = own;
  if (difference >= 0) high = Math.max(high, paired?.high ?? high);
  if (difference <= 0) low = Math.min(low, paired?.low ?? low);
  if (signP(differences, difference) >= 1 - confidence) {
    low = Math.min(low, 0);
    high = Math.max(high, 0);
  }
  return { ...own, low, high, halfWidth: (high - low) / 2 };
}

/** Two-sided p-value of no difference: below 1 - confidence where the interval of this confidence excludes 0. */
export function pairedP({
  difference,
  differences,
  uncertain: [one, other] = UNKNOWN,
}: Paired): number | null {
  const paired = differenceP(difference, differences);
  if (one === undefined || other === undefined) return paired;
  const own = uncertainP(other, one);
  return own === null ? paired : Math.max(own, signP(differences, difference));
}

/** Two-sided p-value of the mean of the pairs being 0; 1 if it has another sign than the difference of the figures. */
function signP(differences: readonly number[], difference: number): number {
  if (differences.length < 2) return 1;
  const { count, mean, sd } = momentsOf(differences);
  if (!(mean * difference > 0)) return 1;
  return sd === 0 ? 0 : 2 * studentCdf((-Math.abs(mean) * Math.sqrt(count)) / sd, count - 1);
}

/**
 * A quantile of which only its interval of 95 % and the values of the runs are known: its error is as wide as that interval, and varies
 * with these values. Undefined without an interval, or where some run has no value.
 */
export function documentedError({ value, ci95, each }: Documented): Uncertain | undefined {
  const known = each.filter((one) => one !== null);
  if (value === null || ci95 === null || known.length < Math.max(2, each.length)) return undefined;
  const { mean } = momentsOf(known);
  const t = studentQuantile(0.975, known.length - 1);
  return {
    estimate: value,
    at: (z) => value + (Math.abs(z) / t) * (ci95[z < 0 ? 0 : 1] - value),
    residuals: known.map((own) => own - mean),
    events: 0,
  };
}

/** A figure as a document has it. */
interface Documented {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** By run, in which `value` is of all of them. */
  readonly each: readonly (number | null)[];
}
