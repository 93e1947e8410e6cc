import { invariant } from '../../../../kernel/invariant.js';
import { widenInt32 } from '../../../../kernel/pool.js';

/** A heap of entries by position, lowest on top; any entry can be removed. */
export class ReadyHeap {
  length = 0;
  private heap: Int32Array = new Int32Array(64);
  /** By entry: its index in the heap. */
  private place: Int32Array = new Int32Array(64);
  /** By entry: its position. `widen` replaces the column when it has grown. */
  private position: Float64Array = new Float64Array(0);

  /** Takes the new column of positions and makes room for `capacity` entries. */
  widen(position: Float64Array, capacity: number): void {
    this.position = position;
    this.place = widenInt32(this.place.subarray(0, capacity), capacity);
    this.heap = widenInt32(this.heap.subarray(0, capacity), capacity);
  }

  /** The first entry, or -1. */
  peek(): number {
    return this.length === 0 ? -1 : this.heap[0];
  }

  add(entry: number): void {
    invariant(this.length < this.heap.length, 'every entry has room among the ready ones');
    this.put(entry, this.length++);
    this.rise(this.length - 1);
    invariant(this.isInOrder(this.place[entry]), 'an added entry is behind those before it');
  }

  remove(entry: number): void {
    const at = this.place[entry];
    invariant(
      at < this.length && this.heap[at] === entry,
      'an entry that leaves the ready ones is among them',
    );
    const last = this.heap[--this.length];
    if (at === this.length) return;
    this.put(last, at);
    this.rise(at);
    this.sink(this.place[last]);
    invariant(this.isInOrder(this.place[last]), 'removing an entry keeps the order of the others');
  }

  /** Whether an entry comes after the one above and before those below it. */
  private isInOrder(at: number): boolean {
    const { heap, position, length } = this;
    const own = position[heap[at]];
    const below = 2 * at + 1;
    if (heap[this.place[heap[at]]] !== heap[at]) return false;
    if (at > 0 && position[heap[(at - 1) >> 1]] > own) return false;
    if (below < length && position[heap[below]] < own) return false;
    return below + 1 >= length || position[heap[below + 1]] >= own;
  }

  private put(entry: number, at: number): void {
    this.heap[at] = entry;
    this.place[entry] = at;
  }

  private rise(from: number): void {
    const { heap, position } = this;
    const entry = heap[from];
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (position[heap[above]] <= position[entry]) break;
      this.put(heap[above], at);
      at = above;
    }
    this.put(entry, at);
  }

  private sink(from: number): void {
    const { heap, position } = this;
    const entry = heap[from];
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.length) break;
      if (below + 1 < this.length && position[heap[below + 1]] < position[heap[below]]) below++;
      if (position[heap[below]] >= position[entry]) break;
      this.put(heap[below], at);
      at = below;
    }
    this.put(entry, at);
  }
}
