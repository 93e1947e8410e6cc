import { invariant, isAudited } from './invariant.js';
import { EVENT_WORDS } from './instants.js';
import { makeRoom } from './room.js';

/** Room for sequence number and slot below the phase in a heap key. */
export const PHASE_UNIT = 1_125_899_906_842_624;

/** Bytes of a slot in all columns together. */
const EVENT_BYTES = 36;

const MAX_SLOTS = 0x4000000;

/** Capacity of the front, and number of events for a refill. */
const FRONT = 128;
const REFILL = 32;
/** Most entries of the heap that an audit compares after a refill. */
const AUDITED_MOST = 256;

/** Time and key of the entry being inserted. Doubles passed to a function that is not inlined would be boxed. */
const staged = new Float64Array(2);
const TIME = 0;
const KEY = 1;

/**
 * Pending events over typed arrays, ordered by (time, key). The nearest events are in a short sorted list, the front;
 * all others are in a 4-ary min-heap.
 *
 * key = phase * 2^50 + sequence * slots + slot, so one comparison of doubles gives the order (phase, sequence), and the
 * low bits locate the payload (op, target, a, b: four int32). Most events are due soon after they are scheduled: they
 * pass a few others in the front and never enter the heap. Every event of the front is before every event of the heap,
 * and the front is empty only when nothing is pending.
 */
export class EventQueue {
  /**
   * The front, latest first, in the places 1 to `front`; the next event is in place `front`. The time in place 0 is
   * Infinity, so an empty front needs no check.
   */
  readonly frontTimes = new Float64Array(FRONT + 1).fill(Infinity, 0, 1);
  readonly frontKeys = new Float64Array(FRONT + 1);
  front = 0;
  payload: Int32Array;
  slots: number;
  mask: number;
  freeCount = 0;
  /**
   * The number of slots as a double, for products in keys. As a small integer it would be multiplied as one until a
   * product is too large, and V8 would then discard the code compiled for that.
   */
  private stride = NaN;
  /** The heap, one place longer than the slots: room for an entry being inserted. */
  private times: Float64Array;
  private keys: Float64Array;
  private back = 0;
  private audited = false;
  private free: Int32Array;

  /** `slots`: initial capacity, a power of two. */
  constructor(slots: number) {
    this.slots = this.stride = slots;
    this.mask = slots - 1;
    this.times = new Float64Array(slots + 1);
    this.keys = new Float64Array(slots + 1);
    this.payload = new Int32Array(slots * EVENT_WORDS);
    this.free = new Int32Array(slots);
    this.release(0);
  }

