import { CALL_MODE, OP } from '../contracts/plan/program.js';
import type { Operation } from '../contracts/scenario/database.js';
import type { PlanSearch } from '../contracts/plan/search.js';
import { THREAD_POOLS, type ThreadPoolName } from '../contracts/scenario/search.js';
import { isSearch } from '../language/databases.js';
import type { Layout } from './layout.js';
import type { Scope } from './scope.js';
import { writeAct, type Writer } from './writer.js';

/** The search engines in component order. */
export function planSearches({ components }: Layout): readonly PlanSearch[] {
  return components.flatMap(({ id, source }) => {
    if (source.kind !== 'database' || source.host.search === null) return [];
    const { search, shards, failover } = source.host;
    const { copies, threadPools, refresh } = search;
    return [
      {
        component: id,
        shards: shards?.count ?? 1,
        copies,
        threadPools: THREAD_POOLS.map((name) => threadPools[name]),
        refresh,
        failover: failover!,
      },
    ];
  });
}

/**
 * Writes an operation of a search engine: wait for a thread, then work; a write is then replicated to the other copies,
 * which start with a thread too. A rejection is returned unchanged.
 */
export function writeAtCopy(
  w: Writer,
  operation: Operation,
  scope: Scope,
  writeCosts: () => void,
): void {
  const part = scope.part.id;
  const pool = THREAD_POOLS.indexOf(poolOf(operation));
  const act = w.acts.add({ act: 'thread', part, pool });
  const program = w.assembler.emit(OP.ACT, act, CALL_MODE.PASS, 0, scope.names.next('thread'));
  if (isSearch(operation)) writeAct(w, w.acts.add({ act: 'searched', part }), 'searched', scope);
  writeCosts();
  if (!operation.write) return;
  writeAct(w, w.acts.add({ act: 'indexed', part, program }), 'indexed', scope);
}

function poolOf(operation: Operation): ThreadPoolName {
  if (operation.write) return 'write';
  return isSearch(operation) ? 'search' : 'get';
}
