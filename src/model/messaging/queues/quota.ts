import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Engine } from '../../../kernel/engine.js';

/** Messages that the queues of a broker of kind sqs take in each full second, all together. */
export class Quota {
  private readonly engine: Engine;
  private readonly rate: number;
  private second = -1;
  private taken = 0;

  constructor(engine: Engine, rate: number) {
    this.engine = engine;
    this.rate = rate;
  }

  /** Whether one more is taken now; it is counted if so. */
  take(): boolean {
    const second = Math.floor(this.engine.now / NS_PER_SECOND);
    if (second !== this.second) {
      this.second = second;
      this.taken = 0;
    }
    if (this.taken >= this.rate) return false;
    this.taken++;
    return true;
  }
}
