import { invariant } from '../../../kernel/invariant.js';
import { Slots, widenInt32 } from '../../../kernel/pool.js';
import type { Eviction } from './eviction.js';

/**
 * LFU: evicts the least frequently used entry, and among those the least recently used one. Entries with the same count
 * form a list, and the lists are linked by count, so a use moves an entry to the next list.
 *
 * Counts end with their entries, or counts of all values are kept (perfect LFU). Perfect LFU does not admit a value
 * that was requested no more often than the victim.
 */
export class Frequency implements Eviction {
  /** Lists by count: the count, the lists with the next smaller and larger count, the newest and oldest entry. */
  private readonly rows = new Slots(16);
  private count: Int32Array = new Int32Array(0);
  private less: Int32Array = new Int32Array(0);
  private more: Int32Array = new Int32Array(0);
  private newest: Int32Array = new Int32Array(0);
  private oldest: Int32Array = new Int32Array(0);
  private least = -1;
  /** By place: its list, and its neighbours in the list. */
  private row: Int32Array = new Int32Array(0);
  private newer: Int32Array = new Int32Array(0);
  private older: Int32Array = new Int32Array(0);
  /** By value: its count, if counts of all values are kept. */
  private readonly history: Int32Array | null;

  constructor(population: number) {
    this.history = population > 0 ? new Int32Array(population) : null;
    this.rows.onGrow((capacity) => {
      this.count = widenInt32(this.count, capacity);
      this.less = widenInt32(this.less, capacity);
      this.more = widenInt32(this.more, capacity);
      this.newest = widenInt32(this.newest, capacity);
      this.oldest = widenInt32(this.oldest, capacity);
    });
  }

  asked(key: number): void {
    if (this.history !== null) this.history[key]++;
  }

  added(place: number, key: number): void {
    if (place >= this.row.length) {
      const capacity = Math.max(16, place + 1, this.row.length * 2);
      this.row = widenInt32(this.row, capacity);
      this.newer = widenInt32(this.newer, capacity);
      this.older = widenInt32(this.older, capacity);
    }
    this.stand(place, this.history === null ? 1 : this.history[key], -1);
  }

  hit(place: number, key: number): void {
    const row = this.row[place];
    const count = this.history === null ? this.count[row] + 1 : this.history[key];
    // If it is alone, its list disappears; then the search starts at the list with the next smaller count.
    const alone = this.newest[row] === place && this.oldest[row] === place;
    const below = alone ? this.less[row] : row;
    this.removed(place);
    this.stand(place, count, below);
  }

  /** A replaced value does not count as a use. */
  replaced(): void {}

  removed(place: number): void {
    const row = this.row[place];
    const newer = this.newer[place];
    const older = this.older[place];
    invariant(
      (newer < 0 ? this.newest[row] : this.older[newer]) === place,
      'an entry comes after its newer neighbour',
    );
    invariant(
      (older < 0 ? this.oldest[row] : this.newer[older]) === place,
      'an entry comes before its older neighbour',
    );
    if (newer < 0) this.newest[row] = older;
    else this.older[newer] = older;
    if (older < 0) this.oldest[row] = newer;
    else this.newer[older] = newer;
    if (this.newest[row] >= 0) return;
    const { less, more } = this;
    if (less[row] < 0) this.least = more[row];
    else more[less[row]] = more[row];
    if (more[row] >= 0) less[more[row]] = less[row];
    this.rows.give(row);
  }

  victim(key: number): number {
    const { history, least } = this;
    if (history !== null && history[key] <= this.count[least]) return -1;
    return this.oldest[least];
  }

  /** Inserts an entry into the list of a count; `below`: a list with a smaller count to search from, or -1. */
  private stand(place: number, count: number, below: number): void {
    let less = below;
    let more = less < 0 ? this.least : this.more[less];
    while (more >= 0 && this.count[more] < count) {
      less = more;
      more = this.more[more];
    }
    const row = more >= 0 && this.count[more] === count ? more : this.insert(count, less, more);
    const head = this.newest[row];
    this.row[place] = row;
    this.newer[place] = -1;
    this.older[place] = head;
    if (head < 0) this.oldest[row] = place;
    else this.newer[head] = place;
    this.newest[row] = place;
  }

  private insert(count: number, less: number, more: number): number {
    invariant(less < 0 || this.count[less] < count, 'a list comes after those with smaller counts');
    invariant(more < 0 || this.count[more] > count, 'a list comes before those with larger counts');
    const row = this.rows.take();
    this.count[row] = count;
    this.less[row] = less;
    this.more[row] = more;
    this.newest[row] = this.oldest[row] = -1;
    if (less < 0) this.least = row;
    else this.more[less] = row;
    if (more >= 0) this.less[more] = row;
    return row;
  }
}
