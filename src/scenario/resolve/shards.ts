import type { StepOutput } from '../schema/steps.js';
import { conflict, type Context, type Path } from './context.js';
import { checkKey, isSharded } from './sections.js';

/** Resolves the key that selects the shard of a query; null if its operation determines it or a view is read. */
export function resolveShardKey(
  context: Context,
  { database, key, of }: NonNullable<StepOutput['query']>,
  path: Path,
): string | null {
  if (key === undefined || of !== undefined) return null;
  if (!isSharded(context, database)) {
    const message =
      'the key of a query selects a shard, or with `of` an entity of a view: add shards to ' +
      'the database, or remove key';
    conflict(context, path, message);
    return null;
  }
  checkKey(context, key, path);
  return key;
}
