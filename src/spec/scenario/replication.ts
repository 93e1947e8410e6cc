import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { CopyRoute } from './search.js';

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

/**
 * A read route in a plan. The node is chosen round-robin, or by the value of a key: `client` is an index into
 * plan.keys.
 */
export type PlanRoute = ReadRoute & { readonly client?: number };

/** Shards: disjoint sets of rows, each on its own node. */
export interface Shards {
  readonly count: number;
  /** Key whose value selects the shard of a row. */
  readonly key: string;
}

/** A route to the node that has the rows of a request. */
export type PinnedRoute =
  /**
   * The shard for the value of a key (index into plan.keys), or the one `behind` places after it, modulo the
   * number of shards.
   */
  | { readonly kind: 'shardOf'; readonly key: number; readonly behind?: number }
  /** A fixed shard for all requests. */
  | { readonly kind: 'shard'; readonly index: number }
  | CopyRoute;

/** Route of an edge to a node. */
export type NodeRoute = PlanRoute | PinnedRoute;

/** Whether a route allows only one node: the one that has the rows. */
export function isPinned(route: NodeRoute): route is PinnedRoute {
  return route.kind === 'shard' || route.kind === 'shardOf' || route.kind === 'copy';
}

/** Route of writes and transactions. */
export const PRIMARY: ReadRoute = Object.freeze({ kind: 'primary' });

/** A database with replicas in a plan. Its first instance is the primary at the start. */
export interface PlanReplication {
  readonly component: number;
  /** Distribution id. */
  readonly lag: number;
  readonly mode: Replication['mode'];
  readonly applyRate: number;
  readonly semiSyncTimeoutNs?: Ns;
  readonly failover: Failover | null;
}

/** Start of a read at a database with replicas. */
export interface PlanRead {
  readonly act: 'read';
  readonly part: number;
  /** Index into plan.keys of the key that selects the row; -1 = all rows. */
  readonly key: number;
}

/** End of a writing statement at a database with replicas. */
export interface PlanWrite {
  readonly act: 'write';
  readonly part: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
}
