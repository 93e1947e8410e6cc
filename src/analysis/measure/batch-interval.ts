import { batchMeansInterval, type Interval } from '../../stats/interval.js';

/** A ratio by step of the timeline, from which a single run gets its interval. */
export interface Batches {
  readonly over: readonly number[];
  readonly under: readonly number[];
}

/**
 * Interval of a ratio of two sums over one run, from the means of 20 batches of its steps. The ratio is linearised
 * around its value, so that steps count by their contents: z = R + (over - R under) / mean(under). Null with fewer
 * than two steps per batch. Source: Law, Simulation Modeling and Analysis, 9.5.3 and 9.6.
 */
export function batchInterval(
  value: number,
  batches: Batches,
  confidence: number,
): Interval | null {
  const { over, under } = batches;
  const steps = over.length;
  let total = 0;
  for (const part of under) total += part;
  if (!(total > 0)) return null;
  const series = over.map((part, i) => value + ((part - value * under[i]) * steps) / total);
  const interval = batchMeansInterval(series, BATCHES, confidence);
  if (interval === null) return null;
  const { halfWidth } = interval;
  return { ...interval, estimate: value, low: value - halfWidth, high: value + halfWidth };
}

/** Batches of a run. */
export const BATCHES = 20;
