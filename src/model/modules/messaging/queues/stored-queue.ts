import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { Ns } from '../../../../kernel/time.js';
import type { PlanInlet, PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Run } from '../../../data/run.js';
import { isHitBy } from '../../../data/holder-knobs.js';
import type { Messages } from '../messages.js';
import { packingSettings } from '../packed-messages.js';
import { Aside } from './aside.js';
import { auditQueue } from './audit-queue.js';
import { Backlog } from './backlog.js';
import { DeliveryList } from './delivery-list.js';
import { Entries, PLACE } from './entries.js';
import { Order } from './order.js';
import { Expiry } from './expiry.js';
import { Groups } from './groups.js';
import { LookAhead } from './look-ahead.js';
import { NOWHERE } from './origins.js';
import { Places } from './places.js';
import { QueueFigures } from './queue-figures.js';
import type { QueueWatch } from './queue-watch.js';
import type { QueuePlacement } from './placement.js';
import { levels } from '../../../data/figures/levels.js';

/** First position of messages returned to the head; they keep the order of their return. */
const RETURNS = -9_000_000_000_000_000;
/** Knobs that need an entry for every message: they search the queue, duplicate messages or reorder them. */
const ASKED_FOR = ['flushed', 'redriven', 'duplicated', 'heldBack'] as const;

/** A queue: messages wait for consumers, are delivered and settled. */
export class StoredQueue {
  readonly entries = new Entries();
  /** Counters for the conservation check. */
  accepted = 0;
  acked = 0;
  deadLettered = 0;
  expired = 0;
  dropped = 0;
  purged = 0;
  redriven = 0;
  watch!: QueueWatch;
  readonly aside: Aside;
  private next = 0;
  private returns = RETURNS;
  /** Messages behind all entries; null until there are any. */
  private backlog: Backlog | null = null;
  /** Number of ready entries from which new messages go to the backlog; Infinity if a fault needs entries for all. */
  private readonly near: number;
  /** Null if no fault reorders the queue. */
  private readonly order: Order | null;
  private readonly rules: PlanInlet['rules'] = this.spec.rules;
  private readonly visibleOp: number = engine.define('visible', (entry, stamp) =>
    this.visible(entry, stamp),
  );
  private readonly expiry = new Expiry(this.entries, this.spec.rules.lifetimeNs, this);
  readonly deliveries = new DeliveryList(this.entries, this);
  readonly figures = new QueueFigures(this.world, this.spec, this.entries, this.messages);
  private readonly places = new Places(this.figures);
  /** Null if all messages are looked at. */
  private readonly lookAhead: LookAhead | null = null;
  /** By key, in a queue that orders them; null = it does not. */
  private readonly groups: Groups | null = this.spec.rules.keyed ? new Groups(this.entries) : null;

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    readonly spec: PlanQueue,

    /** Bit of the effects in this queue. */
    private readonly effect: number,

