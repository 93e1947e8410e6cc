import { engine } from '../../../../kernel/engine.js';
import { NS_PER_SECOND } from '../../../../kernel/time.js';

/** A shared quota: messages per full second that all queues of an SQS broker accept together. */
export class Quota {
  private second = -1;
  private taken = 0;

  constructor(private readonly rate: number) {}

  /** Accepts and counts a message if the quota allows it. */
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
