import { invariant } from '../../../kernel/invariant.js';
import { widenUint8 } from '../../../kernel/pool.js';
import { Chain } from './chain.js';
import type { Eviction } from './eviction.js';

/**
 * SIEVE: entries are in insertion order, each with a bit that a hit sets. The hand moves from the tail to the head and
 * clears bits; it evicts the first entry without a bit and stays at its newer neighbour.
 */
export class Sieve implements Eviction {
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
