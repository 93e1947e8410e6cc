import { Slots, widenFloat64, widenInt32, widenUint8 } from '../../../kernel/pool.js';
import type { Messages } from '../messages.js';

/** What a consumer says about a delivery. */
export const VERDICT = Object.freeze({
  none: 0,
  /** Done. */
  ack: 1,
  /** Back at once, or after a time. */
  back: 2,
  later: 3,
  /** To where the consumer sends what it cannot handle. */
  dead: 4,
  /** Nothing: it is seen again when its time is over. */
  silence: 5,
  /** Nowhere. */
  drop: 6,
  /** Done with, though its effect has not happened. */
  skip: 7,
} as const);

/**
 * Columns of deliveries: a message on its way to a consumer, with it, and on the way back. A delivery is kept
 * until all that refers to it is over: pins count that.
 */
export class Deliveries {
  readonly slots = new Slots(64);
  entry: Int32Array = new Int32Array(0);
  /** Of the entry, when it was handed out. */
  life: Int32Array = new Int32Array(0);
  stamp: Int32Array = new Int32Array(0);
  /** Which delivery of its message it is, from 1: it draws for itself. */
  number: Int32Array = new Int32Array(0);
  message: Int32Array = new Int32Array(0);
  channel: Int32Array = new Int32Array(0);
  /** Of the channel, when it was handed out. */
  epoch: Int32Array = new Int32Array(0);
  /** Tries in this process. */
  tries: Int32Array = new Int32Array(0);
  /** When the run began. */
  began: Float64Array = new Float64Array(0);
  verdict: Uint8Array = new Uint8Array(0);
  /** Raised when its process has died. */
  dead: Uint8Array = new Uint8Array(0);
  /** Settled when it was handed out. */
  settled: Uint8Array = new Uint8Array(0);
  /** Of `later`. */
  delay: Float64Array = new Float64Array(0);
  /** The next one in the same run of the handler, -1 = none. */
  inRun: Int32Array = new Int32Array(0);
  /** Neighbours in the list of its channel. */
  before: Int32Array = new Int32Array(0);
  after: Int32Array = new Int32Array(0);
  private pins: Int32Array = new Int32Array(0);
  private readonly messages: Messages;

  constructor(messages: Messages) {
    this.messages = messages;
    this.slots.onGrow((capacity) => this.widen(capacity));
  }

  /** A delivery with two pins: one until its end, one for its way. */
  make(message: number, channel: number, epoch: number): number {
    const delivery = this.slots.take();
    this.messages.holders[message]++;
    this.message[delivery] = message;
    this.channel[delivery] = channel;
    this.epoch[delivery] = epoch;
    this.tries[delivery] = 0;
    this.verdict[delivery] = VERDICT.none;
    this.dead[delivery] = 0;
    this.settled[delivery] = 0;
    this.inRun[delivery] = -1;
    this.pins[delivery] = 2;
    return delivery;
  }

  pin(delivery: number): void {
    this.pins[delivery]++;
  }

  unpin(delivery: number): void {
    if (--this.pins[delivery] > 0) return;
    this.messages.release(this.message[delivery]);
    this.slots.give(delivery);
  }

  /** Cuts a run into those for which the question is answered no and yes: the first of each, -1 = none. */
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

  private widen(capacity: number): void {
    this.entry = widenInt32(this.entry, capacity);
    this.life = widenInt32(this.life, capacity);
    this.stamp = widenInt32(this.stamp, capacity);
    this.number = widenInt32(this.number, capacity);
    this.message = widenInt32(this.message, capacity);
    this.channel = widenInt32(this.channel, capacity);
    this.epoch = widenInt32(this.epoch, capacity);
    this.tries = widenInt32(this.tries, capacity);
    this.began = widenFloat64(this.began, capacity);
    this.verdict = widenUint8(this.verdict, capacity);
    this.dead = widenUint8(this.dead, capacity);
    this.settled = widenUint8(this.settled, capacity);
    this.delay = widenFloat64(this.delay, capacity);
    this.inRun = widenInt32(this.inRun, capacity);
    this.before = widenInt32(this.before, capacity);
    this.after = widenInt32(this.after, capacity);
    this.pins = widenInt32(this.pins, capacity);
  }
}
