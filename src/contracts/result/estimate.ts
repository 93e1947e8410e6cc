import { z } from 'zod';
import {
  count,
  interval,
  isWithin,
  list,
  mapping,
  orderedPair,
  shape,
  type ShapeValues,
} from './shapes.js';

const fieldsOf = (item: z.ZodType<number>) => ({
  value: item.nullable(),
  ci95: interval,
  /** Source of `ci95`; absent = the replications. */
  from: z.literal('batches').optional(),
  /** One value per replication. */
  each: list(item.nullable()),
});

/** A measured value with its interval, with other fields beside it. */
export function estimateWith<const F extends Readonly<Record<string, z.ZodType>>>(
  item: z.ZodType<number>,
  others: F,
): z.ZodType<Estimate & ShapeValues<F>> {
  const both: z.ZodType = shape({ ...fieldsOf(item), ...others }).check(isWithin as () => void);
  return both as z.ZodType<Estimate & ShapeValues<F>>;
}

/**
 * A measured value with its interval over replications. With a single run, means have an interval from
 * batches of steps, marked as such; other values have none.
 */
export interface Estimate extends ShapeValues<ReturnType<typeof fieldsOf>> {}

/** A measured value with its interval. */
export function estimate(item: z.ZodType<number>): z.ZodType<Estimate> {
  return shape(fieldsOf(item)).check(isWithin);
}

const quantileFields = {
  mean: estimate(count),
  p50: estimate(count),
  p90: estimate(count),
  p95: estimate(count),
  p99: estimate(count),
  p999: estimate(count),
  max: estimate(count),
};
export interface QuantileEstimates extends ShapeValues<typeof quantileFields> {}
export const quantileEstimates: z.ZodType<QuantileEstimates> = shape(quantileFields);

const positive = count.nullable();

export const latencyResult = shape({
  count,
  mean: positive,
  p50: positive,
  p90: positive,
  p95: positive,
  p99: positive,
  p999: positive,
  max: positive,
  min: positive,
  ci95: mapping(orderedPair),
  /** Sparse histogram: upper bounds of the buckets in seconds, and counts. For components only, not for parts. */
  histogram: shape({ upTo: list(count), n: list(count) }).nullable(),
});
/** Latency of one group of requests: pooled figures, intervals over replications, and the histogram. */
export type LatencyResult = z.output<typeof latencyResult>;
