import { Chance } from './eviction-chance.js';
import { Frequency } from './eviction-frequency.js';
import { Line } from './eviction-line.js';
import { Sieve } from './eviction-sieve.js';

/** Who has to go when a cache is full. Places are those of its entries; every question is O(1). */
export interface Eviction {
  /** A value has been asked for, whether it has an entry or not. */
  asked(key: number): void;
  /** A new entry, an entry that was hit, one that got another value, one that is gone. */
  added(place: number, key: number): void;
  hit(place: number, key: number): void;
  replaced(place: number): void;
  removed(place: number): void;
  /** Who goes for a value, -1 = nobody: the value is not worth it. `u` in (0, 1) decides by chance. */
  victim(key: number, u: number): number;
}

export type EvictionKind = 'lru' | 'lfu' | 'fifo' | 'sieve' | 'random';

/** Who goes in a cache of this kind; `counts` says which counts LFU keeps. */
export function evictionOf(
  kind: EvictionKind,
  counts: 'resident' | 'all',
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
