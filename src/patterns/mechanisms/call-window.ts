import type { Ns } from '../../kernel/time.js';

/** The latest results of a breaker: how many calls ended, how many failed, how many were slow. */
export interface CallWindow {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  record(now: Ns, failed: boolean, slow: boolean): void;
  /** Removes results that have left the window from its counts. */
  advance(now: Ns): void;
  /** Empties the window; its next result comes at `now` or later. */
  clear(now: Ns): void;
}

/** A window that can count calls before they end, and calls that were refused. */
export interface OpenWindow extends CallWindow {
  call(now: Ns): void;
  /** Records the result of a call that was already counted. */
  result(now: Ns, failed: boolean, slow: boolean): void;
}

/** The counts of a window. */
abstract class Counts {
  calls = 0;
  failures = 0;
  slow = 0;

  protected empty(): void {
    this.calls = 0;
    this.failures = 0;
    this.slow = 0;
  }
}

/** Everything since the window was last cleared. */
export class TotalWindow extends Counts implements OpenWindow {
  call(): void {
    this.calls++;
  }

  result(_now: Ns, failed: boolean, slow: boolean): void {
    if (failed) this.failures++;
    if (slow) this.slow++;
  }

  record(now: Ns, failed: boolean, slow: boolean): void {
    this.call();
    this.result(now, failed, slow);
  }

  advance(): void {
    // Results leave only by clear().
  }

  clear(): void {
    this.empty();
  }
}

/** The last `size` results, whatever their age. */
export class CountWindow extends Counts implements CallWindow {
  private readonly results: Uint8Array;
  private next = 0;

  constructor(size: number) {
    super();
    this.results = new Uint8Array(size);
  }

  record(_now: Ns, failed: boolean, slow: boolean): void {
    const { results, next } = this;
    if (this.calls === results.length) {
      const oldest = results[next];
      this.failures -= oldest & FAILED;
      this.slow -= oldest >> 1;
    } else {
      this.calls++;
    }
    const result = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    results[next] = result;
    this.failures += result & FAILED;
    this.slow += result >> 1;
    this.next = next + 1 === results.length ? 0 : next + 1;
  }

  advance(): void {
    // A window of calls does not depend on time.
  }

  clear(): void {
    this.empty();
    this.next = 0;
  }
}

/**
 * The results of the last `slices` time slices, including the current one. Slices are aligned to multiples of their
 * length, not to the first call, so the window covers between `slices - 1` and `slices` slice lengths.
 */
export class TimeWindow extends Counts implements OpenWindow {
  /** Number of the latest slice, counted from time 0. */
  private latest = 0;
  private readonly counts = new Int32Array(this.slices * STRIDE);

  constructor(
    private readonly slices: number,
    private readonly sliceNs: Ns,
  ) {
    super();
  }

  record(now: Ns, failed: boolean, slow: boolean): void {
    this.call(now);
    this.result(now, failed, slow);
  }

  call(now: Ns): void {
    this.advance(now);
    this.counts[this.present()]++;
    this.calls++;
  }

  result(now: Ns, failed: boolean, slow: boolean): void {
    this.advance(now);
    const at = this.present();
    if (failed) {
      this.counts[at + 1]++;
      this.failures++;
    }
    if (slow) {
      this.counts[at + 2]++;
      this.slow++;
    }
  }

  clear(now: Ns): void {
    this.empty();
    this.counts.fill(0);
    this.latest = Math.floor(now / this.sliceNs);
  }

  advance(now: Ns): void {
    const present = Math.floor(now / this.sliceNs);
    if (present - this.latest >= this.slices) {
      this.clear(now);
      return;
    }
    while (this.latest < present) {
      this.latest++;
      const at = this.present();
      this.calls -= this.counts[at];
      this.failures -= this.counts[at + 1];
      this.slow -= this.counts[at + 2];
      this.counts.fill(0, at, at + STRIDE);
    }
  }

  private present(): number {
    return (this.latest % this.slices) * STRIDE;
  }
}

const FAILED = 1;
const SLOW = 2;
const STRIDE = 3;
