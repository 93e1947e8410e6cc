import { Histogram } from '../../stats/histogram.js';
import { momentsOf } from '../../stats/moments.js';

/** Fewest sections of several runs each. */
const FEWEST = 5;
/** Standard errors by which the mean of the sections may differ from the pooled figure. */
const BIAS = 0.5;

/** The same figure of consecutive groups of runs. */
export interface Sections {
  /** Groups whose figures are about as large as the pooled one, or the fewest possible. */
  readonly count: number;
  /** The figure of each of `count` groups of about equal size. */
  at(count: number): readonly number[];
}

/**
 * Sections of a quantile. In a short run a high quantile is mostly too small, because most runs miss the rare busy time
 * that decides it; then the runs also differ less than their quantile is uncertain. Twice as long sections are tried until
 * their mean is near the pooled quantile. Null with fewer than 10 runs or a run without values. Sources: large batches
 * for quantiles, Nakayama 2014, Confidence intervals for quantiles using sectioning, ACM TOMACS 24(4).
 */
export function sectionsOf(
  pooled: number,
  each: readonly Histogram[],
  statistic: (histogram: Histogram) => number | null,
): Sections | null {
  const runs = each.length;
  if (runs < 2 * FEWEST || each.some(({ count }) => count === 0)) return null;
  const at = (count: number): readonly number[] => {
    if (count === runs) return each.map((own) => statistic(own)!);
    const groups = Array.from({ length: count }, () => new Histogram(each[0]!.subBits));
    each.forEach((own, run) => groups[Math.floor((run * count) / runs)]!.merge(own));
    return groups.map((own) => statistic(own)!);
  };
  let count = runs;
  while (count >= 2 * FEWEST && isBiased(at(count), pooled)) count = Math.floor(count / 2);
  return { count, at };
}

function isBiased(values: readonly number[], pooled: number): boolean {
  const { mean, sd } = momentsOf(values);
  return Math.abs(mean - pooled) > (BIAS * sd) / Math.sqrt(values.length);
}
