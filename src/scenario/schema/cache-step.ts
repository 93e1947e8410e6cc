import { z } from 'zod';
import { nameText } from './common.js';
import type { StepOutput } from './steps.js';

/** What a `cache` step says: one of the four verbs, and what belongs to it. */
export interface CacheStepOutput {
  readonly get?: string;
  readonly set?: string;
  readonly delete?: string;
  readonly refresh?: string;
  readonly key?: string;
  readonly onMiss?: readonly StepOutput[];
  readonly write?: readonly StepOutput[];
  readonly store: boolean;
}

/** A `cache` step. */
export function cacheStepSchema(steps: z.ZodType<StepOutput[]>): z.ZodType {
  return z.strictObject({
    get: nameText().optional().describe('Asks the levels of this cache, nearest first.'),
    set: nameText().optional().describe('The value is another one now, and stored at every level.'),
    delete: nameText()
      .optional()
      .describe(
        'The value is another one now, and forgotten at every level this instance can reach.',
      ),
    refresh: nameText()
      .optional()
      .describe('Loads the value and stores it, whether it is there or not.'),
    key: nameText()
      .optional()
      .describe('Key whose value it is about. Unit: name of a key. Defaults to that of the cache.'),
    onMiss: steps
      .optional()
      .describe(
        'Of `get` and `refresh`: how the value is loaded. Without them a miss fails with 404. Unit: ' +
          'list of steps. Defaults to none.',
      ),
    write: steps
      .optional()
      .describe(
        'Of `set` with the patterns writeThrough and writeBehind: how the value gets to where it ' +
          'belongs. Unit: list of steps. Defaults to none.',
      ),
    store: z
      .boolean()
      .default(true)
      .describe('Whether what `onMiss` has loaded is kept. Unit: boolean. Defaults to true.'),
  });
}
