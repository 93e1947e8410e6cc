import { invariant } from '../../../../kernel/invariant.js';
import { Slots } from '../../../../kernel/pool.js';
import type { Messages } from '../messages.js';
import { copyOf, type Entries } from './entries.js';

/** Verdicts of a consumer on a delivery. */
export const VERDICT = Object.freeze({
  none: 0,
  /** Handled. */
  ack: 1,
  /** Returned: at once, because its channel has closed, or after a delay. */
  back: 2,
  later: 3,
  /** To the dead-letter target of the consumer. */
  dead: 4,
  /** No verdict: the message becomes visible again when its delivery times out. */
  silence: 5,
  /** Discarded. */
  drop: 6,
  /** Settled without an effect. */
  skip: 7,
  /** Returned at once, because the consumer rejects it. */
  nack: 8,
} as const);

/** Part of a message in a run of the handler: it has failed alone, or its effect is older. */
export const PART = Object.freeze({ handled: 0, missed: 1, known: 2 } as const);

/**
 * Columns of deliveries: a message on its way to a consumer, with it, or on the way back. Pins count the references to
 * a delivery; its slot is free when the last one is removed.
 */
export class Deliveries {
  readonly slots = new Slots(64);
  entry: Int32Array = new Int32Array(0);
  /** Life of the entry at the time of the delivery. */
  life: Int32Array = new Int32Array(0);
  stamp: Int32Array = new Int32Array(0);
  /** Number of this delivery of its message, from 1; keys its random draws. */
  number: Int32Array = new Int32Array(0);
  /** Times that its message was sent again before. */
  resent: Int32Array = new Int32Array(0);
  message: Int32Array = new Int32Array(0);
  channel: Int32Array = new Int32Array(0);
  /** Epoch of the channel at the time of the delivery. */
  epoch: Int32Array = new Int32Array(0);
  /** Tries in this process. */
  tries: Int32Array = new Int32Array(0);
  /** Start of the run. */
  began: Float64Array = new Float64Array(0);
  /** Time from which its consumer sends no more heartbeats for it. */
  renewedUntil: Float64Array = new Float64Array(0);
  verdict: Uint8Array = new Uint8Array(0);
  /** 1 = its process has died. */
  dead: Uint8Array = new Uint8Array(0);
  /** 1 = its consumer has finished with it or given it up. */
  over: Uint8Array = new Uint8Array(0);
  /** 1 = the queue has already removed the message, and ignores the verdict. */
  settled: Uint8Array = new Uint8Array(0);
  /** PART in the run of the handler. */
  part: Uint8Array = new Uint8Array(0);
  /** Delay of a `later` verdict. */
  delay: Float64Array = new Float64Array(0);
  /** The next delivery in the same run of the handler; -1 = none. */
  inRun: Int32Array = new Int32Array(0);
  /** Neighbours in the list of its channel. */
  before: Int32Array = new Int32Array(0);
  after: Int32Array = new Int32Array(0);
  /** Neighbours among the deliveries of one entry; valid only while those deliveries exist. */
  private earlier: Int32Array = new Int32Array(0);
  private later: Int32Array = new Int32Array(0);
  private pins: Int32Array = new Int32Array(0);
  /** True once any message was delivered again. */
  private isAgain = false;

  constructor(
    private readonly messages: Messages,
    private readonly entries: Entries,
  ) {
    this.slots.addColumns(this);
  }

  /** Makes a delivery with two pins: one until its end, one for its way to the consumer. */
  make(message: number, channel: number, epoch: number): number {
    const delivery = this.slots.take();
    this.messages.holders[message]++;
    this.message[delivery] = message;
    this.channel[delivery] = channel;
    this.epoch[delivery] = epoch;
    this.tries[delivery] = 0;
    this.verdict[delivery] = VERDICT.none;
    this.dead[delivery] = 0;
    this.over[delivery] = 0;
    this.settled[delivery] = 0;
    this.inRun[delivery] = -1;
    this.pins[delivery] = 2;
    return delivery;
  }

  /** Number of its copy of the message. */
  copyOf(delivery: number): number {
    return copyOf(this.entry[delivery], this.life[delivery]);
  }

