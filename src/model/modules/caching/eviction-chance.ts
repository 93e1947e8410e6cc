import { widenInt32 } from '../../../kernel/pool.js';
import type { Eviction } from './eviction.js';

/** Random eviction: each entry has the same probability. */
export class Chance implements Eviction {
  /** The places in use, without gaps, and the index of each. */
  private list: Int32Array = new Int32Array(0);
  private at: Int32Array = new Int32Array(0);
  private used = 0;

  asked(): void {}

  added(place: number): void {
    if (place >= this.at.length) {
      const capacity = Math.max(16, place + 1, this.at.length * 2);
      this.list = widenInt32(this.list, capacity);
      this.at = widenInt32(this.at, capacity);
    }
    this.at[place] = this.used;
    this.list[this.used++] = place;
  }

  hit(): void {}

  replaced(): void {}

  removed(place: number): void {
    const last = this.list[--this.used];
    this.list[this.at[place]] = last;
    this.at[last] = this.at[place];
  }

  victim(_key: number, u: number): number {
    return this.list[Math.floor(u * this.used)];
  }
}
