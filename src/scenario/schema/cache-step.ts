import { absent, field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { nameText } from '../../contracts/fields/common.js';

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
    key: field.of(
      nameText(),
      absent('that of the cache'),
      'Key whose value selects the entry.',
      'name of a key',
    ),
    onMiss: field.of(
      steps,
      absent(),
      'With `get` and `refresh`: steps that load the value. Without them a miss fails with 404.',
      'list of steps',
    ),
    write: field.of(
      steps,
      absent(),
      'With `set` and the patterns writeThrough and writeBehind: steps that write the value to the data source.',
      'list of steps',
    ),
    store: field.flag(true, 'Whether the value that `onMiss` loads is stored.'),
  });
}
