import { z } from 'zod';
import { nameText } from '../../spec/fields/common.js';
import { flag } from '../../spec/quantities/fields.js';

/** A `cache` step as written: one of four verbs, and the fields that belong to it. */
export interface CacheStepOutput<Step> {
  readonly get?: string;
  readonly set?: string;
  readonly delete?: string;
  readonly refresh?: string;
  readonly key?: string;
  readonly onMiss?: readonly Step[];
  readonly write?: readonly Step[];
  readonly store: boolean;
}

/** A `cache` step. */
export function cacheStepSchema(steps: z.ZodType): z.ZodType {
  return z.strictObject({
    get: nameText()
      .optional()
      .describe('Looks the value up in the levels of this cache, nearest first.'),
    set: nameText().optional().describe('The value has changed and is stored at every level.'),
    delete: nameText()
      .optional()
      .describe(
        'The value has changed and is invalidated at every level that this instance can reach.',
      ),
    refresh: nameText()
      .optional()
      .describe('Loads the value and stores it, even if it is already cached.'),
    key: nameText()
      .optional()
      .describe(
        'Key whose value selects the entry. Unit: name of a key. Defaults to that of the cache.',
      ),
    onMiss: steps
      .optional()
      .describe(
        'With `get` and `refresh`: steps that load the value. Without them a miss fails with 404. Unit: list of ' +
          'steps. Defaults to none.',
      ),
    write: steps
      .optional()
      .describe(
        'With `set` and the patterns writeThrough and writeBehind: steps that write the value to the data source. ' +
          'Unit: list of steps. Defaults to none.',
      ),
    store: flag(true).describe(
      'Whether the value that `onMiss` loads is stored. Unit: boolean. Defaults to true.',
    ),
  });
}
