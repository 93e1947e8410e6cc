import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { critical, entryText, extending, inheriting, labels, nameText } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { count } from '../quantities/quantities.js';
import type { Described } from './described.js';
import { zoneSchema, type Host } from './host.js';
import { pool, type Pool } from './pools.js';
import { cpuSchema } from './process.js';

const ttlJitter = field.share(
  absent('0'),
  'Random variation of each time to live, up to this share of it in both directions; without it, entries stored ' +
    'together expire together.',
);

/** What a level keeps. */
const kept = {
  name: field.of(
    nameText(),
    required,
    'Name of the level, unique in the cache; faults and metrics refer to it.',
  ),
  kind: field.of(
    z.enum(['local', 'redis', 'memcached', 'cdn']),
    required,
    'Where the level is. `local`: in the memory of each process that uses the cache, and lost with the ' +
      'process. The others are one server that all instances call over the network; it loses its entries in a ' +
      'crash.',
  ),
  capacity: field.limit(
    'unlimited',
    'Largest number of entries; for a local level, in each process.',
  ),
  ttlNs: field.timeLimit('none', 'Time to live of an entry, measured from when it is stored.'),
  ttlJitter,
  sliding: field.flag(false, 'Whether a hit restarts the time to live.'),
  latency: field.cost(
    '0ms',
    'CPU time of a command in the process that holds the level. Commands of a shared level wait for each other ' +
      'only with `cpu`. Network time is added.',
  ),
  eviction: field.choice(
    ['lru', 'lfu', 'fifo', 'sieve', 'random'],
    'lru',
    'Which entry is evicted when the level is full.',
  ),
  counts: field.of(
    z.enum(['resident', 'all']),
    absent('resident'),
    'With `lfu`: `resident` counts uses of cached values only; `all` counts uses of every value, and admits ' +
      'no value used less often than the one it would evict (perfect LFU).',
  ),
};

/** The server of a shared level. */
const server = {
  cpu: field.of(
    cpuSchema,
    absent('unlimited'),
    'Cores of the server. Redis runs its commands one at a time: write 1 to see its thread fill up.',
    'cores',
  ),
  maxConnections: field.of(
    count({ min: 1 }),
    absent('unlimited'),
    'Largest number of connections of all pools together; beyond it, connecting fails.',
  ),
  pool: field.of(pool, absent('unlimited'), 'Connection pool of each calling instance.'),
  zone: zoneSchema.optional().describe('Zone of the server.'),
  labels,
};

const level = entry({ ...kept, ...server }, 'A level of a cache.');
export type WrittenLevel = z.output<typeof level>;

/** One level of a cache. */
export interface CacheLevel extends Explicit<typeof kept> {
  readonly ttlJitter: number;
  readonly counts: 'resident' | 'all';
}

const settings = {
  levels: field.of(
    z.array(level).min(1),
    required,
    'Levels, looked up in order, nearest first. At most one of them is shared. For a second shared level, use ' +
      'a separate cache in `onMiss`; values that come from it count as new.',
  ),
  keys: nameText()
    .optional()
    .describe('Key whose values identify the entries. Required, unless there is a `hitRatio`.'),
  hitRatio: field.share(
    absent(),
    'A fixed hit ratio instead of entries: nothing is stored, expires or is evicted.',
  ),
  pattern: field.choice(
    ['aside', 'readThrough', 'writeThrough', 'writeBehind', 'refreshAhead'],
    'aside',
    'How values are loaded and written. `aside`: the caller loads and invalidates. `readThrough`: the cache ' +
      'loads, so no value is available without the cache (onError defaults to fail). `writeThrough`: `set` runs ' +
      'its `write` steps and waits for them. `writeBehind`: the `write` steps run later, once per batch. ' +
      '`refreshAhead`: a hit late in the time to live reloads the value.',
  ),
  coalesce: field.choice(
    ['none', 'instance', 'cluster'],
    'none',
    'Number of requests that load a value when several miss it: `none`: every request; `instance`: one per ' +
      'instance; `cluster`: one overall, as with a lease. The others wait for its value or error.',
  ),
  staleWhileRevalidateNs: field.timeLimit(
    'none',
    'Time for which an expired value is still served while one background request reloads it.',
  ),
  earlyExpiry: field.of(
    z.number().positive().max(100),
    absent(),
    'Beta of XFetch (early expiry at random): a request reloads the value when now - load time x beta x ln(u) ' +
      'reaches the expiry.',
    'number',
  ),
  negativeTtlNs: field.timeLimit('none', 'Time for which a 404 from a load is cached.'),
  ttlJitter,
  onError: field.of(
    z.enum(['bypass', 'fail']),
    absent('bypass, with readThrough to fail'),
    'Behaviour when the shared level does not respond: `bypass` treats it as a miss, `fail` fails the step.',
  ),
  warm: field.share(
    0,
    'Share of the capacity that is filled at time 0, most popular values first.',
  ),
  refreshAheadFactor: field.share(
    absent('50%'),
    'With refreshAhead: a hit after this share of the time to live reloads the value.',
  ),
  writeDelayNs: field.duration(
    absent('1s'),
    'With writeBehind: time for which writes are buffered.',
  ),
  batchSize: field.whole(
    absent('100'),
    'With writeBehind: largest number of writes per batch; a full batch is written without waiting.',
    { min: 1, max: 1_000_000 },
  ),
};

export const cacheSchema = inheriting(
  entry({ ...extending, ...entryText, critical, ...settings }, 'A cache.'),
).meta({ id: 'cache' });
export type WrittenCache = z.output<typeof cacheSchema>;

/** A cache. Its levels are looked up in order, nearest first. */
export interface Cache
  extends
    Described,
    Omit<
      Explicit<typeof settings>,
      'levels' | 'keys' | 'ttlJitter' | 'onError' | 'writeDelayNs' | 'batchSize'
    > {
  readonly levels: readonly CacheLevel[];
  /** Key whose values the entries are, and the number of its values; null and 0 with a fixed hit ratio. */
  readonly key: string | null;
  readonly population: number;
  readonly onError: 'bypass' | 'fail';
  /** Only with writeBehind: how long writes are buffered, and the largest batch. */
  readonly writeBehind: { readonly delayNs: Ns; readonly batchSize: number } | null;
  /** Server of the shared level; absent without one. */
  readonly host: Host | null;
  /** Connection pool of the clients of the shared level. */
  readonly pool: Pool;
  readonly maxConnections: number;
}

/** A response cache in a middleware chain. */
export interface ResponseCache {
  readonly cache: string;
  readonly methods: readonly string[];
  readonly key: string | null;
  /** Overrides the time to live of the levels; null = theirs. */
  readonly ttlNs: Ns | null;
}