  /** Drops all events. Reallocates the columns if their size differs from the requested one. */
  reset(slots: number): void {
    this.audited = isAudited();
    if (this.slots !== slots) {
      this.slots = this.stride = slots;
      this.mask = slots - 1;
      this.times = new Float64Array(slots + 1);
      this.keys = new Float64Array(slots + 1);
      this.payload = new Int32Array(slots * EVENT_WORDS);
      this.free = new Int32Array(slots);
    }
    this.front = this.back = this.freeCount = 0;
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

  /** Sets the time of the next event to push. */
  stage(time: number): void {
    staged[TIME] = time;
  }

  /**
   * Adds an event whose time was set with stage(). A slot must be free (freeCount > 0), and `sequence` must be below
   * sequenceLimit.
   */
  push(phase: number, sequence: number, op: number, target: number, a: number, b: number): void {
    const slot = this.free[--this.freeCount];
    const payload = this.payload;
    const at = slot << 2;
    // V8 must assume that an argument is any number, which is slow to store; `| 0` makes it an int32.
    payload[at] = op | 0;
    payload[at + 1] = target | 0;
    payload[at + 2] = a | 0;
    payload[at + 3] = b | 0;
    staged[KEY] = phase * PHASE_UNIT + sequence * this.stride + slot;
    this.place();
  }

  /** Offset of the first event in `payload`. */
  topOffset(): number {
    return (this.frontKeys[this.front] & this.mask) << 2;
  }

  /** Removes the first event; its payload stays readable until the next push. */
  pop(): void {
    const front = this.front;
    this.free[this.freeCount++] = this.frontKeys[front] & this.mask;
    this.front = front - 1;
    if (front === 1 && this.back > 0) this.refill();
  }

  /** Moves the first event to a later time and sequence; its payload stays. */
  delayTop(time: number, phase: number, sequence: number): void {
    const front = this.front;
    invariant(time >= this.frontTimes[front], 'an event is only moved to a later time');
    const slot = this.frontKeys[front] & this.mask;
    this.front = front - 1;
    if (front === 1 && this.back > 0) this.refill();
    staged[TIME] = time;
    staged[KEY] = phase * PHASE_UNIT + sequence * this.stride + slot;
    this.place();
  }

  /**
   * Doubles the slots. Sequence numbers must still fit afterwards: renumber first if they do not.
   */
  grow(): void {
    const old = this.slots;
    const slots = old * 2;
    invariant(slots <= MAX_SLOTS, 'pending events stay within the memory');
    makeRoom(slots * EVENT_BYTES);
    this.times = widened(this.times, slots + 1);
    this.keys = widened(this.keys, slots + 1);
    const payload = new Int32Array(slots * EVENT_WORDS);
    payload.set(this.payload);
    this.payload = payload;
    const free = new Int32Array(slots);
    free.set(this.free);
    this.free = free;
    const rekey = (column: Float64Array, first: number, count: number): void => {
      for (let i = first; i < first + count; i++) {
        const phase = Math.floor(column[i] / PHASE_UNIT);
        const rest = column[i] - phase * PHASE_UNIT;
        const slot = rest & this.mask;
        column[i] = phase * PHASE_UNIT + ((rest - slot) / old) * slots + slot;
      }
    };
    rekey(this.keys, 0, this.back);
    rekey(this.frontKeys, 1, this.front);
    this.slots = this.stride = slots;
    this.mask = slots - 1;
    this.release(old);
  }

  /** Sequence number of the entry at a place, 0 to size - 1. */
  sequenceAt(place: number): number {
    const { front } = this;
    const key = place < front ? this.frontKeys[place + 1] : this.keys[place - front];
    const rest = key - Math.floor(key / PHASE_UNIT) * PHASE_UNIT;
    return (rest - (rest & this.mask)) / this.slots;
  }

  /** Changes the sequence number of the entry at a place; the order of all entries must stay the same. */
  resequence(place: number, sequence: number): void {
    const inFront = place < this.front;
    const keys = inFront ? this.frontKeys : this.keys;
    const at = inFront ? place + 1 : place - this.front;
    const phase = Math.floor(keys[at] / PHASE_UNIT);
    keys[at] = phase * PHASE_UNIT + sequence * this.stride + (keys[at] & this.mask);
  }

  private release(from: number): void {
    for (let slot = this.slots - 1; slot >= from; slot--) this.free[this.freeCount++] = slot;
  }

  /** Inserts the staged entry into the front, or into the heap if it is after the whole front. */
  private place(): void {
    const times = this.frontTimes;
    const keys = this.frontKeys;
    const time = staged[TIME];
    const key = staged[KEY];
    if (this.back > 0 || this.front === FRONT) {
      const latest = times[1];
      if (time > latest || (time === latest && key > keys[1])) {
        this.enterHeap(time, key);
        return;
      }
      if (this.front === FRONT) this.sendBack();
    }
    let at = ++this.front;
    for (; ; at--) {
      const before = times[at - 1];
      if (before >= time && (before > time || keys[at - 1] > key)) break;
      times[at] = before;
      keys[at] = keys[at - 1];
    }
    times[at] = time;
    keys[at] = key;
  }

  /** Moves the latest of a full front to the heap. */
  private sendBack(): void {
    this.enterHeap(this.frontTimes[1], this.frontKeys[1]);
    this.frontTimes.copyWithin(1, 2);
    this.frontKeys.copyWithin(1, 2);
    this.front--;
  }

  /** Moves the next events from the heap to the empty front. */
  private refill(): void {
    const { frontTimes, frontKeys, times, keys } = this;
    const count = this.back < REFILL ? this.back : REFILL;
    for (let at = count; at > 0; at--) {
      frontTimes[at] = times[0];
      frontKeys[at] = keys[0];
      this.sink(--this.back);
    }
    this.front = count;
    if (this.audited) this.auditOrder();
  }

  /** The front is sorted, and before the heap; no entry of the heap is before the one above it. */
  private auditOrder(): void {
    const { frontTimes, frontKeys, times, keys } = this;
    for (let at = 1; at <= this.front; at++) {
      const isLast = at === 1 && this.back === 0;
      const time = at === 1 ? times[0] : frontTimes[at - 1];
      const key = at === 1 ? keys[0] : frontKeys[at - 1];
      const isBefore = frontTimes[at] < time || (frontTimes[at] === time && frontKeys[at] < key);
      invariant(isLast || isBefore, 'the next event is before all others');
    }
    for (let at = 1; at < Math.min(this.back, AUDITED_MOST); at++) {
      const up = (at - 1) >> 2;
      const isAfter = times[up] < times[at] || (times[up] === times[at] && keys[up] < keys[at]);
      invariant(isAfter, 'no event is before the one above it in the heap');
    }
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
   * Moves the entry at place `from`, just after the heap, down from the root. Unrolled over four children: 84 -> 67 ns
   * per hold at 100 pending.
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

  /** Handles the last, incomplete family of the heap. */
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
