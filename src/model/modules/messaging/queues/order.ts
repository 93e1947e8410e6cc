import type { Ns } from '../../../../kernel/time.js';
import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Counter, Meters } from '../../../data/figures/meters.js';
import type { Run } from '../../../data/run.js';

/** Counts the messages of a queue that are delivered after younger ones. */
export class Order {
  private readonly meters: Meters;
  private readonly overtaken: Counter;
  /** The latest publish time among delivered messages. */
  private youngest: Ns = -Infinity;

  constructor({ meters }: Run, { component, part }: PlanQueue) {
    this.meters = meters;
    this.overtaken = meters.counter('overtaken', { component, part });
  }

  /** A message is delivered for the first time. */
  handedOut(publishedNs: Ns): void {
    if (publishedNs < this.youngest) this.meters.count(this.overtaken);
    else this.youngest = publishedNs;
  }
}
