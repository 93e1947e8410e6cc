import type { Ns } from '../kernel/time.js';

/**
 * A level that changes at moments: queue length, busy slots, open breakers. Its area (level * ns)
 * is what Little's law speaks of; mean over an interval = closedArea / length.
 */
export class Level {
  /** The level now. */
  value = 0;
  /** Area of the interval closed last, level * ns. */
  closedArea = 0;
  /** Largest level in the interval closed last, its first instant included. */
  closedMax = 0;
  private area = 0;
  private max = 0;
  private since: Ns = 0;

  /** Changes the level by delta at the moment now. */
  add(delta: number, now: Ns): void {
    this.set(this.value + delta, now);
  }

  /** Sets the level at the moment now. */
  set(value: number, now: Ns): void {
    if (now !== this.since) {
      this.area += this.value * (now - this.since);
      this.since = now;
    }
    this.value = value;
    if (value > this.max) this.max = value;
  }

  /** Ends an interval at now and begins the next one. */
  close(now: Ns): void {
    this.closedArea = this.area + this.value * (now - this.since);
    this.closedMax = this.max;
    this.area = 0;
    this.max = this.value;
    this.since = now;
  }
}
