import type { Ns } from '../../kernel/time.js';
import type { CopyRoute } from '../scenario/search.js';
import type { Replication, Failover, ReadRoute } from '../scenario/replication.js';

/**
 * A read route in a plan. The node is chosen round-robin, or by the value of a key: `client` is an index into
 * plan.keys.
 */
export type PlanRoute = ReadRoute & { readonly client?: number };

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

/** How the client library of a database finds a node for an operation that the node cannot be asked for now. */
export interface ServerSelection {
  /** Longest wait for a node; 0 = the operation goes to one that is down, and fails. */
  readonly timeoutNs: Ns;
  /** It repeats the operation once if its node fails. */
  readonly repeats: boolean;
}

export type NodeRoute = PlanRoute | PinnedRoute;

/** Whether a route allows only one node: the one that has the rows. */
export function isPinned(route: NodeRoute): route is PinnedRoute {
  return route.kind === 'shard' || route.kind === 'shardOf' || route.kind === 'copy';
}

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

/** Start of a command in a Redis Cluster that requires full coverage. */
export interface PlanCovered {
  readonly act: 'covered';
  readonly part: number;
  /** Time after which the other nodes consider a node failed. */
  readonly nodeTimeoutNs: Ns;
}
