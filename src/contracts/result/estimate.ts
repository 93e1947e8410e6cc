/**
 * A measured value with its interval over replications. With a single run, means have an interval from
 * batches of steps, marked as such; other values have none.
 */
export interface Estimate {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Source of `ci95`; absent = the replications. */
  readonly from?: 'batches';
  /** One value per replication. */
  readonly each: readonly (number | null)[];
}

export interface QuantileEstimates {
  readonly mean: Estimate;
  readonly p50: Estimate;
  readonly p90: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
  readonly p999: Estimate;
  readonly max: Estimate;
}

/** Latency of one group of requests: pooled figures, intervals over replications, and the histogram. */
export interface LatencyResult {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  readonly min: number | null;
  readonly ci95: Readonly<Record<string, readonly [number, number]>>;
  /** Sparse histogram: upper bounds of the buckets in seconds, and counts. For components only, not for parts. */
  readonly histogram: { readonly upTo: readonly number[]; readonly n: readonly number[] } | null;
}
