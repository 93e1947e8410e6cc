import { absent, field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { nameText } from '../../contracts/fields/common.js';

/** A `cache` step: one of four verbs, and the fields that belong to it. */
export function cacheStepSchema<Step>(steps: z.ZodType<Step[]>) {
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
export type CacheStepOutput<Step> = z.output<ReturnType<typeof cacheStepSchema<Step>>>;
