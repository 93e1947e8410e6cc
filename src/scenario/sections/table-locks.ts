import type { Ns } from '../../kernel/time.js';
import type {
  Operation,
  TableMode,
  WrittenDatabase,
  WrittenOperation,
} from '../../contracts/scenario/database.js';
import { usualMode } from '../../language/table-locks.js';
import { PRODUCTS } from '../../language/databases.js';
import type { Cursor } from '../resolve/context.js';

/** Kinds whose statements lock tables. */
const WITH_TABLES: readonly WrittenDatabase['kind'][] = ['generic', 'postgres', 'mysql'];

/** Metadata locks of MySQL: of statements that read, that write, and that change a definition. */
const MYSQL_MODES: readonly TableMode[] = ['accessShare', 'rowExclusive', 'accessExclusive'];

/** Longest wait for a lock of a database. */
export function lockTimeoutOf({ kind, lockTimeoutNs }: WrittenDatabase): Ns | null {
  return lockTimeoutNs === undefined ? PRODUCTS[kind].lockTimeoutNs : lockTimeoutNs;
}

/** Resolves the table that an operation locks, and how long it waits for its locks. */
export function resolveLocks(
  here: Cursor,
  database: WrittenDatabase,
  operation: WrittenOperation,
): Pick<Operation, 'table' | 'lockTimeoutNs'> {
  const { table, tableLock, lockTimeoutNs = lockTimeoutOf(database), lock } = operation;
  const isOwn = operation.lockTimeoutNs !== undefined;
  check(here, database, operation);
  if (isOwn && table === null && !lock) {
    const message = 'the operation takes no lock: add lock or table, or remove lockTimeout';
    here.in('lockTimeout').conflict(message);
  }
  if (table === null) return { table, lockTimeoutNs };
  // lock_wait_timeout, the limit of metadata locks, is a year; innodb_lock_wait_timeout is that of rows.
  const timeoutNs = database.kind === 'mysql' && !isOwn ? null : lockTimeoutNs;
  const mode = tableLock ?? usualMode(operation);
  return { table: { name: table, mode, timeoutNs }, lockTimeoutNs };
}

/** Reports contradictions of the table of an operation. */
function check(
  here: Cursor,
  { kind }: WrittenDatabase,
  { table, tableLock, write }: WrittenOperation,
): void {
  const problem = (key: string, why: string): void => here.in(key).conflict(why);
  if (table === null) {
    if (tableLock !== null)
      problem('tableLock', 'is the mode in which table is locked: add table: NAME');
    return;
  }
  if (!WITH_TABLES.includes(kind)) {
    problem('table', `statements of ${kind} lock no table: remove table`);
  } else if (kind === 'mysql' && tableLock !== null && !MYSQL_MODES.includes(tableLock)) {
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