  pin(delivery: number): void {
    invariant(this.pins[delivery] > 0, 'only a delivery that exists is pinned');
    this.pins[delivery]++;
  }

  unpin(delivery: number): void {
    invariant(this.pins[delivery] > 0, 'each pin of a delivery is removed once');
    if (--this.pins[delivery] > 0) return;
    if (this.isAgain) this.unlink(delivery);
    this.messages.release(this.message[delivery]);
    this.slots.give(delivery);
  }

  /** Links a delivery to the entry it delivers. */
  hand(delivery: number, entry: number): void {
    const { deliveries, holder, life, resent, stamp } = this.entries;
    const last = holder[entry];
    invariant(deliveries[entry] > 0, 'a delivery is counted before it is sent');
    holder[entry] = delivery;
    this.entry[delivery] = entry;
    this.life[delivery] = life[entry];
    this.stamp[delivery] = stamp[entry];
    this.number[delivery] = deliveries[entry];
    this.resent[delivery] = resent[entry];
    if (deliveries[entry] === 1) return;
    this.isAgain = true;
    this.earlier[delivery] = last;
    // Its slot may belong to a delivery of another message by now.
    if (this.isOf(last, this.copyOf(delivery))) this.later[last] = delivery;
  }

  /**
   * The queue removes the message of an entry: consumers that have it continue, but settle nothing. False if no
   * consumer has it.
   */
  leave(entry: number): boolean {
    const { deliveries, holder, life } = this.entries;
    if (deliveries[entry] === 0) return false;
    const copy = copyOf(entry, life[entry]);
    let isInHand = false;
    for (let own = holder[entry]; this.isOf(own, copy); own = this.neighbour(own, false)) {
      if (!this.isOpen(own)) continue;
      this.settled[own] = 1;
      isInHand = true;
    }
    return isInHand;
  }

  /** A consumer has given it up: true if the queue has removed the message and no other delivery of it is open. */
  ends(delivery: number): boolean {
    this.over[delivery] = 1;
    if (this.settled[delivery] === 0) return false;
    if (!this.isAgain) return true;
    for (const isLater of [false, true]) {
      let own = this.neighbour(delivery, isLater);
      for (; own >= 0; own = this.neighbour(own, isLater)) if (this.isOpen(own)) return false;
    }
    return true;
  }

  private isOpen(delivery: number): boolean {
    return this.over[delivery] === 0 && this.dead[delivery] === 0;
  }

  private isOf(delivery: number, copy: number): boolean {
    return this.slots.has(delivery) && this.copyOf(delivery) === copy;
  }

  /** The delivery of the same entry before or after this one; -1 = none. */
  private neighbour(delivery: number, isLater: boolean): number {
    const other = (isLater ? this.later : this.earlier)[delivery];
    if (!this.isOf(other, this.copyOf(delivery))) return -1;
    const distance = this.number[other] - this.number[delivery];
    return (isLater ? distance > 0 : distance < 0) ? other : -1;
  }

  private unlink(delivery: number): void {
    const { holder, life } = this.entries;
    const before = this.neighbour(delivery, false);
    const behind = this.neighbour(delivery, true);
    invariant(
      behind < 0 || this.earlier[behind] === delivery,
      'a later delivery knows the one before it',
    );
    invariant(
      before < 0 || this.later[before] === delivery,
      'an earlier delivery knows the one after it',
    );
    const entry = this.entry[delivery];
    if (behind >= 0) this.earlier[behind] = before;
    else if (before >= 0 && holder[entry] === delivery && life[entry] === this.life[delivery]) {
      holder[entry] = before;
    }
    if (before >= 0) this.later[before] = behind;
  }

  /** Splits a run in two by a test: the first delivery that fails it and the first that passes it; -1 = none. */
  split(run: number, isApart: (delivery: number) => boolean): readonly [number, number] {
    const heads: [number, number] = [-1, -1];
    const tails = [-1, -1];
    for (let own = run; own >= 0;) {
      const next = this.inRun[own];
      const part = isApart(own) ? 1 : 0;
      if (tails[part] < 0) heads[part] = own;
      else this.inRun[tails[part]] = own;
      tails[part] = own;
      this.inRun[own] = -1;
      own = next;
    }
    return heads;
  }
}
