import { log, pow } from '../../kernel/math.js';
import { sortedQuantile } from '../../stats/rank.js';

/** With fewer series of windows, the usual swing of a signal is unknown. */
const FEW_RUNS = 16;
/** Share of the series that may swing further without a cause. */
const RARE = 1e-4;
const UPPER = 0.25;
/** A swing of more than this many times the largest seen value is unusual, however little is known. */
const FURTHER = 4;

/**
 * How far a signal swings on its own for `length` consecutive windows, measured in its windows before the first fault,
 * in order of time, as distances from the median, larger = worse. Busy queues swing far and for seconds. The tail of
 * the values that series of neighbours hold throughout is taken as exponential, like the wait in a queue. Its scale is
 * the median excess over the upper quartile, so that a single outlier, such as a cold start, does not set it. With few
 * excesses the bound is the predictive one of a Lomax law, which is further out. Null with too few windows.
 */
export function usualSwing(values: readonly number[], length: number): number | null {
  const lowest = lowestOf(values, length)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  if (lowest.length < FEW_RUNS) return null;
  const upper = sortedQuantile(lowest, 1 - UPPER);
  const scale = (sortedQuantile(lowest, 1 - UPPER / 2) - upper) / log(2);
  const excesses = UPPER * lowest.length;
  const bound = upper + scale * excesses * (pow(UPPER / RARE, 1 / excesses) - 1);
  return Math.min(bound, FURTHER * Math.max(...values.filter((value) => !Number.isNaN(value))));
}

/** The lowest value of each series of `length` neighbours; NaN if one of them is NaN. */
export function lowestOf(values: readonly number[], length: number): readonly number[] {
  const lowest: number[] = [];
  for (let from = 0; from + length <= values.length; from++) {
    let least = values[from];
    for (let i = from + 1; i < from + length; i++) least = Math.min(least, values[i]);
    lowest.push(least);
  }
  return lowest;
}
