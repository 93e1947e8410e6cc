import { invariant } from './invariant.js';
import type { Ns } from './time.js';

/** Owner of lane timers. Growth may replace the column, so read it again at every use. */
export interface Stamped {
  readonly stamp: Int32Array;
}

/**
 * FIFO of the timers with one constant delay. Insertion order is time order, so only the head needs a place in the
 * heap. A timer is dead once `owner.stamp[index]` differs from the stamp it was armed with, so cancelling costs
 * nothing. A timer reserves its sequence number when it is armed, which keeps ties in scheduling order.
 */
export class Lane {
  /** Timers held, dead ones included. */
  length = 0;
  times = new Float64Array(16);
  sequences = new Float64Array(16);
  indices = new Int32Array(16);
  stamps = new Int32Array(16);
  mask = 15;
  head = 0;

  constructor(
    readonly delayNs: Ns,
    readonly phase: number,
    readonly op: number,
    readonly owner: Stamped,
    readonly id: number,
  ) {}

  push(time: Ns, sequence: number, index: number, stamp: number): void {
    if (this.length > this.mask) this.makeRoom();
    const at = (this.head + this.length++) & this.mask;
    invariant(
      this.length === 1 || this.times[(at - 1) & this.mask] <= time,
      'the timers of a lane are due in the order in which they were set',
    );
    this.times[at] = time;
    this.sequences[at] = sequence;
    this.indices[at] = index;
    this.stamps[at] = stamp;
  }

  /** Removes the head and the dead timers after it, up to the next live timer or the end. */
  advance(): void {
    const stamp = this.owner.stamp;
    const indices = this.indices;
    const stamps = this.stamps;
    const mask = this.mask;
    let head = this.head;
    let length = this.length;
    do {
      head = (head + 1) & mask;
      length--;
    } while (length > 0 && stamp[indices[head]] !== stamps[head]);
    this.head = head;
    this.length = length;
  }

  /** Drops dead timers first; doubles only if more than half are alive. */
  private makeRoom(): void {
    const stamp = this.owner.stamp;
    const mask = this.mask;
    // The head stays even if it is dead: the heap contains its time and sequence.
    let kept = 1;
    for (let k = 1; k < this.length; k++) {
      const from = (this.head + k) & mask;
      if (stamp[this.indices[from]] !== this.stamps[from]) continue;
      const to = (this.head + kept++) & mask;
      this.times[to] = this.times[from];
      this.sequences[to] = this.sequences[from];
      this.indices[to] = this.indices[from];
      this.stamps[to] = this.stamps[from];
    }
    this.length = kept;
    if (kept > (mask + 1) >> 1) this.double();
  }

  private double(): void {
    const size = this.mask + 1;
    const times = new Float64Array(size * 2);
    const sequences = new Float64Array(size * 2);
    const indices = new Int32Array(size * 2);
    const stamps = new Int32Array(size * 2);
    for (let k = 0; k < this.length; k++) {
      const from = (this.head + k) & this.mask;
      times[k] = this.times[from];
      sequences[k] = this.sequences[from];
      indices[k] = this.indices[from];
      stamps[k] = this.stamps[from];
    }
    this.times = times;
    this.sequences = sequences;
    this.indices = indices;
    this.stamps = stamps;
    this.head = 0;
    this.mask = size * 2 - 1;
  }
}

/** The lanes of a run, by number and by delay, phase, op and owner. */
export class LaneTable {
  readonly list: Lane[] = [];
  private readonly byOwner = new Map<Stamped, Map<string, Lane>>();

  /** The lane of this delay, phase, op and owner; created if missing. */
  laneOf(delay: Ns, phase: number, op: number, owner: Stamped): Lane {
    let own = this.byOwner.get(owner);
    if (own === undefined) this.byOwner.set(owner, (own = new Map()));
    const key = `${delay}/${phase}/${op}`;
    let lane = own.get(key);
    if (lane === undefined) {
      invariant(delay >= 0, 'a lane delays into the future');
      lane = new Lane(delay, phase, op, owner, this.list.length);
      this.list.push(lane);
      own.set(key, lane);
    }
    return lane;
  }

  clear(): void {
    this.list.length = 0;
    this.byOwner.clear();
  }
}
