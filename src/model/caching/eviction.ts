import { Chance } from './eviction-chance.js';
import { Frequency } from './eviction-frequency.js';
import { Line } from './eviction-line.js';
import { Sieve } from './eviction-sieve.js';

/**
 * The eviction policy of a full cache. Places are those of its entries. Operations take O(1), amortized for SIEVE; only
 * insertion into perfect LFU searches.
 */
export interface Eviction {
  /** A value was requested, whether it has an entry or not. */
  asked(key: number): void;
  /** An entry was added, hit, given another value, or removed. */
  added(place: number, key: number): void;
  hit(place: number, key: number): void;
  replaced(place: number): void;
  removed(place: number): void;
  /** The entry to evict for a value; -1 = the value is not admitted. `u` in (0, 1) decides random eviction. */
  victim(key: number, u: number): number;
}

export type EvictionKind = 'lru' | 'lfu' | 'fifo' | 'sieve' | 'random';

/** The eviction policy of a kind; `counts`: the counts that LFU keeps. */
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
