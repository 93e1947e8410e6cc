import type { Distribution } from '../kernel/distribution.js';
import type { PlanReplication } from '../contracts/plan/replication.js';
import type { Database } from '../contracts/scenario/database.js';
import type { PlanRows } from '../contracts/plan/sections.js';
import type { Interner } from './canonical.js';
import type { Layout } from './layout.js';

/** Whether any operation of a database locks a row. */
function locksRows({ operations }: Database): boolean {
  for (const { lock } of operations.values()) if (lock) return true;
  return false;
}

/** Whether statements of a database are tracked from start to end. */
export function isTracked(database: Database): boolean {
  return database.replication !== null || locksRows(database);
}

/** The databases whose statements are tracked, in component order. */
export function planRows({ components }: Layout): readonly PlanRows[] {
  return components.flatMap(({ id, source }) => {
    if (source.kind !== 'database' || !isTracked(source.host)) return [];
    const { lockTimeoutNs, deadlockTimeoutNs } = source.host;
    return [{ component: id, lockTimeoutNs, deadlockTimeoutNs }];
  });
}

/** The databases with replicas, in component order. */
export function planReplications(
  { components }: Layout,
  distributions: Interner<Distribution>,
): readonly PlanReplication[] {
  return components.flatMap(({ id, source }) => {
    if (source.kind !== 'database' || source.host.replication === null) return [];
    const { replication, failover } = source.host;
    const { count: _, lag, ...rules } = replication;
    return [{ component: id, lag: distributions.id(lag), ...rules, failover }];
  });
}
