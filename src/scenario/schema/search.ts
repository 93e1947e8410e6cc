import { z } from 'zod';
import { count, durationOrNone, whole } from '../../spec/quantities/quantities.js';
import type { ThreadPoolName } from '../../spec/scenario/search.js';

/** Schema of a thread pool of a node; `size` and `queue` describe the defaults. */
const threadPool = (text: string, size: string, queue: string) =>
  z
    .strictObject({
      size: whole({ min: 1 })
        .optional()
        .describe(`Operations that run at once. Unit: count. Defaults to ${size}.`),
      queueSize: count()
        .optional()
        .describe(
          'Operations that wait for a thread at most; more are rejected with 429. ' +
            `Unit: count. Defaults to ${queue}.`,
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
        'one and a half per core, rounded down, and one more',
        '1000, as up to version 8; from 9.0 on it is 1000 for each thread',
      ),
      get: threadPool(
        'For reads with a key.',
        'one and a half per core, rounded down, and one more',
        '1000',
      ),
      write: threadPool(
        'For writes; a replica is never rejected what its primary sends.',
        'one per core',
        '10000, as up to version 9.1; after that 750 for each core where that is more',
      ),
    } satisfies Record<ThreadPoolName, z.ZodType>)
    .optional()
    .describe(
      'elasticsearch: threads of each node, and the queues in front of them. `cpu` says how many cores ' +
        'there are, and a part of one counts as one.',
    ),
  refresh: z
    .strictObject({
      interval: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'How often the writes of a copy are made visible to searches, by the clock of its node. Unit: ' +
            'duration or `none`, which is -1 there: never. Defaults to 1s.',
        ),
      idleAfter: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'A copy that has not been searched for so long leaves refreshes out; the search that comes next ' +
            'has it done. Only without an interval of its own. Unit: duration or `none`. Defaults to 30s.',
        ),
    })
    .optional()
    .describe('elasticsearch: when a write becomes visible. A read with a key sees it at once.'),
};
