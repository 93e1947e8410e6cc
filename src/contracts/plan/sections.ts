import type { Ns } from '../../kernel/time.js';
import type { LockStep } from '../scenario/steps.js';

/** Start of a `lock` step in a program. It ends with its enclosing branch. */
export interface PlanLock {
  readonly act: 'lock';
  /** Part id of the program that locks. */
  readonly from: number;
  /** Index into plan.keys. */
  readonly key: number;
  readonly acquireTimeoutNs: Ns | null;
  readonly scope: LockStep['scope'];
}

/** Start of a statement at a database whose operations lock rows, with the row that it needs. */
export interface PlanStatement {
  readonly act: 'statement';
  readonly part: number;
  /** Index into plan.keys; -1 = it locks no row. */
  readonly key: number;
  /** Longest wait for the row; null = no limit. */
  readonly lockTimeoutNs: Ns | null;
  /** Only the primary accepts it. */
  readonly write: boolean;
}

/** A statement locks a table, to the end of its transaction. */
export interface PlanTableLock {
  readonly act: 'tableLock';
  readonly part: number;
  /** Number of the table in its database. */
  readonly table: number;
  /** Number of the mode, and the modes that conflict with it, one bit each. */
  readonly mode: number;
  readonly conflicts: number;
  /** Longest wait; null = no limit. */
  readonly lockTimeoutNs: Ns | null;
}

/** A statement locks a row after its table. */
export interface PlanRowLock {
  readonly act: 'rowLock';
  readonly part: number;
  /** Index into plan.keys. */
  readonly key: number;
  readonly lockTimeoutNs: Ns | null;
}

/** End of a transaction at its database, which releases its rows. */
export interface PlanCommitted {
  readonly act: 'committed';
  readonly part: number;
}

/** A database whose statements are tracked, because it locks rows or has replicas. */
export interface PlanRows {
  readonly component: number;
  /** Number of tables that its operations lock. */
  readonly tables: number;
  /** Wait after which the server checks for a deadlock. */
  readonly deadlockTimeoutNs: Ns;
  /** Transaction of a deadlock that is rolled back: the one whose statement finds it, or the youngest one. */
  readonly deadlockVictim: 'finder' | 'youngest';
}
