import { z } from 'zod';
import {
  count,
  countDistribution,
  duration,
  durationOrNone,
  quantity,
  rate,
  whole,
} from '../../spec/quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../../spec/quantities/quantity-text.js';
import type { ReadOf } from '../../spec/scenario/stores.js';
import {
  critical,
  entryText,
  extending,
  inheriting,
  nameText,
  storage,
} from '../../spec/fields/common.js';
import { choice, cost, limit } from '../../spec/quantities/fields.js';
import { placed } from './host.js';
import { cpuSchema } from '../../spec/scenario/process.js';
import { pools } from './pools.js';

const snapshots = z
  .strictObject({
    every: whole({ min: 1 }).describe(
      'Number of events after the last snapshot at which the next one is written, in the background. Unit: ' +
        'count. Required.',
    ),
    read: cost().describe(
      'CPU time of the store to look up a snapshot. Unit: distribution. Defaults to 0ms.',
    ),
    write: cost().describe(
      'CPU time of the store to write a snapshot. Unit: distribution. Defaults to 0ms.',
    ),
    keep: choice(['last', 'all'], 'last').describe(
      'Snapshots that are kept. `last`: a new snapshot replaces the one before, so a load of a past ' +
        '`version` finds none. `all`: every snapshot is kept, and a load of a past version starts from the ' +
        'last one before it. Defaults to last.',
    ),
  })
  .describe('Saved states of streams, from which a load starts instead of from the first event.');

/** One event store. */
export const eventStoreSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      storage,
      kind: choice(['simple', 'eventStoreDb', 'marten', 'axon'], 'simple').describe(
        'Product whose rules apply. On an append that is repeated because the outcome of the first is unknown, ' +
          '`simple` and `eventStoreDb` recognise its events and write them once, `marten` appends them again ' +
          'unless a version is expected, `axon` refuses them. `axon` reads 100 events at a time, until a read ' +
          'returns fewer. Defaults to simple.',
      ),
      stream: z
        .strictObject({
          key: nameText().describe('Key whose values identify the streams. Required.'),
          initialLength: whole({ max: 1_000_000_000 })
            .prefault(0)
            .describe('Number of events in each stream at time 0. Unit: count. Defaults to 0.'),
        })
        .describe('Streams of the store. Required.'),
      append: cost().describe(
        'CPU time of the store for one append. Unit: distribution. Defaults to 0ms.',
      ),
      commitLatency: cost().describe(
        'Time from the end of the append until it is committed. Unit: distribution. Defaults to 0ms.',
      ),
      appendMode: z
        .enum(['quick', 'rich'])
        .optional()
        .describe(
          'With `marten`: when an append reserves its positions in the global order of events. `quick`: at the ' +
            'end of its work. `rich`: in a separate call before it, `prepare`, which costs one `read`. Defaults ' +
            'to quick, as in Marten 9.',
        ),
      staleAfter: duration({ allowZero: false })
        .optional()
        .describe(
          'With `marten`: how long async projections wait at a gap, a reserved position without an event, when ' +
            'later events exist, before they skip it (StaleSequenceThreshold). If the append commits later, all ' +
            'projections miss its event (`lostEffects`). Unit: duration. Defaults to 3s.',
        ),
      read: cost().describe(
        'CPU time of the store for one read. Unit: distribution. Defaults to 0ms.',
      ),
      readPerEvent: duration()
        .prefault('0ms')
        .describe(
          'CPU time of the store for each event of a read. Unit: duration. Defaults to 0ms.',
        ),
      batch: count({ min: 1 })
        .optional()
        .describe(
          'Largest number of events per read. Unit: count. Defaults to unlimited, axon: 100.',
        ),
      apply: duration()
        .prefault('0ms')
        .describe(
          'CPU time of the loading service for each event. Unit: duration. Defaults to 0ms.',
        ),
      upcast: duration()
        .prefault('0ms')
        .describe(
          'Extra CPU time of the loading service for each event in an old format (events that existed at time ' +
            '0). Unit: duration. Defaults to 0ms.',
        ),
      snapshots: snapshots.optional(),
      partitions: whole({ min: 1, max: 100 })
        .prefault(1)
        .describe(
          'Number of nodes, called NAME[0], NAME[1] and so on. Each has its own `cpu`, connections, pools and ' +
            'order of events. The hash of the key of a stream selects its node. Unit: count. Defaults to 1.',
        ),
      cpu: cpuSchema
        .prefault({})
        .describe('Cores of each partition of the store. Defaults to unlimited.'),
      maxConnections: limit().describe(
        'Largest number of connections of all pools together; beyond it, connecting fails. Defaults to ' +
          'unlimited.',
      ),
      connect: cost().describe('Time to open a connection. Unit: distribution. Defaults to 0ms.'),
      ...pools,
      ...placed,
    })
    .describe('A store of event streams.'),
).meta({ id: 'eventStore' });
export type EventStoreOutput = z.output<typeof eventStoreSchema>;

