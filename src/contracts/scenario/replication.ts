import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration } from '../quantities/quantities.js';

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

/** How a replica is promoted when the primary has died, as written. */
export const failoverSchema = entry({
  detectNs: field.of(
    duration(),
    required,
    'Time to detect that the primary has died or does not respond (`pause`, `hang`).',
  ),
  promoteNs: field.of(duration(), '0s', 'Time from the detection until a replica has taken over.'),
  reconnectNs: field.duration('0s', 'Time from the promotion until clients use the new primary.', {
    allowZero: true,
  }),
  fencing: field.of(
    z.boolean(),
    absent('true, for redis to false'),
    'Whether an unreachable primary is fenced from writing once it is declared dead. Without fencing there ' +
      'are two primaries during `splitBrain`, and writes to the old one are lost.',
  ),
});

/** Failover: how a replica is promoted when the primary has died. */
export interface Failover extends z.output<typeof failoverSchema> {
  readonly fencing: boolean;
  /**
   * Election by majority: only a node that sees more than half of all nodes can be elected, and a primary
   * that has not seen a majority for the detection time stops accepting writes. Absent = no majority needed.
   */
  readonly quorum?: true;
}

/** A Redis Cluster. */
export const redisClusterSchema = entry({
  requireFullCoverage: field.flag(
    true,
    'Whether all nodes answer CLUSTERDOWN, an error with 503, while the slots of a failed node are served by ' +
      'none (cluster-require-full-coverage).',
  ),
  nodeTimeoutNs: field.duration(
    '15s',
    'Time after which the other nodes consider a node failed (cluster-node-timeout). If it returns later, they ' +
      'clear this no earlier than after another two of these times.',
  ),
});

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
