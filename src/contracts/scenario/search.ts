import type { z } from 'zod';
import { entry, type Filled, type Settled } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';
import { count, durationOrNone, whole } from '../quantities/quantities.js';

/** Thread pools of a node of a search engine: searches, reads by id, writes. */
export const THREAD_POOLS = ['search', 'get', 'write'] as const;

export type ThreadPoolName = (typeof THREAD_POOLS)[number];

/** Schema of a thread pool of a node; `size` and `queue` describe the defaults. */
const threadPool = (text: string, size: string, queue: string) =>
  entry({
    size: whole({ min: 1 })
      .optional()
      .describe(
        `Number of threads, each of which runs one operation. Unit: count. Defaults to ${size}.`,
      ),
    queueSize: count()
      .optional()
      .describe(
        'Largest number of operations that wait for a thread; further ones are rejected with 429. ' +
          `Unit: requests. Defaults to ${queue}.`,
      ),
  })
    .optional()
    .describe(text);

/** Size of a thread pool, and of its queue of operations. */
export type ThreadPool = Filled<
  NonNullable<z.output<ReturnType<typeof threadPool>>>,
  'size' | 'queueSize'
>;

const refreshSchema = entry({
  intervalNs: field.of(
    durationOrNone({ allowZero: false }),
    absent('1s'),
    'Interval at which a copy of a shard makes its writes visible to searches, by the clock of its node.',
    'duration or `none` (-1 in Elasticsearch): never',
  ),
  idleAfterNs: field.timeLimit(
    absent('30s'),
    'Time without a search after which a copy stops refreshing; the next search triggers a refresh. Only ' +
      'without an explicit `interval`.',
  ),
});

/** When writes become visible to searches; null = never, or always refreshed. */
export type Refresh = Settled<z.output<typeof refreshSchema>>;

/** Fields of a database for search engines. */
export const searchFields = {
  threadPools: entry({
    search: threadPool(
      'For reads without a key.',
      '1.5 per core, rounded down, plus one',
      '1000, as up to version 8; from 9.0 on it is 1000 for each thread',
    ),
    get: threadPool('For reads with a key.', '1.5 per core, rounded down, plus one', '1000'),
    write: threadPool(
      'For writes; a replica never rejects the writes of its primary.',
      'one per core',
      '10000, as up to version 9.1; after that 750 for each core where that is more',
    ),
  } satisfies Record<ThreadPoolName, z.ZodType>)
    .optional()
    .describe(
      'With elasticsearch: thread pools of each node, and their queues. Their default sizes follow from ' +
        'the cores in `cpu`, rounded up.',
    ),
  refresh: refreshSchema
    .optional()
    .describe(
      'With elasticsearch: when a write becomes visible. A read with a key sees it at once.',
    ),
};

/** Settings of a database that is a search engine: it runs searches on shards and their copies. */
export interface SearchEngine {
  /** Copies of each shard: the primary and its replicas. */
  readonly copies: number;
  /** Thread pools of each node. */
  readonly threadPools: Readonly<Record<ThreadPoolName, ThreadPool>>;
  readonly refresh: Refresh;
}

/** Route of an edge to a copy of a shard. */
export interface CopyRoute {
  readonly kind: 'copy';
  /** -1 = the shard for the value of `key`, an index into plan.keys. */
  readonly shard: number;
  readonly key: number;
  /** Whether it must be the primary. */
  readonly write: boolean;
}
