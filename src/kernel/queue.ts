import { invariant } from './invariant.js';
import { EVENT_WORDS } from './instants.js';

/** Room for sequence number and slot below the phase in a heap key. */
export const PHASE_UNIT = 1_125_899_906_842_624;

const MAX_SLOTS = 0x4000000;

/** Places of the front, and how many events it is given when it has run out. */
const FRONT = 128;
const REFILL = 32;

/** Time and key of the entry on its way in: doubles handed to a function that is not inlined are boxed. */
const staged = new Float64Array(2);
const TIME = 0;
const KEY = 1;

/**
 * Pending events over typed arrays, ordered by (time, key): the nearest ones in a short sorted list,
 * the front, all others in a 4-ary min-heap.
 *
 * key = phase * 2^50 + sequence * slots + slot, so that one comparison of doubles gives the order
 * (phase, sequence) and the low bits find the payload (op, target, a, b: four int32). Most events are
 * due soon after they were scheduled: they pass a few others in the front and never see the heap.
 * Every event of the front lies before every event of the heap, and the front is empty only when
 * nothing is pending.
 */
export class EventQueue {
  /** The front, latest first: the next event is the last of `front` entries. */
  readonly frontTimes = new Float64Array(FRONT);
  readonly frontKeys = new Float64Array(FRONT);
  front = 0;
  payload: Int32Array;
  slots: number;
  mask: number;
  freeCount = 0;
  /** The heap, one place longer than the slots: room for an entry on its way in. */
  private times: Float64Array;
  private keys: Float64Array;
  private back = 0;
  private free: Int32Array;

  /** `slots` is the first capacity, a power of two. */
  constructor(slots = 1024) {
    this.slots = slots;
    this.mask = slots - 1;
    this.times = new Float64Array(slots + 1);
    this.keys = new Float64Array(slots + 1);
    this.payload = new Int32Array(slots * EVENT_WORDS);
    this.free = new Int32Array(slots);
    this.release(0);
  }

  /** Events held. */
  get size(): number {
    return this.slots - this.freeCount;
  }

  /** One more than the largest sequence number the keys can hold at this capacity. */
  get sequenceLimit(): number {
    return PHASE_UNIT / this.slots;
  }

  /** Puts down the time of the event that is pushed next. */
  stage(time: number): void {
    staged[TIME] = time;
  }

  /**
   * Adds an event whose time was staged just before. A free slot must be left (freeCount > 0) and
   * `sequence` be below sequenceLimit.
   */
  push(phase: number, sequence: number, op: number, target: number, a: number, b: number): void {
    const slot = this.free[--this.freeCount];
    const payload = this.payload;
    const at = slot << 2;
    payload[at] = op;
    payload[at + 1] = target;
    payload[at + 2] = a;
    payload[at + 3] = b;
    staged[KEY] = phase * PHASE_UNIT + sequence * this.slots + slot;
    this.place();
  }

  /** Where in `payload` the first event stands. */
  topOffset(): number {
    return (this.frontKeys[this.front - 1] & this.mask) << 2;
  }

  /** Removes the first event; its payload stays readable until the next push. */
  pop(): void {
    const front = --this.front;
    this.free[this.freeCount++] = this.frontKeys[front] & this.mask;
    if (front === 0 && this.back > 0) this.refill();
  }

  /** Gives the first event another time and sequence, later than its own; its payload stays. */
  delayTop(time: number, phase: number, sequence: number): void {
    const front = --this.front;
    const slot = this.frontKeys[front] & this.mask;
    if (front === 0 && this.back > 0) this.refill();
    staged[TIME] = time;
    staged[KEY] = phase * PHASE_UNIT + sequence * this.slots + slot;
    this.place();
  }

  /**
   * Doubles the slots. Sequence numbers must still fit afterwards: renumber first if they do not.
   */
  grow(): void {
    const old = this.slots;
    const slots = old * 2;
    invariant(slots <= MAX_SLOTS, 'too-many-pending-events');
    this.times = widened(this.times, slots + 1);
    this.keys = widened(this.keys, slots + 1);
    const payload = new Int32Array(slots * EVENT_WORDS);
    payload.set(this.payload);
    this.payload = payload;
    const free = new Int32Array(slots);
    free.set(this.free);
    this.free = free;
    const rekey = (column: Float64Array, count: number): void => {
      for (let i = 0; i < count; i++) {
        const phase = Math.floor(column[i] / PHASE_UNIT);
        const rest = column[i] - phase * PHASE_UNIT;
        const slot = rest & this.mask;
        column[i] = phase * PHASE_UNIT + ((rest - slot) / old) * slots + slot;
      }
    };
    rekey(this.keys, this.back);
    rekey(this.frontKeys, this.front);
    this.slots = slots;
    this.mask = slots - 1;
    this.release(old);
  }

