import type { Distribution } from '../kernel/distribution.js';
import type { PlanReplication } from '../contracts/plan/replication.js';
import type { Database } from '../contracts/scenario/database.js';
import type { PlanRows } from '../contracts/plan/sections.js';
import type { Interner } from './canonical.js';
import { byCodeUnit } from '../text/order.js';
import type { Layout } from './layout.js';

/** Whether any operation of a database locks a row or a table. */
function locks({ operations }: Database): boolean {
  for (const { lock, table } of operations.values()) if (lock || table !== null) return true;
  return false;
}

/** Names of the tables that operations of a database lock, in alphabetical order. */
export function tablesOf({ operations }: Database): readonly string[] {
  const names = new Set<string>();
  for (const { table } of operations.values()) if (table !== null) names.add(table.name);
  return [...names].sort(byCodeUnit);
}

/** Whether statements of a database are tracked from start to end. */
export function isTracked(database: Database): boolean {
  return database.replication !== null || locks(database);
}

/** The databases whose statements are tracked, in component order. */
export function planRows({ components }: Layout): readonly PlanRows[] {
  return components.flatMap(({ id, source }) => {
    if (source.kind !== 'database' || !isTracked(source.host)) return [];
    const { deadlockTimeoutNs, deadlockVictim } = source.host;
    const tables = tablesOf(source.host).length;
    return [{ component: id, tables, deadlockTimeoutNs, deadlockVictim }];
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
