import type { Ns } from '../../kernel/time.js';
import type { Operation, TableMode } from '../../contracts/scenario/database.js';
import { usualMode } from '../../language/table-locks.js';
import { PRODUCTS } from '../../language/databases.js';
import type { DatabaseOutput } from '../schema/components.js';
import type { Cursor } from './context.js';

type OperationOutput = DatabaseOutput['operations'][string];

/** Kinds whose statements lock tables. */
const WITH_TABLES: readonly DatabaseOutput['kind'][] = ['generic', 'postgres', 'mysql'];

/** Metadata locks of MySQL: of statements that read, that write, and that change a definition. */
const MYSQL_MODES: readonly TableMode[] = ['accessShare', 'rowExclusive', 'accessExclusive'];

/** Longest wait for a lock of a database. */
export function lockTimeoutOf({ kind, lockTimeout }: DatabaseOutput): Ns | null {
  return lockTimeout === undefined ? PRODUCTS[kind].lockTimeoutNs : lockTimeout;
}

/** Resolves the table that an operation locks, and how long it waits for its locks. */
export function resolveLocks(
  here: Cursor,
  database: DatabaseOutput,
  operation: OperationOutput,
): Pick<Operation, 'table' | 'lockTimeoutNs'> {
  const { table, tableLock, lockTimeout, lock } = operation;
  const ofRow = lockTimeout === undefined ? lockTimeoutOf(database) : lockTimeout;
  check(here, database, operation);
  if (lockTimeout !== undefined && table === undefined && !lock) {
    const message = 'the operation takes no lock: add lock or table, or remove lockTimeout';
    here.in('lockTimeout').conflict(message);
  }
  if (table === undefined) return { table: null, lockTimeoutNs: ofRow };
  // lock_wait_timeout, the limit of metadata locks, is a year; innodb_lock_wait_timeout is that of rows.
  const timeoutNs = database.kind === 'mysql' ? (lockTimeout ?? null) : ofRow;
  const mode = tableLock ?? usualMode(operation);
  return { table: { name: table, mode, timeoutNs }, lockTimeoutNs: ofRow };
}

/** Reports contradictions of the table of an operation. */
function check(
  here: Cursor,
  { kind }: DatabaseOutput,
  { table, tableLock, write }: OperationOutput,
): void {
  const problem = (key: string, why: string): void => here.in(key).conflict(why);
  if (table === undefined) {
    if (tableLock !== undefined)
      problem('tableLock', 'is the mode in which table is locked: add table: NAME');
    return;
  }
  if (!WITH_TABLES.includes(kind)) {
    problem('table', `statements of ${kind} lock no table: remove table`);
  } else if (kind === 'mysql' && tableLock !== undefined && !MYSQL_MODES.includes(tableLock)) {
    const message =
      `mysql has no lock of this mode: write ${MYSQL_MODES.join(', ')}, or kind: postgres (a ` +
      'definition that MySQL changes takes accessExclusive)';
    problem('tableLock', message);
  }
  if (write && (tableLock === 'accessShare' || tableLock === 'rowShare')) {
    const message = `a write takes rowExclusive or a stronger lock, not ${tableLock}: remove tableLock`;
    problem('tableLock', message);
  }
}