    /** The broker nodes that hold the queue; null = it never fails. */
    readonly placement: QueuePlacement | null,
  ) {
    const { component } = spec;
    const isSearched = ASKED_FOR.some((knob) => isHitBy(world, knob, component));
    if (this.rules.lookAhead < Infinity) {
      this.lookAhead = new LookAhead(this.entries, this.rules.lookAhead);
    }
    this.near = isSearched ? Infinity : packingSettings.near;
    this.order = isHitBy(world, 'heldBack', component) ? new Order(world, spec) : null;
    this.aside = new Aside(this, messages.history, this.expiry, this.places);
    world.audits.push(() => auditQueue(this, this.places));
  }

  /** Waiting messages, which the capacity limits. */
  get waiting(): number {
    return this.entries.ready.length + this.places.behind + this.far;
  }

  /** Messages with consumers, and hidden ones. */
  get inFlight(): number {
    return this.places.inFlight;
  }

  get delayed(): number {
    return this.places.delayed;
  }

  /** The queue has no leader, so it neither delivers nor settles. */
  get isHalted(): boolean {
    return this.placement !== null && !this.placement.isUsable;
  }

  /** The queue has a leader again; handles timeouts that passed meanwhile. */
  leaderElected(): void {
    this.expiry.arm();
    this.deliveries.arm();
    this.aside.letters?.led();
  }

  /** The messages that its capacity counts. */
  private get counted(): number {
    if (this.rules.capacityOf === 'stored') return this.stored;
    // is_over_limit of rabbit_fifo.erl counts those that are ready, and letters.
    return this.waiting + this.places.letters;
  }

  isFull(): boolean {
    return this.counted >= this.rules.capacity;
  }

  /**
   * Accepts a message. `origin`: its source as a dead letter, or -1; `held`: extra delay before delivery; `isNew`: its
   * age begins now, whenever it was published. Its entry; -1 = it is in the backlog.
   */
  accept(message: number, origin: number, held = 0, isNew = false): number {
    const { entries, rules, messages, figures } = this;
    const { now } = engine;
    invariant(held >= 0, 'a message is not delivered before it was accepted');
    const position = this.next++;
    const startsAnew = isNew || (origin !== NOWHERE && rules.lettersStartAnew);
    const since = rules.sincePublished && !startsAnew ? messages.published[message] : now;
    this.accepted++;
    this.placement?.weigh(messages.bytes[message]);
    figures.came();
    // A dead letter is not delayed again.
    const due = held + (origin < 0 ? now + rules.delayNs : now);
    if (due === now && (this.far > 0 || entries.ready.length >= this.near)) {
      this.backlog ??= new Backlog(messages);
      this.backlog.push(message, position, rules.lifetimeNs === Infinity ? 0 : since, origin);
      this.becameReady();
      return -1;
    }
    const entry = this.make(message, position, since, origin);
    entries.due[entry] = due;
    if (entry === entries.oldest) this.figures.turnAge(this.entries.oldest);
    if (this.joins(entry)) levels.add(figures.ready, 1);
    else this.begin(entry);
    invariant(this.isComplete, 'an accepted message is in one place of the queue');
    return entry;
  }

  /** Counts a message as accepted and dropped: the queue has no room, no node or no consumer for it. */
  refuse(message: number): void {
    this.accepted++;
    this.drop();
    this.lose(message, -this.accepted);
  }

  /** Takes the next deliverable message and marks it in flight; -1 = none. */
  take(): number {
    const entry = this.head();
    if (entry < 0) return -1;
    invariant(this.entries.place[entry] === PLACE.ready, 'only a ready message is handed out');
    this.handOut(entry);
    return entry;
  }

  /** Takes another message for the same receive: the next one of the group, as long as there is one. */
  takeAfter(previous: number): number {
    const entry = this.groups === null ? -1 : this.nextOfGroup(previous);
    if (entry < 0) return this.take();
    this.handOut(entry);
    return entry;
  }

  /** The next deliverable message with the key of one that a receive has just taken; -1 = none. */
  private nextOfGroup(previous: number): number {
    const { due, follower, place } = this.entries;
    if (this.inFlight >= this.rules.inFlightLimit) return -1;
    for (let next = follower[previous]; next >= 0; next = follower[previous]) {
      invariant(place[next] === PLACE.behind, 'those behind a message that is taken wait for it');
      if (due[next] > engine.now) return -1;
      if (!this.isOver(next)) return next;
    }
    return -1;
  }

  private handOut(entry: number): void {
    const { entries, rules, world } = this;
    invariant(!this.isHalted, 'a queue without a leader hands out nothing');
    this.leave(entry);
    this.groups?.begins(entry);
    this.places.enter(PLACE.inFlight);
    invariant(
      this.inFlight <= rules.inFlightLimit,
      'no more messages are in flight than the queue allows',
    );
    entries.place[entry] = PLACE.inFlight;
    entries.stamp[entry]++;
    if (++entries.deliveries[entry] + entries.resent[entry] > 1)
      world.meters.count(this.figures.redelivered);
    else if (this.order !== null)
      this.order.handedOut(this.messages.published[entries.message[entry]]);
    entries.due[entry] = engine.now + rules.inFlightNs;
    this.deliveries.add(entry);
    invariant(
      entries.deliveries[entry] <= rules.maxReceiveCount,
      'a message is received no more often than the queue allows',
    );
    invariant(this.isComplete, 'a message that is handed out leaves its place in the queue');
  }

  /** The message is handled. */
  settle(entry: number): void {
    this.acked++;
    this.remove(entry);
  }

  /** The consumer skips the message. */
  skip(entry: number): void {
    this.letGo(entry);
    this.settle(entry);
  }

  /** Returns a delivery whose channel has closed, unless it exceeds the delivery limit. */
  giveBack(entry: number): void {
    const { entries, rules } = this;
    this.comeBack(entry, rules.returnsFirst ? this.returns++ : entries.position[entry]);
  }

  /** Returns a delivery that its consumer rejects. */
  reject(entry: number): void {
    if (this.rules.rejectsToTail) this.comeBack(entry, this.next++);
    else this.giveBack(entry);
  }

  private comeBack(entry: number, position: number): void {
    if (this.hasFailed(entry)) return;
    this.leave(entry);
    this.entries.position[entry] = position;
    this.becomeReady(entry);
  }

  /** Hides a failed delivery for a time. */
  putOff(entry: number, delay: Ns): void {
    const { entries, rules } = this;
    invariant(delay >= 0, 'a message is hidden for a time');
    if (this.hasFailed(entry)) return;
    this.leave(entry);
    if (rules.delaysToTail) {
      entries.position[entry] = this.next++;
      entries.since[entry] = engine.now + delay;
    }
    this.hide(entry, engine.now + delay);
  }

  /** Counts a failed delivery; true if it was one too many, which ends the message. */
  private hasFailed(entry: number): boolean {
    const { deliveries, failures, place } = this.entries;
    invariant(place[entry] === PLACE.inFlight, 'only a message in flight comes back');
    invariant(
      failures[entry] < deliveries[entry],
      'a message fails no more often than it is delivered',
    );
    if (++failures[entry] <= this.rules.deliveryLimit) return false;
    this.bury(entry, this.spec.deadLetter);
    return true;
  }

  /** Dead-letters a message, or drops it if `target` is -1. `isRejected`: a consumer did not want it. */
  bury(entry: number, target: number, isRejected = false): void {
    const message = this.entries.message[entry];
    const deaths = target < 0 ? 0 : this.messages.deathsAfter(message, this.spec, isRejected);
    if (target >= 0 && this.aside.letter(entry, target, deaths)) {
      this.world.meters.count(this.figures.deadLettered);
      return;
    }
    if (target >= 0 && !this.messages.history.isCycle(deaths, target)) {
      this.deadLettered++;
      this.world.meters.count(this.figures.deadLettered);
      this.watch.deadLetter(target, message, deaths);
    } else {
      this.drop();
      this.letGo(entry);
    }
    this.remove(entry);
  }

  /** A consumer, or a full queue, dead-letters a message that the queue does not have. */
  forward(message: number, target: number, isRejected: boolean): void {
    this.messages.giveUp(message, this.effect);
    this.world.meters.count(this.figures.deadLettered);
    const deaths = this.messages.deathsAfter(message, this.spec, isRejected);
    this.watch.deadLetter(target, message, deaths);
  }

  /** This copy of a message will not have an effect. */
  lose(message: number, copy: number): void {
    if (this.messages.loses(message, this.effect, copy)) this.world.meters.count(this.figures.lost);
  }

  /** An operator removes a message. */
  takeAway(entry: number, why: 'purged' | 'redriven'): void {
    this[why]++;
    this.remove(entry);
  }

  /** Counts a lost effect, unless a consumer still has the message. */
  letGo(entry: number): void {
    const { entries, watch } = this;
    if (!watch.left(entry)) this.lose(entries.message[entry], entries.copyOf(entry));
  }

  private drop(): void {
    this.dropped++;
    this.world.meters.count(this.figures.dropped);
  }

  private make(message: number, position: number, since: Ns, origin: number): number {
    const { entries, messages } = this;
    messages.holders[message]++;
    const entry = entries.make(message, messages.key[message], origin);
    entries.position[entry] = position;
    entries.since[entry] = since;
    this.lookAhead?.added(entry);
    return entry;
  }

  /** Every message has one place. */
  get isComplete(): boolean {
    return this.waiting + this.places.away === this.stored;
  }

  /** All messages of the queue. */
  get stored(): number {
    return this.entries.slots.used + this.far;
  }

  /** Messages without an entry. */
  private get far(): number {
    return this.backlog === null ? 0 : this.backlog.length;
  }

  /** Gives entries to the first messages of the backlog. They become ready, unless an earlier one has their key. */
  private fetch(): void {
    const { entries, messages } = this;
    this.backlog!.take((message, position, since, origin) => {
      const entry = this.make(message, position, since, origin);
      messages.release(message);
      entries.due[entry] = 0;
      if (this.joins(entry)) return;
      entries.place[entry] = PLACE.ready;
      entries.stamp[entry]++;
      entries.ready.add(entry);
    });
  }

  /** The first ready entry; -1 = none. An entry that was delayed may come after messages of the backlog. */
  first(): number {
    const { entries } = this;
    while (this.far > 0) {
      const entry = entries.ready.peek();
      if (entry >= 0 && entries.position[entry] < this.backlog!.position) return entry;
      this.fetch();
    }
    return entries.ready.peek();
  }

  /** True if the message has to wait for another one of its key. */
  private joins(entry: number): boolean {
    if (this.groups?.add(entry) !== true) return false;
    this.entries.place[entry] = PLACE.behind;
    this.places.count(PLACE.behind, 1);
    return true;
  }

  /** A new message, or the next one of its key, starts to wait for a consumer. */
  private begin(entry: number): void {
    const { due } = this.entries;
    if (due[entry] > engine.now) {
      this.groups?.begins(entry);
      this.hide(entry, due[entry]);
    } else this.makeReady(entry);
  }

  private makeReady(entry: number): void {
    const { entries } = this;
    entries.place[entry] = PLACE.ready;
    entries.stamp[entry]++;
    entries.ready.add(entry);
    this.becameReady();
  }

  private becameReady(): void {
    const { rules } = this;
    levels.add(this.figures.ready, 1);
    this.watch.available();
    this.expiry.arm();
    if (rules.overflow !== 'dropHead' || this.counted <= rules.capacity) return;
    while (this.counted > rules.capacity) {
      // A limit of all that is stored deletes the oldest, wherever it is.
      const entry = rules.capacityOf === 'stored' ? this.entries.oldest : this.first();
      if (entry < 0) return;
      this.bury(entry, rules.deadLettersOverflow ? this.spec.deadLetter : -1);
    }
    // A deleted message was perhaps in flight, which makes room for another one.
    if (rules.capacityOf === 'stored') this.watch.available();
  }

  private hide(entry: number, until: Ns): void {
    const { entries } = this;
    entries.place[entry] = PLACE.delayed;
    entries.stamp[entry]++;
    this.places.enter(PLACE.delayed);
    engine.at(until, PHASE.TIMER, this.visibleOp, entry, entries.stamp[entry], 0);
  }

  private visible(entry: number, stamp: number): void {
    const { slots, stamp: stamps } = this.entries;
    if (!slots.has(entry) || stamps[entry] !== stamp) return;
    invariant(this.entries.place[entry] === PLACE.delayed, 'only a hidden message becomes visible');
    this.leave(entry);
    this.becomeReady(entry);
  }

  /** The first ready message that has neither expired nor reached its receive limit. */
  private head(): number {
    if (this.inFlight >= this.rules.inFlightLimit) return -1;
    for (;;) {
      const entry = this.first();
      if (entry < 0 || this.lookAhead?.sees(entry) === false) return -1;
      if (!this.isOver(entry)) return entry;
    }
  }

  /** Ends the life of a message that has expired or reached its receive limit. */
  private isOver(entry: number): boolean {
    const { entries, rules, spec } = this;
    if (this.expiry.isOver(entry)) this.expire(entry);
    else if (entries.deliveries[entry] < rules.maxReceiveCount) return false;
    else if (rules.keepsSpent && spec.deadLetter < 0) this.aside.keep(entry);
    else this.bury(entry, spec.deadLetter);
    return true;
  }

  /** The time of a message has ended. */
  expire(entry: number): void {
    this.world.meters.count(this.figures.expired);
    if (this.rules.deadLettersExpired && this.spec.deadLetter >= 0) {
      this.bury(entry, this.spec.deadLetter);
      return;
    }
    this.expired++;
    this.letGo(entry);
    this.remove(entry);
  }

  /** A delivery has timed out. */
  overdue(entry: number): void {
    invariant(this.entries.place[entry] === PLACE.inFlight, 'only a message in flight times out');
    if (this.rules.closesChannel) this.watch.overdue(this.entries.holder[entry]);
    else {
      this.leave(entry);
      if (this.rules.returnsFirst) this.entries.position[entry] = this.returns++;
      this.becomeReady(entry);
    }
  }

  /** Removes an entry from its current place. */
  leave(entry: number): void {
    const place = this.entries.place[entry];
    if (place === PLACE.ready) this.entries.ready.remove(entry);
    else if (place === PLACE.inFlight) this.deliveries.remove(entry);
    this.places.leave(place);
  }

  remove(entry: number): void {
    const { entries, messages } = this;
    invariant(entries.slots.has(entry), 'a message leaves the queue once');
    this.leave(entry);
    this.placement?.weigh(-messages.bytes[entries.message[entry]]);
    this.figures.left(entry);
    const wasOldest = entry === entries.oldest;
    const place = entries.place[entry];
    const isBusy = place === PLACE.inFlight || place === PLACE.delayed;
    const first = this.groups === null ? -1 : this.groups.remove(entry, isBusy);
    const isMoved = this.lookAhead?.removes(entry) === true;
    entries.free(entry);
    messages.release(entries.message[entry]);
    invariant(this.isComplete, 'a removed message is in no place of the queue');
    if (entries.oldest < 0 && this.far > 0) this.fetch();
    if (wasOldest) this.figures.turnAge(this.entries.oldest);
    this.promote(first);
    this.watch.roomed();
    if (isMoved) this.watch.available();
  }

  /** The first message of a key may be delivered, unless it is ready already. */
  private promote(first: number): void {
    if (first < 0 || this.entries.place[first] !== PLACE.behind) return;
    this.leave(first);
    this.begin(first);
  }

  /** A message that was delivered or hidden may be delivered, or another one that is in front of it. */
  private becomeReady(entry: number): void {
    if (this.groups === null) {
      this.makeReady(entry);
      return;
    }
    const { entries } = this;
    entries.place[entry] = PLACE.behind;
    entries.stamp[entry]++;
    entries.due[entry] = 0;
    this.places.enter(PLACE.behind);
    this.promote(this.groups.ends(entry));
  }
}
