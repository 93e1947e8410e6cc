import type { Database } from '../spec/scenario.js';
import type { PlanRows } from '../spec/sections.js';
import type { Layout } from './layout.js';

/** Whether any operation of a database locks a row: its statements are followed then. */
export function locksRows({ operations }: Database): boolean {
  for (const { lock } of operations.values()) if (lock) return true;
  return false;
}

/** The databases that lock rows, in the order of their names. */
export function planRows({ components }: Layout): readonly PlanRows[] {
  return components.flatMap(({ id, source }) => {
    if (source.kind !== 'database' || !locksRows(source.host)) return [];
    const { lockTimeoutNs, deadlockTimeoutNs } = source.host;
    return [{ component: id, lockTimeoutNs, deadlockTimeoutNs }];
  });
}
