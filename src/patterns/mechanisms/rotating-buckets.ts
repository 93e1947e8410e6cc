import type { Ns } from '../../kernel/time.js';

/**
 * Calls and failures of the last buckets, which rotate at every multiple of their length, as nodeshift/opossum
 * lib/status.js does with an interval timer. No event is needed here: every read or write rotates first, and the new
 * bucket starts exactly at the boundary.
 */
export class RotatingBuckets {
  fires = 0;
  failures = 0;
  /** Number of the current bucket since the start, and its place in the ring. */
  private bucket = 0;
  private place = 0;
  private readonly fired = new Int32Array(this.length);
  private readonly failed = new Int32Array(this.length);

  constructor(
    private readonly length: number,
    private readonly bucketNs: Ns,
  ) {}

  /** Advances to the bucket of this age. */
  rotate(age: Ns): void {
    const bucket = Math.floor(age / this.bucketNs);
    const steps = bucket - this.bucket;
    if (steps <= 0) return;
    this.bucket = bucket;
    if (steps >= this.length) {
      this.empty();
      return;
    }
    for (let k = 0; k < steps; k++) {
      this.place = this.place + 1 === this.length ? 0 : this.place + 1;
      this.fires -= this.fired[this.place];
      this.failures -= this.failed[this.place];
      this.fired[this.place] = 0;
      this.failed[this.place] = 0;
    }
  }

  fire(): void {
    this.fires++;
    this.fired[this.place]++;
  }

  failure(): void {
    this.failures++;
    this.failed[this.place]++;
  }

  /** Back to age 0 without counts. */
  clear(): void {
    this.bucket = 0;
    this.empty();
  }

  private empty(): void {
    this.fires = 0;
    this.failures = 0;
    this.fired.fill(0);
    this.failed.fill(0);
  }
}
