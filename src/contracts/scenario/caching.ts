import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Host } from './host.js';
import type { Pool } from './pools.js';
import type { Described } from './described.js';

/** A cache. Its levels are looked up in order, nearest first. */
export interface Cache extends Described {
  readonly levels: readonly CacheLevel[];
  /** Key whose values the entries are, and the number of its values; null and 0 with a fixed hit ratio. */
  readonly key: string | null;
  readonly population: number;
  /** Fixed hit ratio instead of simulated entries; null = entries are simulated. */
  readonly hitRatio: number | null;
  readonly pattern: 'aside' | 'readThrough' | 'writeThrough' | 'writeBehind' | 'refreshAhead';
  /** Scope of request coalescing: which concurrent misses of one value share a load. */
  readonly coalesce: 'none' | 'instance' | 'cluster';
  /** How long an expired value is served while one request reloads it; null = never. */
  readonly staleWhileRevalidateNs: Ns | null;
  /** Beta of probabilistic early expiration (XFetch); null = off. */
  readonly earlyExpiry: number | null;
  /** Time to live of a negative entry (the value does not exist); null = not cached. */
  readonly negativeTtlNs: Ns | null;
  /** How a request continues when the shared level fails. */
  readonly onError: 'bypass' | 'fail';
  /** Share of the entries that are cached at the start, most popular first. */
  readonly warm: number;
  /** Only with refreshAhead: share of the time to live after which a hit triggers a reload. */
  readonly refreshAheadFactor: number | null;
  /** Only with writeBehind: how long writes are buffered, and the largest batch. */
  readonly writeBehind: { readonly delayNs: Ns; readonly batchSize: number } | null;
  /** Server of the shared level; absent without one. */
  readonly host: Host | null;
  /** Connection pool of the clients of the shared level. */
  readonly pool: Pool;
  readonly maxConnections: number;
}

/** One level of a cache. */
export interface CacheLevel {
  readonly name: string;
  /** `local`: in the process of the caller, lost when it dies. The other kinds are one server for all callers. */
  readonly kind: 'local' | 'redis' | 'memcached' | 'cdn';
  /** Largest number of entries. */
  readonly capacity: number;
  readonly ttlNs: Ns | null;
  readonly ttlJitter: number;
  /** Every hit restarts the time to live. */
  readonly sliding: boolean;
  /** Time of one command: CPU of the process that holds the level. */
  readonly latency: Distribution;
  readonly eviction: 'lru' | 'lfu' | 'fifo' | 'sieve' | 'random';
  /** Only with lfu: whether uses are counted for resident entries only, or for all keys. */
  readonly counts: 'resident' | 'all';
}

/** A response cache in a middleware chain. */
export interface ResponseCache {
  readonly cache: string;
  readonly methods: readonly string[];
  readonly key: string | null;
  /** Overrides the time to live of the levels; null = theirs. */
  readonly ttlNs: Ns | null;
}
