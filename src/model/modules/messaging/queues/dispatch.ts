import { invariant } from '../../../../kernel/invariant.js';
import { PHASE } from '../../../../kernel/phase.js';
import { IntRing } from '../../../../kernel/ring.js';
import { lineage, derive, streamKey, type StreamKey } from '../../../../kernel/rng.js';
import type { Ns } from '../../../../kernel/time.js';
import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Counter } from '../../../data/figures/meters.js';
import type { Instance } from '../../../data/instances/instance.js';
import type { Registry } from '../../../data/registry.js';
import type { BackgroundRun } from '../../../platform/background-run.js';
import type { Messages } from '../messages.js';
import { CallQuota, partsOf } from './call-quota.js';
import { Channel } from './channel.js';
import { Deliveries, VERDICT } from './deliveries.js';
import { Pollers } from './pollers.js';
import { Handling } from './handling.js';
import { sendBack } from './in-hand.js';
import { Reconnects } from './reconnects.js';
import { SingleActive } from './single-active.js';
import type { QueuePlacement } from './placement.js';
import type { StoredQueue } from './stored-queue.js';
import { engine } from '../../../../kernel/engine.js';
import { samplers } from '../../../../kernel/distribution.js';

/** Indexes of random draws per delivery: for the way to the consumer and back. */
const WAY = Object.freeze({ there: 0, back: 1 } as const);

/**
 * Delivers the messages of a queue to its consumers and takes their verdicts.
 *
 * Channels that may get a message wait in a line. A channel moves to its end after each message; a channel with an open
 * receive call waits there until the call ends.
 */
export class Dispatch {
  private readonly handling: Handling;
  readonly channels: readonly Channel[];
  private readonly line = new IntRing();
  private readonly key: StreamKey;
  private readonly comeOp: number;
  private readonly verdictOp: number;
  private readonly settledOp: number;
  private readonly askOp: number;
  private readonly answerOp: number;
  private readonly emptyReceives: Counter | null;
  /** Null if all handlers make receive calls. */
  private readonly pollers: Pollers | null;
  /** Null if the queue does not limit calls. */
  private readonly receives: CallQuota | null;
  private readonly deletions: CallQuota | null;
  /** Null if all handlers get messages. */
  private readonly single: SingleActive | null;
  private pumping = false;
  /** Verdicts that arrived while the queue had no leader. */
  private readonly late = new IntRing();
  private readonly spec: PlanQueue = this.queue.spec;
  private readonly reconnects = new Reconnects(this);
  readonly deliveries = new Deliveries(this.messages, this.queue.entries);

  constructor(
    private readonly world: BackgroundRun,
    registry: Registry,
    private readonly messages: Messages,
    readonly queue: StoredQueue,
    effect: number,
  ) {
    const { plan, replication, meters } = world;
    const { component, part, rules } = this.spec;
    const name = plan.components[component].name;
    this.key = streamKey(plan.seed, replication, `queue/${name}/${part}/way`);
    this.comeOp = engine.define('delivery', (delivery) => this.come(delivery));
    this.verdictOp = engine.define('verdict', (delivery) => this.judge(delivery));
    this.settledOp = engine.define('settled-first', (delivery) => this.settled(delivery));
    const { callLimit } = rules;
    this.single = rules.singleActive ? new SingleActive() : null;
    this.receives = callLimit === null || callLimit.byKey ? null : new CallQuota(callLimit);
    this.deletions = callLimit === null ? null : new CallQuota(callLimit);
    this.askOp = engine.define('receive', (channel, asked, isAllowed) =>
      this.ask(channel, asked, isAllowed === 1),
    );
    this.answerOp = engine.define('empty-receive', (channel, asked) => this.empty(channel, asked));
    this.emptyReceives = rules.polled ? meters.counter('emptyReceives', { component, part }) : null;
    this.channels = this.open();
    const isScaled = this.spec.consumers.some(({ spec }) => spec.scaleUp !== null);
    const begin = (channel: Channel): void => this.begin(channel);
    this.pollers = isScaled ? new Pollers(queue, this.channels, begin) : null;
    this.handling = new Handling(world, registry, messages, this, effect);
    for (const channel of this.channels) this.begin(channel);
  }

  /** True if any process of a consumer is up. */
  isAttended(): boolean {
    return this.channels.some(({ instance }) => !instance.down);
  }