const rebuild = z
  .strictObject({
    at: duration().describe(
      'Start of the rebuild, measured from the end of the warm-up. Required.',
    ),
    rate: rate().describe('Number of events replayed per second. Unit: rate. Required.'),
    mode: choice(['offline', 'sideBySide'], 'sideBySide').describe(
      'Reads during the rebuild. `offline`: reads fail with 503 until the rebuild is done. `sideBySide`: ' +
        'the old view stays in use until the new one has caught up. Defaults to sideBySide.',
    ),
  })
  .describe(
    'Rebuilds the view from all events of the store, or from all messages that the topic still holds.',
  );

/** One projection. */
export const projectionSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      from: nameText().describe(
        'Event store whose events it follows, or topic of kind kafka whose messages it follows, ' +
          'independently of the consumer groups. Messages in a topic at time 0 are already in the view. An ' +
          'entity of a topic is a value of the key that its messages are published with. Required.',
      ),
      lifecycle: choice(['inline', 'async', 'live'], 'async').describe(
        'When the view is updated. `inline`: inside the append, in its process and transaction. `async`: ' +
          'after the append, in batches. `live`: has no view; every read loads the stream. Defaults to async.',
      ),
      service: nameText()
        .optional()
        .describe(
          'Service whose instances run it and share their CPU with it; segments are distributed over them. ' +
            'Defaults to a separate core that nothing else uses.',
        ),
      work: cost().describe(
        'CPU time for each event; a `live` projection uses the mean. Unit: distribution. Defaults to 0ms.',
      ),
      writes: z
        .string()
        .regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/)
        .max(200)
        .optional()
        .describe(
          '`database.operation` called once per batch, or once per append with `inline`. Defaults to none.',
        ),
      batchSize: whole({ min: 1, max: 1_000_000 })
        .prefault(1)
        .describe('Largest number of events per batch. Unit: count. Defaults to 1.'),
      concurrency: whole({ min: 1, max: 10_000 })
        .optional()
        .describe(
          'Number of segments processed in parallel. All events of a stream, or of a partition of a topic, ' +
            'belong to one segment. Unit: count. Defaults to 1, for a store of kind axon to 16.',
        ),
      checkpoint: choice(['transactional', 'afterBatch'], 'transactional').describe(
        'When the position is stored. `transactional`: view and position are updated together at the end of ' +
          'a batch. `afterBatch`: each event takes effect when its work is done, and the position is written ' +
          'at the end of the batch, so a crash in between applies events twice. Defaults to transactional.',
      ),
      onError: choice(['skip', 'pause', 'retry'], 'skip').describe(
        'Handling of a failure of `writes`, or of a poison message: `skip` drops the batch, or only the poison ' +
          'message; `pause` stops until the process restarts; `retry` retries after 1s, 2s, 4s and so on up to ' +
          '60s. Defaults to skip.',
      ),
      mode: z
        .enum(['spread', 'hotCold'])
        .optional()
        .describe(
          'Which instances hold the segments. `spread`: segments are distributed over the instances of ' +
            '`service`. `hotCold`: one instance holds all of them through a lock that ends with its session: ' +
            'when it dies, the next one that checks takes over; a paused one keeps them for `claimTimeout`. ' +
            'Defaults to spread, for a store of kind marten to hotCold.',
        ),
      claimTimeout: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'Time for which an instance of `service` keeps its claims on segments after it has died or paused. ' +
            'Then another instance takes them over at its next check, and keeps them. With `hotCold` it applies ' +
            'only to paused instances. Unit: duration or `none`: the segments wait for their instance. Defaults ' +
            'to none, for a store of kind axon to 10s.',
        ),
      claimInterval: duration({ allowZero: false })
        .prefault('5s')
        .describe(
          'How often each instance looks for free segments, or tries to acquire the lock. Unit: duration. ' +
            'Defaults to 5s.',
        ),
      rebuild: rebuild.optional(),
    })
    .describe('A read model that follows the events of a store or a topic.'),
).meta({ id: 'projection' });
export type ProjectionOutput = z.output<typeof projectionSchema>;

const stream = nameText()
  .optional()
  .describe('Key whose value is the stream. Defaults to the key of the store.');

