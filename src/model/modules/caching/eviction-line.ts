import { Chain } from './chain.js';
import type { Eviction } from './eviction.js';

/** Evicts the tail: the oldest entry (FIFO), or the least recently used one (LRU). */
export class Line implements Eviction {
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
