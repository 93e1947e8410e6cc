import type { Series, VariantResult } from '../../contracts/result/result.js';

/**
 * Number of last steps of a series that the end of the run cuts off: many of their requests were still under way, and
 * the share of success counts only those that had finished. The share jumps there, up or down, for no other reason.
 */
export function cutOffSteps(variant: VariantResult, series: Series): number {
  if (variant.perReplication.every(({ unfinished }) => unfinished === 0)) return 0;
  const { step, steps } = variant.timeline;
  const longest = variant.summary.latency.p999.value ?? variant.summary.latency.p99.value ?? 0;
  // Requests that began earlier and are unanswered are not cut off; they hang.
  const most = Math.min(Math.floor(steps / 5), Math.ceil(longest / step) + 1);
  let cut = 0;
  while (cut < most && isCutOff(series, series.rate.length - 1 - cut)) cut++;
  return cut;
}

/** The values of a series without those of the steps that are cut off. */
export function wholeSteps<T>(
  variant: VariantResult,
  series: Series,
  values: readonly T[],
): (T | null)[] {
  const whole = values.length - cutOffSteps(variant, series);
  return values.map((value, i) => (i < whole ? value : null));
}

function isCutOff({ rate, goodRate, success }: Series, at: number): boolean {
  const arrived = rate[at] ?? 0;
  const share = success[at] ?? null;
  if (arrived === 0) return false;
  if (share === null) return true;
  if (share === 0) return false;
  return goodRate[at]! / share < FINISHED * arrived;
}

/** Share of the arrivals of a step that have to be finished for its figures to hold. */
const FINISHED = 0.9;