/** Fields of a `load` step. */
export const loadFields = z.strictObject({
  store: nameText().describe('Name of the event store. Required.'),
  stream,
  fromVersion: choice(['snapshot', 'start'], 'snapshot').describe(
    'Where the load starts. `snapshot`: loads the last snapshot, if there is one, and the events after ' +
      'it. `start`: loads every event, as for an audit. Defaults to snapshot.',
  ),
  version: countDistribution()
    .optional()
    .describe(
      'Version to load: the state after this number of events, as for an audit. Later events are not read, and ' +
        'later snapshots are not used. Nothing can be appended to it. Unit: count or distribution of counts. ' +
        'Defaults to the last one.',
    ),
  range: countDistribution()
    .optional()
    .describe(
      'Number of events to load from all streams, oldest first, as for an audit of the store: they are read page ' +
        'by page and applied like those of a stream, without snapshots. Unit: count or distribution of counts. ' +
        'Defaults to one stream.',
    ),
});
export type LoadOutput = z.output<typeof loadFields>;

/** Fields of an `append` step. */
export const appendFields = z.strictObject({
  store: nameText().describe('Name of the event store. Required.'),
  stream,
  events: countDistribution()
    .prefault(1)
    .describe('Number of events to append. Unit: count or distribution of counts. Defaults to 1.'),
  expectedVersion: z
    .enum(['exact', 'any', 'noStream'])
    .optional()
    .describe(
      'Version that the stream must have. `exact`: the version that was loaded, otherwise the append ' +
        'conflicts. `any`: no check. `noStream`: the stream must be empty. Defaults to exact after a `load` ' +
        'of that stream, else to any.',
    ),
  maxConflictRetries: whole({ max: 1000 })
    .prefault(3)
    .describe(
      'Number of times the endpoint runs again from its last `load` of the stream after a conflict, before ' +
        'it responds with 409. Unit: count. Defaults to 3.',
    ),
});
export type AppendOutput = z.output<typeof appendFields>;

const CONSISTENCIES =
  'eventual, monotonic, clientMerge, waitForVersion(200ms), waitForVersion(200ms, stale | primary | refuse) or stickyPrimary(5s)';

const PLAIN = ['eventual', 'monotonic', 'clientMerge'] as const;

const THEN = ['stale', 'primary', 'refuse'] as const;

const consistency = quantity(
  (input): ReadOf['consistency'] => {
    const kind = PLAIN.find((word) => word === input);
    if (kind !== undefined) return { kind };
    const match =
      typeof input === 'string' ? /^(waitForVersion|stickyPrimary)\(([^()]*)\)$/.exec(input) : null;
    if (match === null) {
      throw new QuantityError(`${show(input)} is not a consistency: expected ${CONSISTENCIES}`);
    }
    const [first, ...others] = match[2].split(',').map((part) => part.trim());
    const time = parseDuration(first, { allowZero: false });
    const then = THEN.find((word) => word === (others[0] ?? 'stale'));
    if (others.length > (match[1] === 'waitForVersion' ? 1 : 0) || then === undefined) {
      throw new QuantityError(`${show(input)} is not a consistency: expected ${CONSISTENCIES}`);
    }
    return match[1] === 'waitForVersion'
      ? { kind: 'waitForVersion', withinNs: time, then }
      : { kind: 'stickyPrimary', forNs: time };
  },
  {
    type: 'string',
    pattern: '^(eventual|monotonic|clientMerge|waitForVersion\\(.+\\)|stickyPrimary\\(.+\\))$',
  },
);

/** Fields of a `query` that reads the view of a projection. */
export const readFields = {
  of: nameText()
    .optional()
    .describe(
      'Projection whose view the query reads. The events missing from the view are measured.',
    ),
  key: nameText()
    .optional()
    .describe(
      'With `of`: key whose value is the entity to read; for a view of a topic, the key that its messages ' +
        'are published with. Defaults to the key of the store. Without `of`: key whose value selects the ' +
        'shard. Defaults to what the operation says.',
    ),
  consistency: consistency
    .optional()
    .describe(
      'With `of`: how fresh the result is. `eventual`: no guarantee. `monotonic`: each `client` reads from ' +
        'one replica of the view, so no result is older than an earlier one. `clientMerge`: the client ' +
        'merges its own writes into the result, which can miss only the writes of others. ' +
        '`waitForVersion(200ms)`: waits at most this long until the view has every event of the entity ' +
        'committed before the query, then returns a stale result (`waitForVersion(200ms, primary)` loads the ' +
        'entity from the event store instead; `refuse` responds with 409). `stickyPrimary(5s)`: an entity ' +
        'written within this time is loaded from the event store. Defaults to eventual.',
    ),
};