  /** Delivers available messages to the channels in the line. */
  pump(): void {
    if (this.pumping || this.queue.isHalted) return;
    this.pumping = true;
    const { line } = this;
    while (line.length > 0) {
      const channel = this.channels[line.peek()];
      invariant(channel.inLine, 'every channel in the line knows that it waits');
      invariant(
        !channel.paused && !channel.leaving,
        'a channel that is paused or ends gets no messages',
      );
      if (channel.instance.down) {
        line.shift();
        channel.inLine = false;
        continue;
      }
      const handed = this.hand(channel, -1);
      if (handed < 0) break;
      // Fills one consumer before the next, as DispatchToSinglePersistentSubscriptionConsumerStrategy of EventStoreDB
      // does.
      if (this.spec.rules.toOne && channel.hasRoom) continue;
      line.shift();
      channel.inLine = false;
      if (this.spec.rules.polled) this.handMore(channel, handed);
      else this.lineUp(channel);
    }
    this.pumping = false;
    if (this.pollers !== null && this.queue.waiting > 0) this.pollers.left();
  }

  /** Changes the queue in one step, without deliveries in between. */
  between(act: () => void): void {
    invariant(!this.pumping, 'a queue is changed while it hands out nothing');
    this.pumping = true;
    act();
    this.pumping = false;
    this.pump();
  }

  /** Sends the verdict of a consumer; it reaches the queue after the way back. */
  send(delivery: number, verdict: number): void {
    const { deliveries } = this;
    invariant(deliveries.verdict[delivery] === VERDICT.none, 'a delivery gets one verdict');
    const channel = this.channels[deliveries.channel[delivery]];
    deliveries.verdict[delivery] = verdict;
    deliveries.over[delivery] = 1;
    channel.unlink(deliveries, delivery);
    const { back } = channel.spec;
    let at = engine.now + (back < 0 ? 0 : this.time(back, delivery, WAY.back));
    if (verdict === VERDICT.ack) at = this.deletionOf(channel, delivery, at);
    if (back < 0 && at === engine.now) this.judge(delivery);
    else engine.at(at, PHASE.COMPLETION, this.verdictOp, delivery, 0, 0);
  }

  /** When the quota of the queue allows to delete a message, from `at` on. */
  private deletionOf(channel: Channel, delivery: number, at: Ns): Ns {
    if (this.deletions === null) return at;
    const { commit, invokes, maxNumberOfMessages } = channel.spec.spec;
    const parts = partsOf(invokes || commit === 'afterBatch' ? maxNumberOfMessages : 1);
    const key = this.messages.key[this.deliveries.message[delivery]];
    const allowed = this.deletions.reserve(key, at, parts);
    channel.deletedAt = Math.max(channel.deletedAt, allowed);
    return allowed;
  }

  /** Deletes a received message before the consumer handles it. */
  settleFirst(delivery: number): void {
    const { deliveries } = this;
    const { back } = this.channels[deliveries.channel[delivery]].spec;
    deliveries.settled[delivery] = 1;
    deliveries.pin(delivery);
    const at = engine.now + (back < 0 ? 0 : this.time(back, delivery, WAY.back));
    const allowed = this.deletionOf(this.channels[deliveries.channel[delivery]], delivery, at);
    engine.at(allowed, PHASE.COMPLETION, this.settledOp, delivery, 0, 0);
  }

  /** The channel has no work left. If it polls, it makes its next receive call. */
  idle(channel: Channel): void {
    if (channel.leaving) {
      this.world.outages.terminations.look(channel.instance);
      return;
    }
    if (!this.spec.rules.polled || channel.instance.down || channel.paused) return;
    const way = this.way(channel.spec.back, channel);
    this.question(channel, Math.max(way, channel.deletedAt - engine.now));
  }

  /**
   * Stops deliveries to the channel: basic.cancel, as when a spring-amqp container stops (BlockingQueueConsumer.java),
   * or no further receive call.
   */
  pause(channel: Channel): void {
    if (channel.inLine)
      invariant(this.line.remove(channel.index), 'a paused channel leaves the line');
    channel.inLine = false;
    this.handOver();
  }

  resume(channel: Channel): void {
    if (this.spec.rules.polled) return;
    this.lineUp(channel);
    this.pump();
  }

