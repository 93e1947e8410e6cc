import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';

/** Replication of a database: replicas that follow its primary. */
export interface Replication {
  readonly count: number;
  /** Time from a commit until a replica can apply it. */
  readonly lag: Distribution;
  /**
   * Confirmations that a commit waits for: none, one replica, enough replicas for a majority of all nodes
   * (the primary counts), or all replicas.
   */
  readonly mode: 'async' | 'semiSync' | 'majority' | 'sync';
  /** Writes per second that a replica applies. */
  readonly applyRate: number;
  /** With semiSync: wait for a replica after which the primary stops waiting; absent = never. */
  readonly semiSyncTimeoutNs?: Ns;
}

/** Failover: how a replica is promoted when the primary has died. */
export interface Failover {
  readonly detectNs: Ns;
  readonly promoteNs: Ns;
  /** Time from the promotion until clients use the new primary. */
  readonly reconnectNs: Ns;
  /** A primary that cannot be reached stops accepting writes once it is considered dead. */
  readonly fencing: boolean;
  /**
   * Election by majority: only a node that sees more than half of all nodes can be elected, and a primary
   * that has not seen a majority for the detection time stops accepting writes. Absent = no majority needed.
   */
  readonly quorum?: true;
}

/** Node that serves an operation without writes. */
export type ReadRoute =
  | { readonly kind: 'primary' | 'replica' | 'nearest' }
  | { readonly kind: 'replicaIfLag'; readonly maxLagNs: Ns };

/** Shards: disjoint sets of rows, each on its own node. */
export interface Shards {
  readonly count: number;
  /** Key whose value selects the shard of a row. */
  readonly key: string;
}

/** Route of writes and transactions. */
export const PRIMARY: ReadRoute = Object.freeze({ kind: 'primary' });
