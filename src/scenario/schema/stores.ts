import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import {
  count,
  countDistribution,
  duration,
  durationOrNone,
  quantity,
} from '../../contracts/quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../../contracts/quantities/quantity-text.js';
import type { ReadOf } from '../../contracts/scenario/stores.js';
import {
  critical,
  entryText,
  extending,
  inheriting,
  nameText,
  storage,
} from '../../contracts/fields/common.js';
import { placed } from './host.js';
import { cpuSchema } from '../../contracts/scenario/process.js';
import { pools } from '../../contracts/scenario/pools.js';

const snapshots = z
  .strictObject({
    every: field.whole(
      required,
      'Number of events after the last snapshot at which the next one is written, in the background.',
      { min: 1 },
    ),
    read: field.cost('0ms', 'CPU time of the store to look up a snapshot.'),
    write: field.cost('0ms', 'CPU time of the store to write a snapshot.'),
    keep: field.choice(
      ['last', 'all'],
      'last',
      'Snapshots that are kept. `last`: a new snapshot replaces the one before, so a load of a past `version` ' +
        'finds none. `all`: every snapshot is kept, and a load of a past version starts from the last one before ' +
        'it.',
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
      kind: field.choice(
        ['simple', 'eventStoreDb', 'marten', 'axon'],
        'simple',
        'Product whose rules apply. On an append that is repeated because the outcome of the first is unknown, ' +
          '`simple` and `eventStoreDb` recognise its events and write them once, `marten` appends them again unless ' +
          'a version is expected, `axon` refuses them. `axon` reads 100 events at a time, until a read returns ' +
          'fewer.',
      ),
      stream: field.of(
        z.strictObject({
          key: field.of(nameText(), required, 'Key whose values identify the streams.'),
          initialLength: field.whole(0, 'Number of events in each stream at time 0.', {
            max: 1_000_000_000,
          }),
        }),
        required,
        'Streams of the store.',
      ),
      append: field.cost('0ms', 'CPU time of the store for one append.'),
      commitLatency: field.cost('0ms', 'Time from the end of the append until it is committed.'),
      appendMode: field.of(
        z.enum(['quick', 'rich']),
        absent('quick, as in Marten 9'),
        'With `marten`: when an append reserves its positions in the global order of events. `quick`: at the end ' +
          'of its work. `rich`: in a separate call before it, `prepare`, which costs one `read`.',
      ),
      staleAfter: field.duration(
        absent('3s'),
        'With `marten`: how long async projections wait at a gap, a reserved position without an event, when ' +
          'later events exist, before they skip it (StaleSequenceThreshold). If the append commits later, all ' +
          'projections miss its event (`lostEffects`).',
      ),
      read: field.cost('0ms', 'CPU time of the store for one read.'),
      readPerEvent: field.duration('0ms', 'CPU time of the store for each event of a read.', {
        allowZero: true,
      }),
      batch: field.limit(absent('unlimited, axon: 100'), 'Largest number of events per read.'),
      apply: field.duration('0ms', 'CPU time of the loading service for each event.', {
        allowZero: true,
      }),
      upcast: field.duration(
        '0ms',
        'Extra CPU time of the loading service for each event in an old format (events that existed at time 0).',
        { allowZero: true },
      ),
      snapshots: snapshots.optional(),
      partitions: field.whole(
        1,
        'Number of nodes, called NAME[0], NAME[1] and so on. Each has its own `cpu`, connections, pools and order ' +
          'of events. The hash of the key of a stream selects its node.',
        { min: 1, max: 100 },
      ),
      cpu: cpuSchema
        .prefault({})
        .describe('Cores of each partition of the store. Defaults to unlimited.'),
      maxConnections: field.of(
        count({ min: 1 }),
        'unlimited',
        'Largest number of connections of all pools together; beyond it, connecting fails.',
      ),
      connect: field.cost('0ms', 'Time to open a connection.'),
      ...pools,
      ...placed,
    })
    .describe('A store of event streams.'),
).meta({ id: 'eventStore' });
export type EventStoreOutput = z.output<typeof eventStoreSchema>;

