import { invariant } from '../../../../kernel/invariant.js';
import { IntRing } from '../../../../kernel/ring.js';
import type { PlanConsumer } from '../../../../contracts/plan/queues.js';
import type { Instance } from '../../../data/instances/instance.js';
import type { Deliveries } from './deliveries.js';

/** The link between a queue and one handler in a process: a subscription, or a loop of receive calls. */
export class Channel {
  /** Raised when its process dies or the queue closes it: deliveries of earlier epochs no longer belong to it. */
  epoch = 0;
  /** The last epoch that the queue has closed: later acknowledgements of it have no effect. */
  closed = -1;
  /** The node of the broker to which its process is connected; -1 = the broker never fails. */
  node = -1;
  /** Deliveries that the queue has no verdict on yet. */
  out = 0;
  /** It waits in the line for messages. */
  inLine = false;
  /** The queue is taking back its deliveries. */
  closing = false;
  /** It makes no receive calls, because enough other handlers do. */
  asleep = false;
  /** Handlers that run. */
  busy = 0;
  /** Number of receive calls; the last one may be open. */
  asked = 0;
  /** An event to start handlers is scheduled. */
  waking = false;
  /** Deliveries that wait for a handler. */
  readonly buffer = new IntRing();
  /** Deliveries that were handled, and are settled with the rest of their batch. */
  readonly done = new IntRing();
  /** Paused by a breaker: it gets no messages. */
  paused = false;
  /** Its process is about to end: it gets no new messages. */
  leaving = false;
  /** Runs that start when it resumes. */
  readonly held = new IntRing();
  /** When the quota of its queue allows the last of its deletions. */
  deletedAt = 0;
  /**
   * Its deliveries without a verdict, the oldest first: a queue takes them back in this order (rabbitmq-server
   * deps/rabbit/src/rabbit_fifo.erl, return_all).
   */
  first = -1;
  private last = -1;

  constructor(
    readonly index: number,
    /** Index of the consumer in the queue. */
    readonly consumer: number,
    readonly spec: PlanConsumer,
    readonly instance: Instance,
    /** Index of the instance in its component. */
    readonly place: number,
  ) {}

  /** True if its process still holds deliveries, or one is on its way that the queue will not deliver again. */
  isBusy({ settled, after }: Deliveries): boolean {
    if (this.busy > 0 || this.buffer.length > 0 || this.done.length > 0) return true;
    for (let own = this.first; own >= 0; own = after[own]) if (settled[own] !== 0) return true;
    return false;
  }

  get hasRoom(): boolean {
    return this.out < this.spec.prefetch;
  }

  link(deliveries: Deliveries, delivery: number): void {
    const { before, after } = deliveries;
    invariant(
      this.last < 0 || after[this.last] < 0,
      'the last delivery of a channel has none after it',
    );
    before[delivery] = this.last;
    after[delivery] = -1;
    if (this.last >= 0) after[this.last] = delivery;
    else this.first = delivery;
    this.last = delivery;
  }

  unlink(deliveries: Deliveries, delivery: number): void {
    const { before, after } = deliveries;
    invariant(
      (before[delivery] < 0 ? this.first : after[before[delivery]]) === delivery,
      'a delivery is in the list of its channel once',
    );
    invariant(
      after[delivery] < 0 || before[after[delivery]] === delivery,
      'a delivery of a channel comes before the one after it',
    );
    if (before[delivery] >= 0) after[before[delivery]] = after[delivery];
    else this.first = after[delivery];
    if (after[delivery] >= 0) before[after[delivery]] = before[delivery];
    else this.last = before[delivery];
  }
}