  /** A delivery has timed out: its channel is closed and reopened, and its deliveries go back. */
  overdue(delivery: number): void {
    const channel = this.channels[this.deliveries.channel[delivery]];
    channel.closing = true;
    this.close(channel);
    const entry = this.deliveries.entry[delivery];
    if (this.queue.entries.isHeld(entry, this.deliveries.stamp[delivery]))
      this.queue.giveBack(entry);
    this.handOver();
    channel.closing = false;
    this.resume(channel);
  }

  /** A node of the broker is lost. Deliveries to consumers that are connected to it go back. */
  cut(home: QueuePlacement, node: number, isLeader: boolean): void {
    if (isLeader) this.queue.aside.letters?.lost();
    if (this.spec.rules.hidesInFlight) return;
    this.between(() => {
      this.reconnects.lose(home, node, isLeader);
      this.handOver();
    });
  }

  /** The queue has a leader again. */
  leaderElected(): void {
    const { late, queue } = this;
    queue.leaderElected();
    for (let k = late.length; k > 0; k--) this.judge(late.shift());
    this.pump();
  }

  /** Closes a channel; late acknowledgements on it have no effect. */
  close(channel: Channel): void {
    const { buffer } = channel;
    channel.closed = channel.epoch;
    while (buffer.length > 0) this.loseSettled(buffer.shift());
    this.leave(channel);
    for (let own = channel.first; own >= 0; own = channel.first) {
      this.deliveries.verdict[own] = VERDICT.back;
      channel.unlink(this.deliveries, own);
      this.judge(own);
    }
  }

  /** Counts a lost effect if the queue has removed the message and this was its last open delivery. */
  loseSettled(delivery: number): void {
    const { deliveries } = this;
    if (!deliveries.ends(delivery)) return;
    this.queue.lose(deliveries.message[delivery], deliveries.copyOf(delivery));
  }

  private open(): readonly Channel[] {
    const { plan, instances } = this.world;
    const channels: Channel[] = [];
    this.spec.consumers.forEach((consumer, number) => {
      const component = plan.components[plan.parts[consumer.handler].component];
      const each = consumer.spec.concurrency / consumer.handlers;
      // For a function, the concurrency counts handlers of all its zones together.
      const isFunction = plan.functions.some(
        ({ component: id }) => plan.components[id] === component,
      );
      const handlers = isFunction ? each : each * component.instances;
      for (let k = 0; k < handlers; k++) {
        const index = isFunction ? k % component.instances : Math.floor(k / each);
        if ((consumer.spec.instance ?? index) !== index) continue;
        const instance = instances[component.firstInstance + index];
        channels.push(new Channel(channels.length, number, consumer, instance, index));
      }
      for (let index = 0; index < component.instances; index++) {
        if ((consumer.spec.instance ?? index) !== index) continue;
        const instance = instances[component.firstInstance + index];
        instance.residents.push({
          died: () => this.died(instance, number),
          started: () => this.started(instance, number),
          closing: () => this.closing(instance, number),
          isBusy: () =>
            this.channelsOf(instance, number).some((own) => own.isBusy(this.deliveries)),
        });
      }
    });
    return channels;
  }

  private begin(channel: Channel): void {
    this.reconnects.join(channel);
    if (channel.asleep || channel.leaving) return;
    if (this.spec.rules.polled) this.question(channel, this.way(channel.spec.back, channel));
    else this.lineUp(channel);
  }

  private lineUp(channel: Channel): void {
    if (channel.inLine || channel.closing || !channel.hasRoom || channel.instance.down) return;
    if (channel.paused || channel.leaving) return;
    if (this.single?.allows(channel, this.channels) === false) return;
    channel.inLine = true;
    this.line.push(channel.index);
    invariant(this.line.length <= this.channels.length, 'a channel waits in the line once');
  }

  /** The active handler has left its place: the next one gets messages. */
  private handOver(): void {
    for (const channel of this.single?.candidates(this.channels) ?? []) this.lineUp(channel);
  }

