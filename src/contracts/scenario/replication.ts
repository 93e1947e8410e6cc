import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { nameText, withShort } from '../fields/common.js';
import { entry, type Filled } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, durationOrNone, quantity } from '../quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../quantities/quantity-text.js';

const replicasSchema = entry({
  count: field.whole(required, 'Number of replicas besides the primary.', { max: 100 }),
  lag: field.cost('0ms', 'Time from a commit until a replica can apply it.'),
  mode: z
    .enum(['async', 'semiSync', 'majority', 'sync'])
    .optional()
    .describe(
      'Replicas that must have applied a commit before it ends: none (async), one (semiSync), a majority of ' +
        'all nodes including the primary (majority), or all (sync). With fewer of them up it waits until they ' +
        'are back, with semiSync no longer than semiSyncTimeout. With mongo this is the write concern: w: 1, 2, ' +
        'majority, all. Defaults by kind: mongo majority, else async.',
    ),
  semiSyncTimeoutNs: durationOrNone({ allowZero: false })
    .optional()
    .describe(
      'With semiSync: when a commit has waited this long, it and all other waiting commits are confirmed, and ' +
        'replication is asynchronous until a replica has caught up. With mysql rpl_semi_sync_source_timeout; ' +
        'generic may have it, others wait forever. Unit: duration or `none`. Defaults by kind: mysql 10s, else ' +
        'none.',
    ),
  applyRate: field.rate(absent('unlimited'), 'Largest rate at which a replica applies writes.'),
});
export type WrittenReplicas = z.output<typeof replicasSchema>;

/** Replication of a database: replicas that follow its primary. */
export interface Replication extends Filled<
  Omit<WrittenReplicas, 'semiSyncTimeoutNs'>,
  'mode' | 'applyRate'
> {
  /** With semiSync: wait for a replica after which the primary stops waiting; absent = never. */
  readonly semiSyncTimeoutNs?: Ns;
}

/** How a replica is promoted when the primary has died, as written. */
const failoverSchema = entry({
  detectNs: field.of(
    duration(),
    required,
    'Time to detect that the primary has died or does not respond (`pause`, `hang`).',
  ),
  promoteNs: field.of(
    duration(),
    absent('that of the kind, or 0s'),
    'Time from the detection until a replica has taken over.',
  ),
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
  readonly promoteNs: Ns;
  readonly fencing: boolean;
  /**
   * Election by majority: only a node that sees more than half of all nodes can be elected, and a primary
   * that has not seen a majority for the detection time stops accepting writes. Absent = no majority needed.
   */
  readonly quorum?: true;
}

const redisClusterSchema = entry({
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

/** Schema of the route of reads: `primary`, `replica`, `nearest`, `replicaIfLag(1s)`. */
export const readRoute = quantity(
  (input): ReadRoute => {
    if (input === 'primary' || input === 'replica' || input === 'nearest') return { kind: input };
    const match = typeof input === 'string' ? /^replicaIfLag\(([^()]*)\)$/.exec(input) : null;
    if (match !== null) return { kind: 'replicaIfLag', maxLagNs: parseDuration(match[1]) };
    throw new QuantityError(
      `${show(input)} is not a route: expected primary, replica, nearest or replicaIfLag(1s)`,
    );
  },
  { type: 'string', pattern: '^(primary|replica|nearest|replicaIfLag\\(.+\\))$' },
);

const shardsSchema = entry({
  count: field.whole(required, 'Number of shards.', { min: 2, max: 100 }),
  key: field.of(
    nameText(),
    required,
    'Key whose hashed value selects the shard of a row. An operation with that key runs on that shard. One ' +
      'with another key or none runs on the shard given by the hash of its request, and one with `scan` on all ' +
      'shards. A transaction runs on one shard, and rows are locked on their shard.',
  ),
});

/** Shards: disjoint sets of rows, each on its own node. */
export type Shards = z.output<typeof shardsSchema>;

/** Fields of a database with several nodes: replicas of all rows, or shards. */
export const replicationFields = {
  replicas: withShort(replicasSchema, { type: 'integer', minimum: 0 })
    .optional()
    .describe(
      'Replicas that follow the primary, each a node with its own cpu and connections. With elasticsearch: ' +
        'replicas of each shard, which apply every write before its response. Defaults by kind: ' +
        'elasticsearch 1, else 0.',
    ),
  shards: field.of(
    shardsSchema,
    absent(),
    'Partitions of the rows, each a node with its own cpu and connections, called NAME[0], NAME[1] and so on. ' +
      'With elasticsearch the nodes of a shard are adjacent: with one replica NAME[0] and NAME[1] are the first ' +
      'shard.',
  ),
  cluster: field.of(
    redisClusterSchema,
    absent(),
    'Makes `shards` of kind redis the masters of a Redis Cluster without replicas. Without it they do not know each ' +
      'other. Only nodes that are down count, not those that are paused or cut off.',
    'map',
  ),
  route: field.of(
    readRoute,
    'primary',
    "Nodes that serve reads: `primary`, `replica` (any of them), `nearest` (in the caller's zone, if there is " +
      'one), `replicaIfLag(1s)` (a replica that lags no more than this, else the primary). The bundle of a ' +
      'query picks among these nodes: `loadBalancing` (round robin without it), `outlierDetection`, circuit ' +
      'breakers that keep calls away from an instance. If all of them are ejected, `nearest` tries other zones ' +
      'and `replicaIfLag` tries the primary. Writes go only to the primary, whose ejection affects them like ' +
      'calls of a service with one instance.',
  ),
  failover: failoverSchema
    .optional()
    .describe(
      'Replacement of a crashed primary by the replica that misses the fewest writes. With mongo, only if ' +
        'more than half of all nodes can reach each other; a primary that has lost this majority for ' +
        '`detect` takes no writes until it has had it back for `promote`. Defaults by kind: postgres 30s + ' +
        '5s, mysql 10s + 1s, mongo 10s + 2s, redis 30s + 1s, elasticsearch 1s, else never.',
    ),
};

/** Route of writes and transactions. */
export const PRIMARY: ReadRoute = Object.freeze({ kind: 'primary' });
