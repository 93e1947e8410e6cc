import { log, pow } from '../../kernel/math.js';
import { sortedQuantile } from '../../stats/rank.js';

/** Fewer runs of windows than so many do not tell how far a signal swings by itself. */
const FEW_RUNS = 16;
/** Share of the runs that may swing further without a cause. */
const RARE = 1e-4;
const UPPER = 0.25;
/** So many times as far as a single window was ever seen to go is no longer by itself, however little is known. */
const FURTHER = 4;

/**
 * How far a signal goes by itself for so many windows in a row, from its windows before the first fault, in order of
 * time, as distances from the median, larger = worse: queues that are well used swing far and for seconds. The tail of
 * what runs of neighbours hold throughout is taken as exponential, as the wait in a queue is; its scale is the median
 * excess over the upper quartile, so that one outlier, such as a cold start, does not make it. Where few excesses tell
 * that scale, the bound is that of the next value, a Lomax law, and further out. Null where there are too few windows.
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

/** The lowest value of each run of so many neighbours; NaN where one of them is. */
export function lowestOf(values: readonly number[], length: number): readonly number[] {
  return Array.from({ length: Math.max(0, values.length - length + 1) }, (_, i) =>
    Math.min(...values.slice(i, i + length)),
  );
}
