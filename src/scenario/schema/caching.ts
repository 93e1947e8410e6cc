import { z } from 'zod';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  share,
  whole,
} from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, nameText, textMap } from './common.js';
import { cpuSchema, zoneSchema } from './host.js';
import { pool } from './pools.js';

const ttlJitter = (): z.ZodType<number | undefined> =>
  share()
    .optional()
    .describe(
      'Each time to live is longer or shorter by chance, up to this share of it: without it what was ' +
        'stored together expires together. Unit: share. Defaults to 0.',
    ) as unknown as z.ZodType<number | undefined>;

/** A level of a cache. */
const level = z
  .strictObject({
    name: nameText().describe(
      'Name, unique in the cache: the part that faults and metrics name. Required.',
    ),
    kind: z
      .enum(['local', 'redis', 'memcached', 'cdn'])
      .describe(
        '`local`: in each process that uses it, dies with it. The others are one server that all ' +
          'instances call over the network, and that loses what it holds when it crashes. Required.',
      ),
    capacity: count({ min: 1 })
      .prefault('unlimited')
      .describe('Entries, in each process of a local level. Unit: count. Defaults to unlimited.'),
    ttl: durationOrNone({ allowZero: false })
      .prefault('none')
      .describe(
        'Time to live from the storing on; valid for t < stored + ttl. Unit: duration or `none`. ' +
          'Defaults to none.',
      ),
    ttlJitter: ttlJitter(),
    sliding: z
      .boolean()
      .default(false)
      .describe('Whether a hit begins the time to live anew. Unit: boolean. Defaults to false.'),
    latency: distribution()
      .prefault('0ms')
      .describe(
        'What a command takes: CPU of the process that holds the level, so with `cpu: 1` one after the ' +
          'other. The way there is that of the network. Unit: distribution. Defaults to 0ms.',
      ),
    eviction: z
      .enum(['lru', 'lfu', 'fifo', 'sieve', 'random'])
      .default('lru')
      .describe('Who goes when it is full. Defaults to lru.'),
    counts: z
      .enum(['resident', 'all'])
      .optional()
      .describe(
        'With `lfu`: `resident` counts uses of what is in the cache; `all` those of every value, and ' +
          'lets nothing in that is asked for less than what would go (perfect LFU). Defaults to resident.',
      ),
    cpu: cpuSchema
      .optional()
      .describe('Of the server: redis has 1. Unit: cores. Defaults to unlimited.'),
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
          'Asked one after the other, nearest first; at most one of them is shared. Another shared one is a cache of ' +
            'its own that is asked in `onMiss`, and what it gives counts as new. Required.',
        ),
      keys: nameText()
        .optional()
        .describe('Key whose values are the entries. Required, unless there is a `hitRatio`.'),
      hitRatio: share()
        .optional()
        .describe(
          'A fixed ratio of hits in the place of entries: nothing is stored, expires or is evicted. ' +
            'Unit: share. Defaults to none.',
        ),
      pattern: z
        .enum(['aside', 'readThrough', 'writeThrough', 'writeBehind', 'refreshAhead'])
        .default('aside')
        .describe(
          '`aside`: the caller loads and invalidates. `readThrough`: the cache loads, so without it there ' +
            'is nothing (onError defaults to fail). `writeThrough`: `set` runs its `write` steps and ' +
            'waits. `writeBehind`: they run later, once for a batch. `refreshAhead`: a hit late in the ' +
            'time to live has the value loaded anew. Defaults to aside.',
        ),
      coalesce: z
        .enum(['none', 'instance', 'cluster'])
        .default('none')
        .describe(
          'Who loads when several miss the same value: each of them, one per instance, or one of all ' +
            '(a lease); the others wait for its value or its error. Defaults to none.',
        ),
      staleWhileRevalidate: durationOrNone({ allowZero: false })
        .prefault('none')
        .describe(
          'How long an expired value is still served, while one request behind the back of the others ' +
            'loads it anew. Unit: duration or `none`. Defaults to none.',
        ),
      earlyExpiry: z
        .number()
        .positive()
        .max(100)
        .optional()
        .describe(
          'Beta of XFetch: a request loads anew when now - load time x beta x ln(u) reaches the expiry. ' +
            'Unit: number. Defaults to none.',
        ),
      negativeTtl: durationOrNone({ allowZero: false })
        .prefault('none')
        .describe(
          'How long it is remembered that a load ended in 404. Unit: duration or `none`. Defaults to none.',
        ),
      ttlJitter: ttlJitter(),
      onError: z
        .enum(['bypass', 'fail'])
        .optional()
        .describe(
          'When the shared level does not answer: `bypass` takes it for a miss, `fail` fails the step. ' +
            'Defaults to bypass, with readThrough to fail.',
        ),
      warm: share()
        .prefault(0)
        .describe(
          'Share of the entries there is room for that are there at the beginning, most popular first. ' +
            'Unit: share. Defaults to 0.',
        ),
      refreshAheadFactor: share()
        .optional()
        .describe(
          'With refreshAhead: a hit beyond this share of the time to live has the value loaded anew. ' +
            'Unit: share. Defaults to 50%.',
        ),
      writeDelay: duration({ allowZero: false })
        .optional()
        .describe(
          'With writeBehind: how long writes are gathered. Unit: duration. Defaults to 1s.',
        ),
      batchSize: whole({ min: 1, max: 1_000_000 })
        .optional()
        .describe(
          'With writeBehind: values written at once; when so many are there they do not wait. Unit: ' +
            'count. Defaults to 100.',
        ),
    })
    .describe('A cache.'),
).meta({ id: 'cache' });
export type CacheOutput = z.output<typeof cacheSchema>;
