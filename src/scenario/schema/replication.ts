import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { durationOrNone, quantity } from '../../contracts/quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../../contracts/quantities/quantity-text.js';
import {
  failoverSchema,
  redisClusterSchema,
  type ReadRoute,
} from '../../contracts/scenario/replication.js';
import { nameText, withShort } from '../../contracts/fields/common.js';

/** Route of reads: `primary`, `replica`, `nearest`, `replicaIfLag(1s)`. */
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

/** Fields of a database with several nodes: replicas of all rows, or shards. */
export const replicationFields = {
  replicas: withShort(
    z.strictObject({
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
      semiSyncTimeout: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'With semiSync: when a commit has waited this long, it and all other waiting commits are confirmed, and ' +
            'replication is asynchronous until a replica has caught up. With mysql rpl_semi_sync_source_timeout; ' +
            'generic may have it, others wait forever. Unit: duration or `none`. Defaults by kind: mysql 10s, else ' +
            'none.',
        ),
      applyRate: field.rate(absent('unlimited'), 'Largest rate at which a replica applies writes.'),
    }),
    { type: 'integer', minimum: 0 },
  )
    .optional()
    .describe(
      'Replicas that follow the primary, each a node with its own cpu and connections. With elasticsearch: ' +
        'replicas of each shard, which apply every write before its response. Defaults by kind: ' +
        'elasticsearch 1, else 0.',
    ),
  shards: field.of(
    z.strictObject({
      count: field.whole(required, 'Number of shards.', { min: 2, max: 100 }),
      key: field.of(
        nameText(),
        required,
        'Key whose hashed value selects the shard of a row. An operation with that key runs on that shard. One ' +
          'with another key or none runs on the shard given by the hash of its request, and one with `scan` on all ' +
          'shards. A transaction runs on one shard, and rows are locked on their shard.',
      ),
    }),
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