  /** Delivers one message to a channel, after `previous` in the same receive or -1. Its entry; -1 = none is available. */
  private hand(channel: Channel, previous: number): number {
    const { deliveries, queue } = this;
    const entry = previous < 0 ? queue.take() : queue.takeAfter(previous);
    if (entry < 0) return -1;
    const { entries } = queue;
    const delivery = deliveries.make(entries.message[entry], channel.index, channel.epoch);
    deliveries.hand(delivery, entry);
    channel.link(deliveries, delivery);
    channel.out++;
    invariant(
      channel.out <= channel.spec.prefetch,
      'a channel gets no more messages than it may hold',
    );
    invariant(
      channel.epoch === deliveries.epoch[delivery],
      'a message goes to the process that waits for it',
    );
    if (channel.spec.spec.commit === 'before' && !this.spec.rules.polled) {
      deliveries.settled[delivery] = 1;
      queue.settle(entry);
    }
    const { there } = channel.spec;
    if (there < 0) engine.soon(PHASE.ARRIVAL, this.comeOp, delivery, 0, 0);
    else {
      // The messages of one receive response arrive together.
      const { polled } = this.spec.rules;
      const time = polled ? this.way(there, channel) : this.time(there, delivery, WAY.there);
      engine.at(engine.now + time, PHASE.ARRIVAL, this.comeOp, delivery, 0, 0);
    }
    return entry;
  }

  /** Fills a receive response up to its limit, as far as messages are available. */
  private handMore(channel: Channel, first: number): void {
    for (let last = first; last >= 0 && channel.hasRoom;) last = this.hand(channel, last);
  }

  private come(delivery: number): void {
    const { deliveries } = this;
    const channel = this.channels[deliveries.channel[delivery]];
    const stale = deliveries.dead[delivery] !== 0 || deliveries.epoch[delivery] !== channel.epoch;
    if (!stale) this.handling.come(channel, delivery);
    else if (deliveries.dead[delivery] === 0) this.loseSettled(delivery);
    deliveries.unpin(delivery);
  }

  /** A verdict has reached the queue. */
  private judge(delivery: number): void {
    const { deliveries, queue } = this;
    invariant(
      deliveries.verdict[delivery] !== VERDICT.none,
      'a verdict reaches the queue after it was given',
    );
    const channel = this.channels[deliveries.channel[delivery]];
    const { polled, hidesInFlight } = this.spec.rules;
    const isMissed = queue.isHalted && deliveries.epoch[delivery] !== channel.closed;
    if (isMissed && !hidesInFlight) {
      this.late.push(delivery);
      return;
    }
    if (!polled && deliveries.epoch[delivery] === channel.epoch) channel.out--;
    invariant(channel.out >= 0, 'a verdict frees one place of its channel');
    if (deliveries.settled[delivery] === 0 && !isMissed) this.apply(delivery, channel);
    deliveries.unpin(delivery);
    if (!polled) this.lineUp(channel);
    if (queue.waiting > 0) this.pump();
  }

  private settled(delivery: number): void {
    const { deliveries, queue } = this;
    const entry = deliveries.entry[delivery];
    if (queue.entries.isHere(entry, deliveries.life[delivery])) queue.settle(entry);
    deliveries.unpin(delivery);
  }

  private apply(delivery: number, channel: Channel): void {
    const { deliveries, queue } = this;
    const entry = deliveries.entry[delivery];
    const isClosed = deliveries.epoch[delivery] === channel.closed;
    const verdict = isClosed ? VERDICT.back : deliveries.verdict[delivery];
    const held = queue.entries.isHeld(entry, deliveries.stamp[delivery]);
    // An older receipt still deletes a message that the queue hides.
    const valid =
      held ||
      (this.spec.rules.hidesInFlight && queue.entries.isHere(entry, deliveries.life[delivery]));
    if (!valid) return;
    if (verdict === VERDICT.ack) queue.settle(entry);
    else if (verdict === VERDICT.skip) queue.skip(entry);
    else if (verdict === VERDICT.drop) queue.bury(entry, -1);
    else if (verdict === VERDICT.dead) queue.bury(entry, channel.spec.deadLetter, true);
    else if (!held) return;
    else if (verdict === VERDICT.back) queue.giveBack(entry);
    else if (verdict === VERDICT.nack) queue.reject(entry);
    else if (verdict === VERDICT.later) queue.putOff(entry, deliveries.delay[delivery]);
  }

  /** Sends a receive call, which reaches the queue after `time`. */
  private question(channel: Channel, time: Ns): void {
    const asked = ++channel.asked;
    if (time === 0) engine.soon(PHASE.ARRIVAL, this.askOp, channel.index, asked, 0);
    else engine.at(engine.now + time, PHASE.ARRIVAL, this.askOp, channel.index, asked, 0);
  }

