import { absent, field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { count, durationOrNone, whole } from '../../contracts/quantities/quantities.js';
import type { ThreadPoolName } from '../../contracts/scenario/search.js';

/** Schema of a thread pool of a node; `size` and `queue` describe the defaults. */
const threadPool = (text: string, size: string, queue: string) =>
  z
    .strictObject({
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

/** Fields of a database for search engines. */
export const searchFields = {
  threadPools: z
    .strictObject({
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
  refresh: z
    .strictObject({
      interval: field.of(
        durationOrNone({ allowZero: false }),
        absent('1s'),
        'Interval at which a copy of a shard makes its writes visible to searches, by the clock of its node.',
        'duration or `none` (-1 in Elasticsearch): never',
      ),
      idleAfter: field.timeLimit(
        absent('30s'),
        'Time without a search after which a copy stops refreshing; the next search triggers a refresh. Only ' +
          'without an explicit `interval`.',
      ),
    })
    .optional()
    .describe(
      'With elasticsearch: when a write becomes visible. A read with a key sees it at once.',
    ),
};
