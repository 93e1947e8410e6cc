import { invariant } from '../../../../kernel/invariant.js';
import { Slots } from '../../../../kernel/pool.js';
import { ReadyHeap } from './ready-heap.js';

/** State of a message in a queue. */
export const PLACE = Object.freeze({
  ready: 0,
  inFlight: 1,
  delayed: 2,
  /** Waits for an earlier message with the same key. */
  behind: 3,
  /** Its deliveries are used up: it stays stored, and no consumer gets it. */
  spent: 4,
  /** A dead letter that stays until its target has confirmed it. */
  letter: 5,
} as const);

/** Maximum number of lives of an entry. */
const LIVES = 2_147_483_648;

/** A unique number for the message that an entry holds in one of its lives. */
export const copyOf = (entry: number, life: number): number => entry * LIVES + life;

/** Columns of the messages that a queue holds. */
export class Entries {
  readonly slots = new Slots(64);
  readonly ready = new ReadyHeap();
  message: Int32Array = new Int32Array(0);
  /** Raised when the slot is reused, so that events about the old message detect it. */
  life: Int32Array = new Int32Array(0);
  /** Raised with every change of its place, so that a delivery detects that it is outdated. */
  stamp: Int32Array = new Int32Array(0);
  place: Uint8Array = new Uint8Array(0);
  /** Order in the queue. */
  position: Float64Array = new Float64Array(0);
  /** Start of its time to live. */
  since: Float64Array = new Float64Array(0);
  deliveries: Int32Array = new Int32Array(0);
  /** Deliveries that failed. */
  failures: Int32Array = new Int32Array(0);
  /** Runs of a handler for it. */
  runs: Int32Array = new Int32Array(0);
  /** Handlers that work on it now: two after a delivery that timed out during its first handling. */
  works: Int32Array = new Int32Array(0);
  /** Times that its consumers have sent it again, after its acknowledgement. */
  resent: Int32Array = new Int32Array(0);
  /** Value of its key, if only one message per key may be in flight. */
  key: Float64Array = new Float64Array(0);
  /** The messages with its key before and after it; -1 = none. */
  prior: Int32Array = new Int32Array(0);
  follower: Int32Array = new Int32Array(0);
  /** The latest delivery, and when it times out; for a new message: when it may be delivered. */
  holder: Int32Array = new Int32Array(0);
  due: Float64Array = new Float64Array(0);
  /** First and last entry in the order of arrival, -1 = none; and the neighbours of each. */
  oldest = -1;
  newest = -1;
  private older: Int32Array = new Int32Array(0);
  newer: Int32Array = new Int32Array(0);
  /** Neighbours in the list of deliveries, in the order of delivery. */
  before: Int32Array = new Int32Array(0);
  after: Int32Array = new Int32Array(0);
  /**
   * For a dead letter: number of its source queue, or below -1 its source topic, see `origins.ts`; -1 = no dead letter.
   */
  origin: Int32Array = new Int32Array(0);

  constructor() {
    this.slots.addColumns(this);
    this.slots.onGrow((capacity) => this.ready.widen(this.position, capacity));
  }

  /** True if the slot still holds the same message. */
  isHere(entry: number, life: number): boolean {
    return this.slots.has(entry) && this.life[entry] === life;
  }

  /** True if a delivery is still the latest one of its message. */
  isHeld(entry: number, stamp: number): boolean {
    return this.stamp[entry] === stamp && this.place[entry] === PLACE.inFlight;
  }

  /** A unique number for the message that an entry holds now. */
  copyOf(entry: number): number {
    return copyOf(entry, this.life[entry]);
  }

  /** Makes an entry for a message that is new in this queue. */
  make(message: number, key: number, origin: number): number {
    const entry = this.slots.take();
    invariant(
      this.newest < 0 || this.newer[this.newest] < 0,
      'the newest message has none after it',
    );
    this.message[entry] = message;
    this.life[entry]++;
    this.stamp[entry]++;
    this.deliveries[entry] = 0;
    this.failures[entry] = 0;
    this.runs[entry] = 0;
    this.works[entry] = 0;
    this.resent[entry] = 0;
    this.key[entry] = key;
    this.prior[entry] = -1;
    this.follower[entry] = -1;
    this.origin[entry] = origin;
    this.older[entry] = this.newest;
    this.newer[entry] = -1;
    if (this.newest >= 0) this.newer[this.newest] = entry;
    else this.oldest = entry;
    this.newest = entry;
    return entry;
  }

  /** Frees an entry; events and deliveries of its message become outdated. */
  free(entry: number): void {
    const { older, newer } = this;
    invariant(
      (older[entry] < 0 ? this.oldest : newer[older[entry]]) === entry,
      'a message comes after its older neighbour',
    );
    invariant(
      (newer[entry] < 0 ? this.newest : older[newer[entry]]) === entry,
      'a message comes before its newer neighbour',
    );
    if (older[entry] >= 0) newer[older[entry]] = newer[entry];
    else this.oldest = newer[entry];
    if (newer[entry] >= 0) older[newer[entry]] = older[entry];
    else this.newest = older[entry];
    this.life[entry]++;
    this.stamp[entry]++;
    this.slots.give(entry);
  }
}
