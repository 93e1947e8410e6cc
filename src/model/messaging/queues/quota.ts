import { engine } from '../../../kernel/engine.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';

/** Messages that the queues of a broker of kind sqs take in each full second, all together. */
export class Quota {
  private readonly rate: number;
  private second = -1;
  private taken = 0;

  constructor(rate: number) {
    this.rate = rate;
  }

  /** Whether one more is taken now; it is counted if so. */
  take(): boolean {
    const second = Math.floor(engine.now / NS_PER_SECOND);
    if (second !== this.second) {
      this.second = second;
      this.taken = 0;
    }
    if (this.taken >= this.rate) return false;
    this.taken++;
    return true;
  }
}
