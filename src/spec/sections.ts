import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { Step } from './steps.js';

/** Steps over one connection of a database. */
export interface TransactionStep {
  readonly database: string;
  readonly steps: readonly Step[];
  /** Time of the commit at the server. */
  readonly commit: Distribution;
  /** Key by whose value it is at a shard; null = the database has one node with all rows. */
  readonly shardKey: string | null;
}

/** Steps of which one runs at a time for each value of a key. */
export interface LockStep {
  readonly key: string;
  readonly steps: readonly Step[];
  readonly acquireTimeoutNs: Ns | null;
  readonly scope: 'instance' | 'service' | 'global';
}

/** The beginning of a `lock` step in a program; its end is that of the branch it stands in. */
export interface PlanLock {
  readonly act: 'lock';
  /** Part id whose program locks. */
  readonly from: number;
  /** Index into plan.keys. */
  readonly key: number;
  readonly acquireTimeoutNs: Ns | null;
  readonly scope: LockStep['scope'];
}

/** The beginning of a statement at a database whose operations lock rows, and the row that it wants. */
export interface PlanStatement {
  readonly act: 'statement';
  readonly part: number;
  /** Index into plan.keys, or -1: it locks nothing. */
  readonly key: number;
  /** Only the primary takes it. */
  readonly write: boolean;
}

/** A transaction ends at its database: its rows are free. */
export interface PlanCommitted {
  readonly act: 'committed';
  readonly part: number;
}

/** A database whose statements are followed: it locks rows or has replicas. */
export interface PlanRows {
  readonly component: number;
  readonly lockTimeoutNs: Ns | null;
  /** Wait after which a circle of waiters is looked for. */
  readonly deadlockTimeoutNs: Ns;
}

/** What an edge has to do with transactions. */
export const SESSION = Object.freeze({
  /** Nothing. */
  none: 0,
  /** It is the transaction: held back once it has its connection, and sent as the commit. */
  holds: 1,
  /** A statement over the connection of the transaction around it. */
  inside: 2,
  /** A statement over a connection of its own, at a database with locks or replicas. */
  own: 3,
} as const);
export type Session = (typeof SESSION)[keyof typeof SESSION];
