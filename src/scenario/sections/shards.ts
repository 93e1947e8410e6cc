import type { StepOutput } from '../schema/steps.js';
import type { Cursor } from '../resolve/context.js';
import { checkKey, isSharded } from '../resolve/sections.js';

/** Resolves the key that selects the shard of a query; null if its operation determines it or a view is read. */
export function resolveShardKey(
  here: Cursor,
  { database, key, of }: NonNullable<StepOutput['query']>,
): string | null {
  if (key === null || of !== null) return null;
  if (!isSharded(here.context, database)) {
    const message =
      'the key of a query selects a shard, or with `of` an entity of a view: add shards to ' +
      'the database, or remove key';
    here.conflict(message);
    return null;
  }
  checkKey(here, key);
  return key;
}
