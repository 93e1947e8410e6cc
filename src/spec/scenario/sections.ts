import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Step } from './steps.js';

/** A transaction: steps over one connection of a database. */
export interface TransactionStep {
  readonly database: string;
  readonly steps: readonly Step[];
  /** Time of the commit at the server. */
  readonly commit: Distribution;
  /** Key whose value selects the shard of the transaction; null = the database has one node with all rows. */
  readonly shardKey: string | null;
}

/** A critical section: its steps run one at a time for each value of a key. */
export interface LockStep {
  readonly key: string;
  readonly steps: readonly Step[];
  readonly acquireTimeoutNs: Ns | null;
  readonly scope: 'instance' | 'service' | 'global';
}

/** Role of an edge in transactions. */
export const SESSION = Object.freeze({
  /** No role. */
  none: 0,
  /** The transaction itself: it is held after it gets its connection, and sent as the commit. */
  holds: 1,
  /** A statement over the connection of the enclosing transaction. */
  inside: 2,
  /** A statement over its own connection, at a database with locks or replicas. */
  own: 3,
} as const);

export type Session = (typeof SESSION)[keyof typeof SESSION];
