import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Channel } from './channel.js';
import type { StoredQueue } from './stored-queue.js';

/**
 * Scales the handlers of an event source that make receive calls. A minimum number always polls. More handlers start at
 * intervals while messages wait, and one that finds no message stops.
 */
export class Pollers {
  private readonly spec: PlanQueue = this.queue.spec;
  /** By consumer: handlers that poll, all handlers, and whether the start of another handler is scheduled. */
  private readonly awake: number[] = this.spec.consumers.map(() => 0);
  private readonly all: readonly number[] = this.spec.consumers.map(
    (_, consumer) => this.channels.filter((channel) => channel.consumer === consumer).length,
  );
  private readonly isDue: boolean[] = this.spec.consumers.map(() => false);
  private readonly moreOp: number = engine.define('one-more-poller', (consumer) =>
    this.more(consumer),
  );

  constructor(
    private readonly queue: StoredQueue,
    private readonly channels: readonly Channel[],
    private readonly begin: (channel: Channel) => void,
  ) {
    for (const channel of channels) this.settle(channel);
  }

  /** The process of a handler has started: decides if the handler polls. */
  settle(channel: Channel): void {
    const { scaleUp } = channel.spec.spec;
    channel.asleep = scaleUp !== null && this.awake[channel.consumer] >= scaleUp.start;
    if (!channel.asleep) this.awake[channel.consumer]++;
    invariant(
      this.awake[channel.consumer] <= this.all[channel.consumer],
      'no more handlers poll than there are',
    );
  }

  /** The process of a handler has died. */
  died(channel: Channel): void {
    if (!channel.asleep) this.awake[channel.consumer]--;
    invariant(this.awake[channel.consumer] >= 0, 'a handler that dies was counted as polling');
    channel.asleep = true;
  }

  /** A handler has found no message: true if it stops polling. */
  rests(channel: Channel): boolean {
    const { scaleUp } = channel.spec.spec;
    if (scaleUp === null || this.awake[channel.consumer] <= scaleUp.start) return false;
    this.awake[channel.consumer]--;
    channel.asleep = true;
    return true;
  }

  /** Messages are left that no handler has taken. */
  left(): void {
    for (let consumer = 0; consumer < this.isDue.length; consumer++) {
      const { scaleUp } = this.spec.consumers[consumer].spec;
      if (scaleUp === null || this.isDue[consumer]) continue;
      if (this.awake[consumer] >= this.all[consumer]) continue;
      this.isDue[consumer] = true;
      engine.at(engine.now + scaleUp.everyNs, PHASE.TIMER, this.moreOp, consumer, 0, 0);
    }
  }

  private more(consumer: number): void {
    invariant(this.isDue[consumer], 'one more handler starts when its time was set');
    this.isDue[consumer] = false;
    if (this.queue.waiting === 0) return;
    const channel = this.channels.find(
      (own) => own.consumer === consumer && own.asleep && !own.instance.shut,
    );
    if (channel === undefined) return;
    channel.asleep = false;
    this.awake[consumer]++;
    this.begin(channel);
    this.left();
  }
}