const rebuild = z
  .strictObject({
    at: field.of(
      duration(),
      required,
      'Start of the rebuild, measured from the end of the warm-up.',
    ),
    rate: field.rate(required, 'Number of events replayed per second.'),
    mode: field.choice(
      ['offline', 'sideBySide'],
      'sideBySide',
      'Reads during the rebuild. `offline`: reads fail with 503 until the rebuild is done. `sideBySide`: the ' +
        'old view stays in use until the new one has caught up.',
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
      from: field.of(
        nameText(),
        required,
        'Event store whose events it follows, or topic of kind kafka whose messages it follows, independently of ' +
          'the consumer groups. Messages in a topic at time 0 are already in the view. An entity of a topic is a ' +
          'value of the key that its messages are published with.',
      ),
      lifecycle: field.choice(
        ['inline', 'async', 'live'],
        'async',
        'When the view is updated. `inline`: inside the append, in its process and transaction. `async`: after ' +
          'the append, in batches. `live`: has no view; every read loads the stream.',
      ),
      service: field.of(
        nameText(),
        absent('a separate core that nothing else uses'),
        'Service whose instances run it and share their CPU with it; segments are distributed over them.',
      ),
      work: field.cost('0ms', 'CPU time for each event; a `live` projection uses the mean.'),
      writes: field.of(
        z
          .string()
          .regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/)
          .max(200),
        absent(),
        '`database.operation` called once per batch, or once per append with `inline`.',
      ),
      batchSize: field.whole(1, 'Largest number of events per batch.', { min: 1, max: 1_000_000 }),
      concurrency: field.whole(
        absent('1, for a store of kind axon to 16'),
        'Number of segments processed in parallel. All events of a stream, or of a partition of a topic, belong ' +
          'to one segment.',
        { min: 1, max: 10_000 },
      ),
      checkpoint: field.choice(
        ['transactional', 'afterBatch'],
        'transactional',
        'When the position is stored. `transactional`: view and position are updated together at the end of a ' +
          'batch. `afterBatch`: each event takes effect when its work is done, and the position is written at the ' +
          'end of the batch, so a crash in between applies events twice.',
      ),
      onError: field.choice(
        ['skip', 'pause', 'retry'],
        'skip',
        'Handling of a failure of `writes`, or of a poison message: `skip` drops the batch, or only the poison ' +
          'message; `pause` stops until the process restarts; `retry` retries after 1s, 2s, 4s and so on up to 60s.',
      ),
      mode: field.of(
        z.enum(['spread', 'hotCold']),
        absent('spread, for a store of kind marten to hotCold'),
        'Which instances hold the segments. `spread`: segments are distributed over the instances of `service`. ' +
          '`hotCold`: one instance holds all of them through a lock that ends with its session: when it dies, the ' +
          'next one that checks takes over; a paused one keeps them for `claimTimeout`.',
      ),
      claimTimeout: field.of(
        durationOrNone({ allowZero: false }),
        absent('none, for a store of kind axon to 10s'),
        'Time for which an instance of `service` keeps its claims on segments after it has died or paused. Then ' +
          'another instance takes them over at its next check, and keeps them. With `hotCold` it applies only to ' +
          'paused instances.',
        'duration or `none`: the segments wait for their instance',
      ),
      claimInterval: field.duration(
        '5s',
        'How often each instance looks for free segments, or tries to acquire the lock.',
      ),
      rebuild: rebuild.optional(),
    })
    .describe('A read model that follows the events of a store or a topic.'),
).meta({ id: 'projection' });
export type ProjectionOutput = z.output<typeof projectionSchema>;

const stream = field.of(
  nameText(),
  absent('the key of the store'),
  'Key whose value is the stream.',
);

/** Fields of a `load` step. */
export const loadFields = z.strictObject({
  store: field.of(nameText(), required, 'Name of the event store.'),
  stream,
  fromVersion: field.choice(
    ['snapshot', 'start'],
    'snapshot',
    'Where the load starts. `snapshot`: loads the last snapshot, if there is one, and the events after it. ' +
      '`start`: loads every event, as for an audit.',
  ),
  version: field.of(
    countDistribution(),
    absent('the last one'),
    'Version to load: the state after this number of events, as for an audit. Later events are not read, and ' +
      'later snapshots are not used. Nothing can be appended to it.',
    'count or distribution of counts',
  ),
  range: field.of(
    countDistribution(),
    absent('one stream'),
    'Number of events to load from all streams, oldest first, as for an audit of the store: they are read ' +
      'page by page and applied like those of a stream, without snapshots.',
    'count or distribution of counts',
  ),
});
export type LoadOutput = z.output<typeof loadFields>;

/** Fields of an `append` step. */
export const appendFields = z.strictObject({
  store: field.of(nameText(), required, 'Name of the event store.'),
  stream,
  events: field.of(
    countDistribution(),
    1,
    'Number of events to append.',
    'count or distribution of counts',
  ),
  expectedVersion: field.of(
    z.enum(['exact', 'any', 'noStream']),
    absent('exact after a `load` of that stream, else to any'),
    'Version that the stream must have. `exact`: the version that was loaded, otherwise the append conflicts. ' +
      '`any`: no check. `noStream`: the stream must be empty.',
  ),
  maxConflictRetries: field.whole(
    3,
    'Number of times the endpoint runs again from its last `load` of the stream after a conflict, before it ' +
      'responds with 409.',
    { max: 1000 },
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
  key: field.of(
    nameText(),
    absent('what the operation says'),
    'With `of`: key whose value is the entity to read; for a view of a topic, the key that its messages are ' +
      'published with. Defaults to the key of the store. Without `of`: key whose value selects the shard.',
  ),
  consistency: field.of(
    consistency,
    absent('eventual'),
    'With `of`: how fresh the result is. `eventual`: no guarantee. `monotonic`: each `client` reads from one ' +
      'replica of the view, so no result is older than an earlier one. `clientMerge`: the client merges its own ' +
      'writes into the result, which can miss only the writes of others. `waitForVersion(200ms)`: waits at most ' +
      'this long until the view has every event of the entity committed before the query, then returns a stale ' +
      'result (`waitForVersion(200ms, primary)` loads the entity from the event store instead; `refuse` ' +
      'responds with 409). `stickyPrimary(5s)`: an entity written within this time is loaded from the event ' +
      'store.',
  ),
};
