import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';

/** Rate of a memory leak: bytes per ns, bytes per request begun, and the upper bound. */
export interface LeakRate {
  readonly perNs: number;
  readonly perRequest: number;
  readonly most: number;
}

/** Memory that a process, or another one on its machine, leaks because of one fault. */
export class Leak {
  /** Bytes leaked until `since`. */
  private lost = 0;
  private since: Ns = engine.now;

  constructor(
    readonly fault: number,
    private rate: LeakRate,
    private isRunning: boolean,
  ) {}

  /** Bytes leaked until now. */
  get bytes(): number {
    const { perNs, most } = this.rate;
    if (!this.isRunning || perNs === 0 || this.lost >= most) return this.lost;
    // An instant leak takes no time, and Infinity times 0 is NaN.
    if (perNs === Infinity) return most;
    return Math.min(most, this.lost + perNs * (engine.now - this.since));
  }

  /** Bytes per ns being leaked now. */
  get perNs(): number {
    return this.isRunning && this.bytes < this.rate.most ? this.rate.perNs : 0;
  }

  /** Sets the leak rate from now on. */
  turn(rate: LeakRate): void {
    this.settle();
    this.rate = rate;
  }

  /** A request begins. */
  begun(): void {
    const { perRequest, most } = this.rate;
    if (perRequest === 0) return;
    this.settle();
    this.lost = Math.min(most, this.lost + perRequest);
  }

  /** The process ends, which frees all leaked memory; or it runs again. */
  run(isRunning: boolean): void {
    this.settle();
    this.isRunning = isRunning;
    if (!isRunning) this.lost = 0;
  }

  private settle(): void {
    invariant(this.bytes >= this.lost, 'leaked memory comes back only with the end of its process');
    this.lost = this.bytes;
    this.since = engine.now;
  }
}
