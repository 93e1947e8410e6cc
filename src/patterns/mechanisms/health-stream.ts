import type { Ns } from '../../kernel/time.js';

/**
 * Results in buckets, as the health stream of Hystrix counts them. A bucket counts only after its interval ends; the
 * health is the sum of the last n complete buckets. A snapshot therefore lags, and results between two snapshots are
 * not visible.
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

  /** Error percentage, truncated, in the library's order of operations. */
  errorPercentage(): number {
    return this.total === 0 ? 0 : Math.trunc((this.errors / this.total) * 100);
  }

  /** Completes the current bucket; the next one replaces the oldest. */
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

/** The first time after `now` that is `start` plus a positive multiple of `every`. */
export function nextTick(start: Ns, every: Ns, now: Ns): Ns {
  return start + (Math.floor((now - start) / every) + 1) * every;
}
