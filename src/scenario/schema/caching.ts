import { z } from 'zod';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  share,
  whole,
} from '../../spec/quantities/quantities.js';
import { critical, entryText, extending, inheriting, nameText, textMap } from './common.js';
import { cpuSchema, zoneSchema } from './host.js';
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
      'Name, unique in the cache; faults and metrics refer to it. Required.',
    ),
    kind: z
      .enum(['local', 'redis', 'memcached', 'cdn'])
      .describe(
        '`local`: in each process that uses it, and lost with the process. The others are one server that all ' +
          'instances call over the network, and that loses its entries in a crash. Required.',
      ),
    capacity: count({ min: 1 })
      .prefault('unlimited')
      .describe('Entries, in each process of a local level. Unit: count. Defaults to unlimited.'),
    ttl: durationOrNone({ allowZero: false })
      .prefault('none')
      .describe(
        'Time to live, measured from storing; valid for t < stored + ttl. Unit: duration or `none`. Defaults to ' +
          'none.',
      ),
    ttlJitter: ttlJitter(),
    sliding: z
      .boolean()
      .default(false)
      .describe('Whether a hit restarts the time to live. Unit: boolean. Defaults to false.'),
    latency: distribution()
      .prefault('0ms')
      .describe(
        'CPU time of a command in the process that holds the level; with `cpu: 1` commands run one at a time. ' +
          'Network time comes on top. Unit: distribution. Defaults to 0ms.',
      ),
    eviction: z
      .enum(['lru', 'lfu', 'fifo', 'sieve', 'random'])
      .default('lru')
      .describe('Which entry is evicted when the level is full. Defaults to lru.'),
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
      .describe('Connections over all pools; beyond it connecting fails. Defaults to unlimited.'),
    pool: pool.optional().describe('Client side, one per calling instance. Defaults to unlimited.'),
    zone: zoneSchema.optional().describe('Where the server is.'),
    labels: textMap().optional().describe('Selectors of faults.'),
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
          'Levels, looked up in order, nearest first; at most one of them is shared. A second shared level is a ' +
            'separate cache used in `onMiss`, whose values count as new. Required.',
        ),
      keys: nameText()
        .optional()
        .describe('Key whose values are the entries. Required, unless there is a `hitRatio`.'),
      hitRatio: share()
        .optional()
        .describe(
          'A fixed hit ratio instead of entries: nothing is stored, expires or is evicted. Unit: share. Defaults to ' +
            'none.',
        ),
      pattern: z
        .enum(['aside', 'readThrough', 'writeThrough', 'writeBehind', 'refreshAhead'])
        .default('aside')
        .describe(
          '`aside`: the caller loads and invalidates. `readThrough`: the cache loads, so without the cache there is ' +
            'no value (onError defaults to fail). `writeThrough`: `set` runs its `write` steps and waits. ' +
            '`writeBehind`: they run later, once per batch. `refreshAhead`: a hit late in the time to live reloads ' +
            'the value. Defaults to aside.',
        ),
      coalesce: z
        .enum(['none', 'instance', 'cluster'])
        .default('none')
        .describe(
          'How many requests load when several miss the same value: each of them (none), one per instance, or one ' +
            'overall (cluster, a lease); the others wait for its value or error. Defaults to none.',
        ),
      staleWhileRevalidate: durationOrNone({ allowZero: false })
        .prefault('none')
        .describe(
          'How long an expired value is still served while one background request reloads it. Unit: duration or ' +
            '`none`. Defaults to none.',
        ),
      earlyExpiry: z
        .number()
        .positive()
        .max(100)
        .optional()
        .describe(
          'Beta of XFetch: a request reloads the value when now - load time x beta x ln(u) reaches the expiry. ' +
            'Unit: number. Defaults to none.',
        ),
      negativeTtl: durationOrNone({ allowZero: false })
        .prefault('none')
        .describe(
          'How long a 404 of a load is cached. Unit: duration or `none`. Defaults to none.',
        ),
      ttlJitter: ttlJitter(),
      onError: z
        .enum(['bypass', 'fail'])
        .optional()
        .describe(
          'Behaviour when the shared level does not answer: `bypass` treats it as a miss, `fail` fails the step. ' +
            'Defaults to bypass, with readThrough to fail.',
        ),
      warm: share()
        .prefault(0)
        .describe(
          'Share of the capacity that is filled at the start, most popular values first. Unit: share. Defaults to ' +
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
          'With writeBehind: how long writes are buffered. Unit: duration. Defaults to 1s.',
        ),
      batchSize: whole({ min: 1, max: 1_000_000 })
        .optional()
        .describe(
          'With writeBehind: batch size; a full batch is written without waiting. Unit: count. Defaults to 100.',
        ),
    })
    .describe('A cache.'),
).meta({ id: 'cache' });
export type CacheOutput = z.output<typeof cacheSchema>;
