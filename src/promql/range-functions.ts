import type { FunctionName } from './ast.js';
import type { Series } from './series.js';

/** The samples of a series in a window: those after its start and not after its end. */
export interface Window {
  readonly series: Series;
  /** Indices [from, until) of the samples. */
  readonly from: number;
  readonly until: number;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** A window is open on its left side. Source: prometheus/CHANGELOG.md (3.0.0, range selectors). */
export function windowOf(series: Series, start: number, end: number): Window {
  return { series, from: series.indexAt(start) + 1, until: series.indexAt(end) + 1, start, end };
}

type OfWindow = (window: Window) => number | null;

const isCounter = true;

/** Functions of a window; null = it has no value. */
export const RANGE_FUNCTIONS: Readonly<Partial<Record<FunctionName, OfWindow>>> = {
  rate: (window) => perSecond(window, extrapolated(window, isCounter)),
  increase: (window) => extrapolated(window, isCounter),
  delta: (window) => extrapolated(window, false),
  irate: instantRate,
  avg_over_time: (window) => over(window, (values) => sum(values) / values.length),
  sum_over_time: (window) => over(window, sum),
  count_over_time: (window) => over(window, (values) => values.length),
  max_over_time: (window) => over(window, (values) => Math.max(...values)),
  min_over_time: (window) => over(window, (values) => Math.min(...values)),
};

function perSecond({ start, end }: Window, increase: number | null): number | null {
  return increase === null ? null : increase / (end - start);
}

/**
 * The increase in a window, from the samples in it, carried on to its edges where a sample is near. Source:
 * prometheus/promql/functions.go (extrapolatedRate).
 */
function extrapolated(window: Window, counter: boolean): number | null {
  const { series, from, until, start, end } = window;
  const last = until - 1;
  if (last - from < 1) return null;
  const { times, values, grown } = series;
  const rise = counter ? grown[last] - grown[from] : values[last] - values[from];
  const sampled = times[last] - times[from];
  const between = sampled / (last - from);
  const near = between * 1.1;
  let before = times[from] - start;
  if (before >= near) before = between / 2;
  // A counter is not carried back below 0.
  if (counter && rise > 0 && values[from] >= 0) {
    before = Math.min(before, sampled * (values[from] / rise));
  }
  let after = end - times[last];
  if (after >= near) after = between / 2;
  return rise * ((sampled + before + after) / sampled);
}

/** From the last two samples. Source: prometheus/promql/functions.go (instantValue). */
function instantRate({ series, from, until }: Window): number | null {
  const last = until - 1;
  if (last - from < 1) return null;
  const { times, grown } = series;
  return (grown[last] - grown[last - 1]) / (times[last] - times[last - 1]);
}

function over(
  { series, from, until }: Window,
  join: (values: readonly number[]) => number,
): number | null {
  return until > from ? join(series.values.slice(from, until)) : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
