import type { Ns } from '../../../kernel/time.js';
import type { PlanQueue } from '../../../spec/queues.js';
import type { Counter, Meters } from '../../meters.js';
import type { World } from '../../world.js';

/** Counts the messages of a queue that are handed out behind younger ones. */
export class Order {
  private readonly meters: Meters;
  private readonly overtaken: Counter;
  /** When the youngest of those was published that were handed out. */
  private youngest: Ns = -Infinity;

  constructor({ meters }: World, { component, part }: PlanQueue) {
    this.meters = meters;
    this.overtaken = meters.counter('overtaken', { component, part });
  }

  /** One is handed out for the first time. */
  handedOut(publishedNs: Ns): void {
    if (publishedNs < this.youngest) this.meters.count(this.overtaken);
    else this.youngest = publishedNs;
  }
}
