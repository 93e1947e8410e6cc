import type { Ns } from '../../kernel/time.js';

/** Sub-windows of a sampling duration. */
const WINDOWS = 10;

/**
 * Room for the sub-windows that coexist: ten, an eleventh if a tenth of the duration is not a whole number of ns, and a
 * new one opened before the oldest are dropped.
 */
const ROOM = WINDOWS + 2;

/**
 * Successes and failures over a sampling duration, as Polly's RollingHealthMetrics keeps them. The first result at
 * least a tenth of the duration after the start of the current sub-window opens the next, so sub-windows start at
 * results, not on a grid. A sub-window expires as a whole when its start is one duration old.
 */
export class SampledHealth {
  failures = 0;
  /** Successes and failures. */
  throughput = 0;
  private readonly starts = new Float64Array(ROOM);
  private readonly failed = new Int32Array(ROOM);
  private readonly all = new Int32Array(ROOM);
  /** Slot of the oldest sub-window, and number of sub-windows. */
  private oldest = 0;
  private length = 0;
  private readonly windowNs: Ns = Math.floor(this.samplingNs / WINDOWS);

  constructor(private readonly samplingNs: Ns) {}

  add(now: Ns, failure: boolean): void {
    const at = this.present(now);
    this.all[at]++;
    this.throughput++;
    if (!failure) return;
    this.failed[at]++;
    this.failures++;
  }

  reset(): void {
    this.length = 0;
    this.failures = 0;
    this.throughput = 0;
  }

  /** True if every result expires before the next one arrives. */
  isOver(now: Ns): boolean {
    const newest = this.starts[(this.oldest + this.length - 1 + ROOM) % ROOM];
    return this.length === 0 || now - newest >= this.samplingNs;
  }

  /** The slot of the sub-window for a result at `now`. */
  private present(now: Ns): number {
    let at = (this.oldest + this.length - 1 + ROOM) % ROOM;
    if (this.length === 0 || now - this.starts[at] >= this.windowNs) {
      at = (this.oldest + this.length) % ROOM;
      this.starts[at] = now;
      this.failed[at] = 0;
      this.all[at] = 0;
      this.length++;
    }
    while (now - this.starts[this.oldest] >= this.samplingNs) {
      this.failures -= this.failed[this.oldest];
      this.throughput -= this.all[this.oldest];
      this.oldest = (this.oldest + 1) % ROOM;
      this.length--;
    }
    return at;
  }
}
