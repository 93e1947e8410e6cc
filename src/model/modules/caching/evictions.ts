import type { CacheLevel } from '../../../contracts/scenario/caching.js';
import type { Eviction } from './eviction.js';
import { Chance } from './eviction-chance.js';
import { Frequency } from './eviction-frequency.js';
import { Line } from './eviction-line.js';
import { Sieve } from './eviction-sieve.js';

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
