import { z } from 'zod';
import {
  distribution,
  duration,
  durationOrNone,
  quantity,
  rate,
  whole,
} from '../../spec/quantities.js';
import { parseDuration, QuantityError, show } from '../../spec/quantity-text.js';
import type { ReadRoute } from '../../spec/replication.js';
import { nameText, withShort } from './common.js';

/** Where reads go: `primary`, `replica`, `nearest`, `replicaIfLag(1s)`. */
export const readRoute = quantity(
  (input): ReadRoute => {
    if (input === 'primary' || input === 'replica' || input === 'nearest') return { kind: input };
    const match = typeof input === 'string' ? /^replicaIfLag\(([^()]*)\)$/.exec(input) : null;
    if (match !== null) return { kind: 'replicaIfLag', maxLagNs: parseDuration(match[1]) };
    throw new QuantityError(
      `${show(input)} is no route: write primary, replica, nearest or replicaIfLag(1s)`,
    );
  },
  { type: 'string', pattern: '^(primary|replica|nearest|replicaIfLag\\(.+\\))$' },
);

/** Fields of a database with more than one node: replicas of all rows, or shards of some. */
export const replicationFields = {
  replicas: withShort(
    z.strictObject({
      count: whole({ max: 100 }).describe('Nodes beside the primary. Unit: count. Required.'),
      lag: distribution()
        .prefault('0ms')
        .describe(
          'From a commit until a replica can apply it. Unit: distribution. Defaults to 0ms.',
        ),
      mode: z
        .enum(['async', 'semiSync', 'majority', 'sync'])
        .optional()
        .describe(
          'Whether a commit waits until a replica has applied it: none (async), one of them (semiSync), so many ' +
            'that they and the primary are more than half of all nodes (majority), or all (sync). With fewer ' +
            'of them up it waits until they are back, with semiSync no longer than semiSyncTimeout. With mongo ' +
            'this is the write concern: w: 1, 2, majority, all. Defaults by kind: mongo majority, else async.',
        ),
      semiSyncTimeout: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'With semiSync: once a commit has waited so long, it and all others that wait are answered, and the ' +
            'primary waits for nobody (asynchronous replication) until a replica has caught up. With mysql ' +
            'rpl_semi_sync_source_timeout; generic may have it, others wait for ever. Unit: duration or `none`. ' +
            'Defaults by kind: mysql 10s, else none.',
        ),
      applyRate: rate()
        .optional()
        .describe('Writes that a replica applies at most. Unit: rate. Defaults to unlimited.'),
    }),
    { type: 'integer', minimum: 0 },
  )
    .optional()
    .describe(
      'Copies that follow the primary, each a node with cpu and connections; with elasticsearch those of ' +
        'each shard, which do every write before its answer. Defaults by kind: elasticsearch 1, else 0.',
    ),
  shards: z
    .strictObject({
      count: whole({ min: 2, max: 100 }).describe('Shards. Unit: count. Required.'),
      key: nameText().describe(
        'Key whose value says which shard a row is on, by a hash of it. An operation with that key asks ' +
          'this shard; one with another key or none asks one by the hash of its request, and one with ' +
          '`scan` asks all. A transaction is at one of them, and rows are locked where they are. Required.',
      ),
    })
    .optional()
    .describe(
      'Parts with different rows, each a node with cpu and connections of its own, called NAME[0], ' +
        'NAME[1] and so on. With elasticsearch the copies of a shard stand side by side: with one replica ' +
        'NAME[0] and NAME[1] are the first shard. Defaults to none.',
    ),
  route: readRoute
    .prefault('primary')
    .describe(
      'Where operations go that write nothing: `primary`, `replica` (one of them), `nearest` (in ' +
        "the caller's zone where there is one), `replicaIfLag(1s)` (one that lags no more, else the " +
        'primary). The bundle of a query picks among these nodes: `loadBalancing` (in turn without it), ' +
        '`outlierDetection`, breakers that keep calls away from an instance. Where all of them are ejected, ' +
        '`nearest` asks other zones and `replicaIfLag` the primary. Writes have the primary alone, and meet ' +
        'its ejection as calls of a service with one instance do. Defaults to primary.',
    ),
  failover: z
    .strictObject({
      detect: duration().describe('Until it is seen that the primary has died. Required.'),
      promote: duration()
        .prefault('0s')
        .describe('Until a replica has taken over. Defaults to 0s.'),
      reconnect: duration()
        .prefault('0s')
        .describe('Until clients ask the new primary. Unit: duration. Defaults to 0s.'),
      fencing: z
        .boolean()
        .optional()
        .describe(
          'Whether a primary that cannot be seen is kept from writing once it is taken for dead; without, ' +
            'there are two of them during `splitBrain`, and what the old one takes is lost. Defaults to true, ' +
            'for redis to false.',
        ),
    })
    .optional()
    .describe(
      'After a crash of the primary the replica that misses least takes its place; with mongo only where more ' +
        'than half of all nodes see each other, and a primary that has missed them for `detect` takes no writes ' +
        'until they have been back for `promote`. Defaults by kind: ' +
        'postgres 30s + 5s, mysql 10s + 1s, mongo 10s + 2s, redis 30s + 1s, elasticsearch 1s, else never.',
    ),
};
