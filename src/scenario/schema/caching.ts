import { z } from 'zod';
import { count, duration, share, whole } from '../../spec/quantities/quantities.js';
import {
  labels,
  critical,
  entryText,
  extending,
  inheriting,
  nameText,
} from '../../spec/fields/common.js';
import { choice, cost, flag, limit, timeLimit } from '../../spec/quantities/fields.js';
import { zoneSchema } from './host.js';
import { cpuSchema } from '../../spec/scenario/process.js';
import { pool } from './pools.js';

const ttlJitter = (): z.ZodType<number | undefined> =>
  share()
    .optional()
    .describe(
      'Random variation of each time to live, up to this share of it in both directions; without it, entries stored ' +
        'together expire together. Unit: share. Defaults to 0.',
    ) as unknown as z.ZodType<number | undefined>;

/** A level of a cache. */
const level = z
  .strictObject({
    name: nameText().describe(
      'Name of the level, unique in the cache; faults and metrics refer to it. Required.',
    ),
    kind: z
      .enum(['local', 'redis', 'memcached', 'cdn'])
      .describe(
        'Where the level is. `local`: in the memory of each process that uses the cache, and lost with the ' +
          'process. The others are one server that all instances call over the network; it loses its entries ' +
          'in a crash. Required.',
      ),
    capacity: limit().describe(
      'Largest number of entries; for a local level, in each process. Unit: count. Defaults to unlimited.',
    ),
    ttl: timeLimit().describe(
      'Time to live of an entry, measured from when it is stored. Unit: duration or `none`. Defaults to ' +
        'none.',
    ),
    ttlJitter: ttlJitter(),
    sliding: flag(false).describe(
      'Whether a hit restarts the time to live. Unit: boolean. Defaults to false.',
    ),
    latency: cost().describe(
      'CPU time of a command in the process that holds the level; with `cpu: 1` commands run one at a ' +
        'time. Network time is added. Unit: distribution. Defaults to 0ms.',
    ),
    eviction: choice(['lru', 'lfu', 'fifo', 'sieve', 'random'], 'lru').describe(
      'Which entry is evicted when the level is full. Defaults to lru.',
    ),
    counts: z
      .enum(['resident', 'all'])
      .optional()
      .describe(
        'With `lfu`: `resident` counts uses of cached values only; `all` counts uses of every value, and admits no ' +
          'value used less often than the one it would evict (perfect LFU). Defaults to resident.',
      ),
    cpu: cpuSchema
      .optional()
      .describe('Cores of the server; redis has 1. Unit: cores. Defaults to unlimited.'),
    maxConnections: count({ min: 1 })
      .optional()
      .describe(
        'Largest number of connections of all pools together; beyond it, connecting fails. Defaults to ' +
          'unlimited.',
      ),
    pool: pool
      .optional()
      .describe('Connection pool of each calling instance. Defaults to unlimited.'),
    zone: zoneSchema.optional().describe('Zone of the server.'),
    labels,
  })
  .describe('A level of a cache.');
export type LevelOutput = z.output<typeof level>;

/** One cache. */
export const cacheSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      levels: z
        .array(level)
        .min(1)
        .describe(
          'Levels, looked up in order, nearest first. At most one of them is shared. For a second shared ' +
            'level, use a separate cache in `onMiss`; values that come from it count as new. Required.',
        ),
      keys: nameText()
        .optional()
        .describe('Key whose values identify the entries. Required, unless there is a `hitRatio`.'),
      hitRatio: share()
        .optional()
        .describe(
          'A fixed hit ratio instead of entries: nothing is stored, expires or is evicted. Unit: share. Defaults to ' +
            'none.',
        ),
      pattern: choice(
        ['aside', 'readThrough', 'writeThrough', 'writeBehind', 'refreshAhead'],
        'aside',
      ).describe(
        'How values are loaded and written. `aside`: the caller loads and invalidates. `readThrough`: the ' +
          'cache loads, so no value is available without the cache (onError defaults to fail). `writeThrough`: ' +
          '`set` runs its `write` steps and waits for them. `writeBehind`: the `write` steps run later, once ' +
          'per batch. `refreshAhead`: a hit late in the time to live reloads the value. Defaults to aside.',
      ),
      coalesce: choice(['none', 'instance', 'cluster'], 'none').describe(
        'Number of requests that load a value when several miss it: `none`: every request; `instance`: one ' +
          'per instance; `cluster`: one overall, as with a lease. The others wait for its value or error. ' +
          'Defaults to none.',
      ),
      staleWhileRevalidate: timeLimit().describe(
        'Time for which an expired value is still served while one background request reloads it. Unit: ' +
          'duration or `none`. Defaults to none.',
      ),
      earlyExpiry: z
        .number()
        .positive()
        .max(100)
        .optional()
        .describe(
          'Beta of XFetch (early expiry at random): a request reloads the value when now - load time x beta x ' +
            'ln(u) reaches the expiry. Unit: number. Defaults to none.',
        ),
      negativeTtl: timeLimit().describe(
        'Time for which a 404 from a load is cached. Unit: duration or `none`. Defaults to none.',
      ),
      ttlJitter: ttlJitter(),
      onError: z
        .enum(['bypass', 'fail'])
        .optional()
        .describe(
          'Behaviour when the shared level does not respond: `bypass` treats it as a miss, `fail` fails the ' +
            'step. Defaults to bypass, with readThrough to fail.',
        ),
      warm: share()
        .prefault(0)
        .describe(
          'Share of the capacity that is filled at time 0, most popular values first. Unit: share. Defaults to ' +
            '0.',
        ),
      refreshAheadFactor: share()
        .optional()
        .describe(
          'With refreshAhead: a hit after this share of the time to live reloads the value. Unit: share. Defaults ' +
            'to 50%.',
        ),
      writeDelay: duration({ allowZero: false })
        .optional()
        .describe(
          'With writeBehind: time for which writes are buffered. Unit: duration. Defaults to 1s.',
        ),
      batchSize: whole({ min: 1, max: 1_000_000 })
        .optional()
        .describe(
          'With writeBehind: largest number of writes per batch; a full batch is written without waiting. ' +
            'Unit: count. Defaults to 100.',
        ),
    })
    .describe('A cache.'),
).meta({ id: 'cache' });
export type CacheOutput = z.output<typeof cacheSchema>;
