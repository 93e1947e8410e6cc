import { change, changeAll, get, text, type Node } from './located.js';
import { merge } from './merge.js';

/** Merges the pool of a single caller over that of the database, unless their kinds differ. */
export function layPools(database: Node): Node {
  const pool = get(database, 'pool');
  if (database.type !== 'map' || pool === undefined) return database;
  const kind = text(get(pool, 'kind')) ?? 'simple';
  return change(database, 'pools', (pools) =>
    changeAll(pools, (own) => {
      const other = text(get(own, 'kind')) ?? kind;
      return other === kind ? merge(pool, own) : own;
    }),
  );
}
