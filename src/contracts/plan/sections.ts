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
  /** Only the primary accepts it. */
  readonly write: boolean;
}

/** End of a transaction at its database, which releases its rows. */
export interface PlanCommitted {
  readonly act: 'committed';
  readonly part: number;
}

/** A database whose statements are tracked, because it locks rows or has replicas. */
export interface PlanRows {
  readonly component: number;
  readonly lockTimeoutNs: Ns | null;
  /** Wait after which the server checks for a deadlock. */
  readonly deadlockTimeoutNs: Ns;
}
