import type { CacheLevel } from '../../../contracts/scenario/caching.js';
import type { Eviction } from './eviction.js';
import { Frequency } from './eviction-frequency.js';
import { widenInt32, widenUint8 } from '../../../kernel/pool.js';
import { invariant } from '../../../kernel/invariant.js';
import { Chain } from './chain.js';

/** Evicts the tail: the oldest entry (FIFO), or the least recently used one (LRU). */
class Line implements Eviction {
  private readonly chain = new Chain();

  constructor(private readonly byUse: boolean) {}

  asked(): void {}

  added(place: number): void {
    this.chain.push(place);
  }

  hit(place: number): void {
    this.replaced(place);
  }

  replaced(place: number): void {
    if (!this.byUse || this.chain.head === place) return;
    this.chain.take(place);
    this.chain.push(place);
  }

  removed(place: number): void {
    this.chain.take(place);
  }

  victim(): number {
    return this.chain.tail;
  }
}

/**
 * SIEVE: entries are in insertion order, each with a bit that a hit sets. The hand moves from the tail to the head and
 * clears bits; it evicts the first entry without a bit and stays at its newer neighbour.
 */
class Sieve implements Eviction {
  private readonly chain = new Chain();
  private visited: Uint8Array = new Uint8Array(0);
  /** -1 = at the tail. */
  private hand = -1;

  asked(): void {}

  added(place: number): void {
    this.chain.push(place);
    if (place >= this.visited.length) {
      this.visited = widenUint8(this.visited, this.chain.newer.length);
    }
    this.visited[place] = 0;
  }

  hit(place: number): void {
    this.visited[place] = 1;
  }

  /** A replaced value does not count as a use. */
  replaced(): void {}

  removed(place: number): void {
    if (this.hand === place) this.hand = this.chain.newer[place];
    this.chain.take(place);
  }

  victim(): number {
    let at = this.hand < 0 ? this.chain.tail : this.hand;
    while (at >= 0 && this.visited[at] === 1) {
      this.visited[at] = 0;
      at = this.chain.newer[at];
      if (at < 0) at = this.chain.tail;
    }
    invariant(at >= 0, 'a full level has an entry to evict');
    this.hand = at;
    return at;
  }
}

/** Random eviction: each entry has the same probability. */
class Chance implements Eviction {
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

/** The eviction policy of a kind; `counts`: the counts that LFU keeps. */
export function evictionOf(
  kind: CacheLevel['eviction'],
  counts: CacheLevel['counts'],
  population: number,
): Eviction {
  switch (kind) {
    case 'lru':
      return new Line(true);
    case 'fifo':
      return new Line(false);
    case 'sieve':
      return new Sieve();
    case 'lfu':
      return new Frequency(counts === 'all' ? population : 0);
    case 'random':
      return new Chance();
  }
}
