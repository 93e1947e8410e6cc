import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { CopyRoute } from './search.js';

/** Copies of a database that follow its primary. */
export interface Replication {
  readonly count: number;
  /** From a commit until a replica could apply it. */
  readonly lag: Distribution;
  /**
   * Whose confirmation a commit waits for: nobody's, that of one replica, of so many that they are a majority
   * of all nodes together with the primary, or of all.
   */
  readonly mode: 'async' | 'semiSync' | 'majority' | 'sync';
  /** Writes that a replica applies per second. */
  readonly applyRate: number;
  /** Where commits wait for one replica: how long, before the primary waits for none; absent = for ever. */
  readonly semiSyncTimeoutNs?: Ns;
}

/** How a replica takes the place of a primary that has died. */
export interface Failover {
  readonly detectNs: Ns;
  readonly promoteNs: Ns;
  /** From the promotion until clients ask the new primary. */
  readonly reconnectNs: Ns;
  /** A primary that cannot be seen takes no writes once it is taken for dead. */
  readonly fencing: boolean;
  /**
   * Nobody is elected who does not see more than half of all nodes, and a primary that has not seen them for as long as
   * it takes to be taken for dead takes no writes; else left out.
   */
  readonly quorum?: true;
}

/** Where an operation goes that writes nothing. */
export type ReadRoute =
  | { readonly kind: 'primary' | 'replica' | 'nearest' }
  | { readonly kind: 'replicaIfLag'; readonly maxLagNs: Ns };

/** A route in a plan: the node is chosen in turn, or by the value of a key, an index into plan.keys. */
export type PlanRoute = ReadRoute & { readonly client?: number };

/** Parts of a database with different rows, each a node. */
export interface Shards {
  readonly count: number;
  /** Key whose value says which shard a row is on. */
  readonly key: string;
}

/** A route to the node that has the rows of a request. */
export type PinnedRoute =
  /** The shard of the value of a key, an index into plan.keys, or so many behind it, around and around. */
  | { readonly kind: 'shardOf'; readonly key: number; readonly behind?: number }
  /** One shard, whatever the request is about. */
  | { readonly kind: 'shard'; readonly index: number }
  | CopyRoute;

/** Which node an edge asks. */
export type NodeRoute = PlanRoute | PinnedRoute;

/** Whether a route leaves no choice of a node: it has the rows, and no other one does. */
export function isPinned(route: NodeRoute): route is PinnedRoute {
  return route.kind === 'shard' || route.kind === 'shardOf' || route.kind === 'copy';
}

/** Writes and transactions. */
export const PRIMARY: ReadRoute = Object.freeze({ kind: 'primary' });

/** A database with replicas: its first instance is the primary at the beginning. */
export interface PlanReplication {
  readonly component: number;
  /** Distribution id. */
  readonly lag: number;
  readonly mode: Replication['mode'];
  readonly applyRate: number;
  readonly semiSyncTimeoutNs?: Ns;
  readonly failover: Failover | null;
}

/** A read of a database with replicas begins. */
export interface PlanRead {
  readonly act: 'read';
  readonly part: number;
  /** Index into plan.keys: the row that it is about; -1 = all of them. */
  readonly key: number;
}

/** A statement of a database with replicas has written. */
export interface PlanWrite {
  readonly act: 'write';
  readonly part: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
}
