import { invariant } from '../../../kernel/invariant.js';
import { widenInt32 } from '../../../kernel/pool.js';

/** A doubly linked list of numbers, each at most once. The head is the newest. */
export class Chain {
  head = -1;
  tail = -1;
  /** Neighbour toward the head, and toward the tail. */
  newer: Int32Array = new Int32Array(0);
  older: Int32Array = new Int32Array(0);

  push(place: number): void {
    if (place >= this.newer.length) this.widen(Math.max(16, place + 1, this.newer.length * 2));
    this.newer[place] = -1;
    this.older[place] = this.head;
    if (this.head < 0) this.tail = place;
    else this.newer[this.head] = place;
    this.head = place;
  }

  take(place: number): void {
    const newer = this.newer[place];
    const older = this.older[place];
    invariant(
      (newer < 0 ? this.head : this.older[newer]) === place,
      'a place that leaves a list is the next of the newer one',
    );
    invariant(
      (older < 0 ? this.tail : this.newer[older]) === place,
      'a place that leaves a list is the one before the older one',
    );
    if (newer < 0) this.head = older;
    else this.older[newer] = older;
    if (older < 0) this.tail = newer;
    else this.newer[older] = newer;
  }

  private widen(capacity: number): void {
    this.newer = widenInt32(this.newer, capacity);
    this.older = widenInt32(this.older, capacity);
  }
}
