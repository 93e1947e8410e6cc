import type { Ns } from '../../kernel/time.js';

/**
 * Results in buckets, as the health stream of Hystrix counts them: a bucket becomes part of the health only when its
 * interval is over, and the health is the sum of the last n buckets. A snapshot therefore lags, and results between two
 * snapshots are not visible.
 */
export class HealthStream {
  total = 0;
  errors = 0;
  private readonly totals: Int32Array;
  private readonly failed: Int32Array;
  private present = 0;

  constructor(buckets: number) {
    this.totals = new Int32Array(buckets);
    this.failed = new Int32Array(buckets);
  }

  add(error: boolean): void {
    this.total++;
    this.totals[this.present]++;
    if (!error) return;
    this.errors++;
    this.failed[this.present]++;
  }

  /** Errors in percent with the fraction cut off, in the order of operations of the library. */
  errorPercentage(): number {
    return this.total === 0 ? 0 : Math.trunc((this.errors / this.total) * 100);
  }

  /** The present bucket is over: the next one takes the place of the oldest. */
  advance(): void {
    this.present = (this.present + 1) % this.totals.length;
    this.total -= this.totals[this.present];
    this.errors -= this.failed[this.present];
    this.totals[this.present] = 0;
    this.failed[this.present] = 0;
  }

  clear(): void {
    this.total = 0;
    this.errors = 0;
    this.totals.fill(0);
    this.failed.fill(0);
  }
}

/** The first multiple of `every` behind `start` that lies behind `now`. */
export function nextTick(start: Ns, every: Ns, now: Ns): Ns {
  return start + (Math.floor((now - start) / every) + 1) * every;
}
