import { engine } from '../../kernel/engine.js';
import type { Ns } from '../../kernel/time.js';

/** How memory is lost: bytes a ns, bytes of each request that begins, and the most that can be lost. */
export interface LeakRate {
  readonly perNs: number;
  readonly perRequest: number;
  readonly most: number;
}

/** What a process, or a stranger beside it, holds and does not give back because of one fault. */
export class Leak {
  readonly fault: number;
  private rate: LeakRate;
  /** Bytes lost until `since`. */
  private lost = 0;
  private since: Ns;
  private isRunning: boolean;

  constructor(fault: number, rate: LeakRate, isRunning: boolean) {
    this.fault = fault;
    this.rate = rate;
    this.since = engine.now;
    this.isRunning = isRunning;
  }

  /** Bytes lost until now. */
  get bytes(): number {
    const { perNs, most } = this.rate;
    if (!this.isRunning || perNs === 0 || this.lost >= most) return this.lost;
    // What is lost at once is lost in no time, and Infinity times 0 is no number.
    if (perNs === Infinity) return most;
    return Math.min(most, this.lost + perNs * (engine.now - this.since));
  }

  /** Bytes a ns that are being lost now. */
  get perNs(): number {
    return this.isRunning && this.bytes < this.rate.most ? this.rate.perNs : 0;
  }

  /** From now on memory is lost like this. */
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

  /** The process ends, and all that it held is free; or it runs again. */
  run(isRunning: boolean): void {
    this.settle();
    this.isRunning = isRunning;
    if (!isRunning) this.lost = 0;
  }

  private settle(): void {
    this.lost = this.bytes;
    this.since = engine.now;
  }
}