  /** Sequence number of the entry at a place, 0 to size - 1. */
  sequenceAt(place: number): number {
    const key = place < this.front ? this.frontKeys[place] : this.keys[place - this.front];
    const rest = key - Math.floor(key / PHASE_UNIT) * PHASE_UNIT;
    return (rest - (rest & this.mask)) / this.slots;
  }

  /** Gives the entry at a place another sequence number; the order of all entries must stay. */
  resequence(place: number, sequence: number): void {
    const inFront = place < this.front;
    const keys = inFront ? this.frontKeys : this.keys;
    const at = inFront ? place : place - this.front;
    const phase = Math.floor(keys[at] / PHASE_UNIT);
    keys[at] = phase * PHASE_UNIT + sequence * this.slots + (keys[at] & this.mask);
  }

  private release(from: number): void {
    for (let slot = this.slots - 1; slot >= from; slot--) this.free[this.freeCount++] = slot;
  }

  /** Puts the staged entry into the front, or into the heap when it lies behind all of the front. */
  private place(): void {
    const times = this.frontTimes;
    const keys = this.frontKeys;
    const time = staged[TIME];
    let at = this.front;
    if (at === FRONT || this.back > 0) {
      const latest = times[0];
      if (time > latest || (time === latest && staged[KEY] > keys[0])) {
        this.enterHeap(time, staged[KEY]);
        return;
      }
      if (at === FRONT) at = this.sendBack();
    }
    const key = staged[KEY];
    while (at > 0) {
      const before = times[at - 1];
      if (before > time || (before === time && keys[at - 1] > key)) break;
      times[at] = before;
      keys[at] = keys[at - 1];
      at--;
    }
    times[at] = time;
    keys[at] = key;
    this.front++;
  }

  /** Moves the latest of a full front to the heap and gives the number that is left. */
  private sendBack(): number {
    this.enterHeap(this.frontTimes[0], this.frontKeys[0]);
    this.frontTimes.copyWithin(0, 1);
    this.frontKeys.copyWithin(0, 1);
    return --this.front;
  }

  /** Takes the next events out of the heap into the empty front. */
  private refill(): void {
    const { frontTimes, frontKeys, times, keys } = this;
    const count = this.back < REFILL ? this.back : REFILL;
    for (let at = count - 1; at >= 0; at--) {
      frontTimes[at] = times[0];
      frontKeys[at] = keys[0];
      this.sink(--this.back);
    }
    this.front = count;
  }

  private enterHeap(time: number, key: number): void {
    const { times, keys } = this;
    let hole = this.back++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const above = times[parent];
      if (above < time || (above === time && keys[parent] < key)) break;
      times[hole] = above;
      keys[hole] = keys[parent];
      hole = parent;
    }
    times[hole] = time;
    keys[hole] = key;
  }

  /**
   * Lets the entry at place `from`, behind the heap, sink from the root. Unrolled over four
   * children: 84 -> 67 ns a hold at 100 pending.
   */
  private sink(from: number): void {
    const times = this.times;
    const keys = this.keys;
    const time = times[from];
    const key = keys[from];
    const size = this.back;
    let hole = 0;
    let child = 1;
    while (child + 3 < size) {
      let best = child;
      let bestTime = times[child];
      let other = times[child + 1];
      if (other <= bestTime && (other < bestTime || keys[child + 1] < keys[best])) {
        best = child + 1;
        bestTime = other;
      }
      other = times[child + 2];
      if (other <= bestTime && (other < bestTime || keys[child + 2] < keys[best])) {
        best = child + 2;
        bestTime = other;
      }
      other = times[child + 3];
      if (other <= bestTime && (other < bestTime || keys[child + 3] < keys[best])) {
        best = child + 3;
        bestTime = other;
      }
      if (time <= bestTime && (time < bestTime || key < keys[best])) {
        times[hole] = time;
        keys[hole] = key;
        return;
      }
      times[hole] = bestTime;
      keys[hole] = keys[best];
      hole = best;
      child = 4 * best + 1;
    }
    this.settle(hole, child, from);
  }

  /** The last, incomplete family of the heap. */
  private settle(hole: number, child: number, from: number): void {
    const times = this.times;
    const keys = this.keys;
    const time = times[from];
    const key = keys[from];
    const size = this.back;
    if (child < size) {
      let best = child;
      for (let i = child + 1; i < size; i++) {
        if (times[i] < times[best] || (times[i] === times[best] && keys[i] < keys[best])) best = i;
      }
      if (times[best] < time || (times[best] === time && keys[best] < key)) {
        times[hole] = times[best];
        keys[hole] = keys[best];
        hole = best;
      }
    }
    times[hole] = time;
    keys[hole] = key;
  }
}

function widened(column: Float64Array, size: number): Float64Array {
  const wider = new Float64Array(size);
  wider.set(column);
  return wider;
}
