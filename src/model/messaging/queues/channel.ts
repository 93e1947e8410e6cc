import { IntRing } from '../../../kernel/ring.js';
import type { PlanConsumer } from '../../../spec/queues.js';
import type { Instance } from '../../instance.js';
import type { Deliveries } from './deliveries.js';

/** What a consumer in a process has to do with a queue: its subscription, or its loop that asks. */
export class Channel {
  readonly index: number;
  /** Which consumer of the queue. */
  readonly consumer: number;
  readonly spec: PlanConsumer;
  readonly instance: Instance;
  /** Raised when its process dies or the queue closes it: what it was handed is not its own any more. */
  epoch = 0;
  /** The last epoch that the queue has ended: acknowledgements that come late are for nothing. */
  closed = -1;
  /** Deliveries that the queue waits for. */
  out = 0;
  /** True while it stands in the line of those that may be handed something. */
  inLine = false;
  /** True while the queue takes back what is on it. */
  closing = false;
  /** True while it does not ask for messages: there are enough that do. */
  asleep = false;
  /** Handlers that run. */
  busy = 0;
  /** Questions asked; the last one may be open. */
  asked = 0;
  /** True while the buffer is about to be looked at. */
  waking = false;
  /** Deliveries that have come and wait for a handler. */
  readonly buffer = new IntRing();
  /** Deliveries that were handled and are settled together with the last of their answer. */
  readonly done = new IntRing();
  /** A breaker keeps it from handling: nothing is handed to it. */
  paused = false;
  /** Its process is about to end: nothing new is handed to it. */
  leaving = false;
  /** Runs in hand that begin when it is not paused any more. */
  readonly held = new IntRing();
  /** The list of deliveries that it has said nothing about. */
  first = -1;

  constructor(index: number, consumer: number, spec: PlanConsumer, instance: Instance) {
    this.index = index;
    this.consumer = consumer;
    this.spec = spec;
    this.instance = instance;
  }

  /** Whether something of it is under way in its process, waits there, or comes to it and is nobody else's any more. */
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
    before[delivery] = -1;
    after[delivery] = this.first;
    if (this.first >= 0) before[this.first] = delivery;
    this.first = delivery;
  }

  unlink(deliveries: Deliveries, delivery: number): void {
    const { before, after } = deliveries;
    if (before[delivery] >= 0) after[before[delivery]] = after[delivery];
    else this.first = after[delivery];
    if (after[delivery] >= 0) before[after[delivery]] = before[delivery];
  }
}
