import { widenUint8 } from '../../kernel/pool.js';
import { Chain } from './chain.js';
import type { Eviction } from './eviction.js';

/**
 * SIEVE: entries stand in the order in which they came, each with a bit that a hit sets. The hand goes
 * from the tail toward the head, takes the bits away and stops at the first without one; that one goes,
 * and the hand stays in front of it.
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

  /** Another value in an entry is no use of it. */
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
    this.hand = at;
    return at;
  }
}