  private ask(index: number, asked: number, isAllowed: boolean): void {
    const channel = this.channels[index];
    if (channel.asked !== asked) return;
    const at = isAllowed ? engine.now : this.receives?.reserve(0, engine.now);
    if (at !== undefined && at > engine.now) {
      engine.at(at, PHASE.ARRIVAL, this.askOp, index, asked, 1);
      return;
    }
    channel.out = 0;
    this.lineUp(channel);
    this.pump();
    if (!channel.inLine) return;
    const { waitTimeNs } = this.spec.rules;
    if (waitTimeNs === 0) this.empty(index, asked);
    else engine.at(engine.now + waitTimeNs, PHASE.TIMER, this.answerOp, index, asked, 0);
  }

  /** A receive call ends without a message. */
  private empty(index: number, asked: number): void {
    const channel = this.channels[index];
    if (channel.asked !== asked || !channel.inLine) return;
    invariant(this.line.remove(index), 'an empty receive call ends in the line');
    channel.inLine = false;
    this.world.meters.count(this.emptyReceives!);
    if (this.pollers?.rests(channel) === true) return;
    const { waitTimeNs, pollIntervalNs } = this.spec.rules;
    const pause = waitTimeNs === 0 ? pollIntervalNs : 0;
    const { there, back } = channel.spec;
    this.question(channel, pause + this.way(there, channel) + this.way(back, channel));
  }

  private channelsOf(instance: Instance, consumer: number): readonly Channel[] {
    return this.channels.filter((own) => own.instance === instance && own.consumer === consumer);
  }

  /** The process is about to end: no more receive calls, and pushed messages that are not begun go back. */
  private closing(instance: Instance, consumer: number): void {
    for (const channel of this.channelsOf(instance, consumer)) {
      channel.leaving = true;
      channel.asked++;
      this.pause(channel);
      sendBack(this, channel);
    }
    if (this.single !== null) this.pump();
  }

  private died(instance: Instance, consumer: number): void {
    for (const channel of this.channelsOf(instance, consumer)) {
      channel.asked++;
      channel.leaving = channel.closing = false;
      this.handling.pausing?.died(channel);
      this.pollers?.died(channel);
      this.leave(channel);
      channel.busy = 0;
      channel.waking = false;
      this.loseAll(channel);
    }
    this.handling.pausing?.instanceDied(instance, consumer);
    this.handOver();
    if (this.single !== null) this.pump();
    if (!this.spec.rules.stored && !this.isAttended()) this.forget();
  }

  private started(instance: Instance, consumer: number): void {
    for (const channel of this.channelsOf(instance, consumer)) {
      this.pollers?.settle(channel);
      this.begin(channel);
    }
    this.pump();
  }

  /** Drops all messages, because the queue has no consumer to keep them for. */
  private forget(): void {
    const { entries } = this.queue;
    for (let entry = entries.oldest; entry >= 0; entry = entries.oldest) this.queue.bury(entry, -1);
  }

  /** Detaches a channel from its deliveries. */
  private leave(channel: Channel): void {
    if (channel.inLine)
      invariant(this.line.remove(channel.index), 'a channel that ends leaves the line');
    channel.inLine = false;
    channel.epoch++;
    channel.out = 0;
    channel.buffer.clear();
    channel.done.clear();
  }

  /** The process has died with its deliveries: the queue notices the lost connection, or nothing. */
  private loseAll(channel: Channel): void {
    const { deliveries } = this;
    invariant(channel.out === 0 && channel.busy === 0, 'a dead process handles nothing');
    for (let delivery = channel.first; delivery >= 0; delivery = channel.first) {
      deliveries.dead[delivery] = 1;
      this.loseSettled(delivery);
      this.send(delivery, VERDICT[this.spec.rules.failure]);
    }
  }

  private time(sampler: number, delivery: number, index: number): Ns {
    const { deliveries, messages } = this;
    const { lineageA, lineageB } = messages;
    const message = deliveries.message[delivery];
    derive(lineageA[message], lineageB[message], deliveries.number[delivery]);
    const { a, b } = this.key;
    return samplers.draw(sampler, a, b, lineage.a, lineage.b, index);
  }

  /** Draws the latency of a receive call, which belongs to no message. */
  private way(sampler: number, channel: Channel): Ns {
    if (sampler < 0) return 0;
    const { a, b } = this.key;
    return samplers.draw(sampler, a, b, channel.index, channel.asked, sampler);
  }
}
