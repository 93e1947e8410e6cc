import { exp, log } from '../../kernel/math.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { SparseMerge } from './sparse.js';

/** Latency distribution of a time without a fault. */
export class UsualLatency {
  /** The number of values that are at least this slow. */
  readonly countAtLeast: (seconds: number) => number;
  private readonly slowest: number = this.quantile(1);
  /** Seconds from the tenth slowest value to the slowest, over which the share of slower ones falls tenfold. */
  private readonly decade: number =
    this.slowest - this.quantile(Math.max(0, 1 - DECADE / this.count));

  /** From the number of values in seconds, their quantiles, and the number that are at least as large as a value. */
  constructor(
    private readonly count: number,

    /** A quantile in seconds. */
    readonly quantile: (p: number) => number,
    atLeast: (seconds: number) => number,
  ) {
    this.countAtLeast = atLeast;
  }

  /** Share of values that are at least this slow. Beyond the slowest one the tail falls exponentially. */
  shareAtLeast(seconds: number): number {
    const seen = this.countAtLeast(seconds) / this.count;
    if (seen > 0) return seen;
    const beyond = Math.max(0, seconds - this.slowest);
    return this.decade > 0 ? exp((-beyond / this.decade) * log(DECADE)) / this.count : 0;
  }
}

const DECADE = 10;

/** Latencies of the successes of some parts in steps [from, until); null without any. */
export function usualLatency(
  rows: readonly RunRecord['parts'][number][],
  from: number,
  until: number,
): UsualLatency | null {
  const merge = new SparseMerge();
  for (let step = from; step < until; step++) {
    for (const row of rows) merge.add(row.stepLatency, step);
  }
  if (merge.count === 0) return null;
  return new UsualLatency(
    merge.count,
    (p) => merge.quantiles([p])[0]!,
    (seconds) => merge.atLeast(seconds),
  );
}
