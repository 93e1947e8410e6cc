import { z } from 'zod';
import {
  count,
  countDistribution,
  distribution,
  duration,
  durationOrNone,
  quantity,
  rate,
  whole,
} from '../../spec/quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../../spec/quantities/quantity-text.js';
import type { ReadOf } from '../../spec/scenario/stores.js';
import { critical, entryText, extending, inheriting, nameText, textMap } from './common.js';
import { cpuSchema, zoneSchema } from './host.js';
import { pool } from './pools.js';

const snapshots = z
  .strictObject({
    every: whole({ min: 1 }).describe(
      'Events behind the last snapshot after which the next one is written, in the background. Unit: count. Required.',
    ),
    read: distribution()
      .prefault('0ms')
      .describe('CPU of the store to look a snapshot up. Unit: distribution. Defaults to 0ms.'),
    write: distribution()
      .prefault('0ms')
      .describe('CPU of the store to write one. Unit: distribution. Defaults to 0ms.'),
    keep: z
      .enum(['last', 'all'])
      .default('last')
      .describe(
        '`last`: a snapshot takes the place of the one before it, so a load of a `version` of the past finds ' +
          'none. `all`: that one begins at the last one before its version. Defaults to last.',
      ),
  })
  .describe('States of streams that are kept, so that a load begins behind them.');

/** One event store. */
export const eventStoreSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .enum(['simple', 'eventStoreDb', 'marten', 'axon'])
        .default('simple')
        .describe(
          'Product whose rules apply. On an append that is repeated because the outcome of the first is unknown, ' +
            '`simple` and `eventStoreDb` recognise its events and write them once, `marten` appends them again ' +
            'unless a version is expected, `axon` refuses them. `axon` reads 100 events at a time, until a read ' +
            'returns fewer. Defaults to simple.',
        ),
      stream: z
        .strictObject({
          key: nameText().describe('Key whose values are the streams. Required.'),
          initialLength: whole({ max: 1_000_000_000 })
            .prefault(0)
            .describe('Events in each stream at time 0. Unit: count. Defaults to 0.'),
        })
        .describe('The streams. Required.'),
      append: distribution()
        .prefault('0ms')
        .describe('CPU of the store for one append. Unit: distribution. Defaults to 0ms.'),
      commitLatency: distribution()
        .prefault('0ms')
        .describe('From the end of that until the commit. Unit: distribution. Defaults to 0ms.'),
      appendMode: z
        .enum(['quick', 'rich'])
        .optional()
        .describe(
          'Of `marten`, when an append takes its places in the order of all events: `quick` at the end of its ' +
            'work, `rich` in a call before it, `prepare`, which takes a `read`. Defaults to quick, as in Marten 9.',
        ),
      staleAfter: duration({ allowZero: false })
        .optional()
        .describe(
          'With `marten`: how long async projections wait at a gap, a reserved position without an event, when ' +
            'later events exist, before they skip it (StaleSequenceThreshold). If the append commits later, all ' +
            'projections miss its event (`lostEffects`). Unit: duration. Defaults to 3s.',
        ),
      read: distribution()
        .prefault('0ms')
        .describe('CPU of the store for one read. Unit: distribution. Defaults to 0ms.'),
      readPerEvent: duration()
        .prefault('0ms')
        .describe('CPU of the store for each event of a read. Unit: duration. Defaults to 0ms.'),
      batch: count({ min: 1 })
        .optional()
        .describe('Events of one read at most. Unit: count. Defaults to unlimited, axon: 100.'),
      apply: duration()
        .prefault('0ms')
        .describe('CPU of the loading service for each event. Unit: duration. Defaults to 0ms.'),
      upcast: duration()
        .prefault('0ms')
        .describe(
          'CPU of the loading service more for each event of an old version: those that were there at ' +
            'time 0. Unit: duration. Defaults to 0ms.',
        ),
      snapshots: snapshots.optional(),
      partitions: whole({ min: 1, max: 100 })
        .prefault(1)
        .describe(
          'Nodes with `cpu`, connections, pools and an order of all events of their own, called NAME[0], NAME[1] and ' +
            'so on; the value of the key of a stream says by its hash where it is. Unit: count. Defaults to 1.',
        ),
      cpu: cpuSchema
        .prefault({})
        .describe('Parallel workers of the store, of each partition. Defaults to unlimited.'),
      maxConnections: count({ min: 1 })
        .prefault('unlimited')
        .describe('Connections over all pools; beyond it connecting fails. Defaults to unlimited.'),
      connect: distribution()
        .prefault('0ms')
        .describe('Opening a connection. Unit: distribution. Defaults to 0ms.'),
      pool: pool
        .prefault({})
        .describe('Client side, one per calling instance. Defaults to unlimited.'),
      pools: z
        .record(nameText(), pool.describe('Fields laid over `pool`.'))
        .optional()
        .describe('Caller to its pool, laid over `pool`.'),
      zone: zoneSchema.optional(),
      external: z.boolean().default(false).describe('Not ours. Defaults to false.'),
      labels: textMap().optional().describe('Selectors of faults.'),
    })
    .describe('A store of streams of events.'),
).meta({ id: 'eventStore' });
export type EventStoreOutput = z.output<typeof eventStoreSchema>;

const rebuild = z
  .strictObject({
    at: duration().describe('When it begins, from the end of the warm-up. Required.'),
    rate: rate().describe('Events replayed in a second. Unit: rate. Required.'),
    mode: z
      .enum(['offline', 'sideBySide'])
      .default('sideBySide')
      .describe(
        '`offline`: no view can be read until it is done (503). `sideBySide`: the old one goes on until ' +
          'the new one has caught up. Defaults to sideBySide.',
      ),
  })
  .describe(
    'Rebuilds the view from all events of the store, or from all that the topic still has.',
  );

/** One projection. */
export const projectionSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      from: nameText().describe(
        'Event store whose events it follows, or topic of kind kafka whose messages it follows, independent of ' +
          'its groups. Messages in a topic at time 0 are already in the view; an entity is a value of the key it is ' +
          'published with. Required.',
      ),
      lifecycle: z
        .enum(['inline', 'async', 'live'])
        .default('async')
        .describe(
          '`inline`: in the append, in its process and transaction. `async`: behind it, batch by batch. `live`: ' +
            'there is no view, every read loads the stream. Defaults to async.',
        ),
      service: nameText()
        .optional()
        .describe(
          'Service in whose instances it runs, sharing their CPU; segments are dealt over them. Defaults to ' +
            'a core of its own beside everything.',
        ),
      work: distribution()
        .prefault('0ms')
        .describe('CPU for each event; live: its mean. Unit: distribution. Defaults to 0ms.'),
      writes: z
        .string()
        .regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/)
        .max(200)
        .optional()
        .describe('`database.operation` called once for each batch, inline for each append.'),
      batchSize: whole({ min: 1, max: 1_000_000 })
        .prefault(1)
        .describe('Events of a batch at most. Unit: count. Defaults to 1.'),
      concurrency: whole({ min: 1, max: 10_000 })
        .optional()
        .describe(
          'Segments that are worked on at once; a stream stays in one of them, of a topic a partition. Unit: ' +
            'count. Defaults to 1, behind a store of kind axon to 16.',
        ),
      checkpoint: z
        .enum(['transactional', 'afterBatch'])
        .default('transactional')
        .describe(
          '`transactional`: view and position change in one, at the end of a batch. `afterBatch`: each event ' +
            'has its effect when its work is done, the position follows at the end, so a crash in between ' +
            'gives effects twice. Defaults to transactional.',
        ),
      onError: z
        .enum(['skip', 'pause', 'retry'])
        .default('skip')
        .describe(
          'Handling of a failure of `writes`, or of a poison message: `skip` drops the batch, or only the poison ' +
            'message; `pause` stops until the process restarts; `retry` retries after 1s, 2s, 4s and so on up to ' +
            '60s. Defaults to skip.',
        ),
      mode: z
        .enum(['spread', 'hotCold'])
        .optional()
        .describe(
          '`spread`: segments are distributed over the instances of `service`. `hotCold`: one instance holds all ' +
            'of them through a lock that ends with its session: when it dies, the next one that checks takes over; ' +
            'a paused one keeps them for `claimTimeout`. Defaults to spread, behind a store of kind marten to ' +
            'hotCold.',
        ),
      claimTimeout: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'How long an instance of `service` keeps its claims on segments after it has died or paused; then ' +
            'another one takes them over at its next check, and keeps them. Unit: duration or `none`: they wait for ' +
            'their instance. With `hotCold` only of one that has paused. Defaults to none, behind a store of kind ' +
            'axon to 10s.',
        ),
      claimInterval: duration({ allowZero: false })
        .prefault('5s')
        .describe(
          'How often each instance looks for free segments, or tries to have the lock. Unit: duration. Defaults to 5s.',
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
  fromVersion: z
    .enum(['snapshot', 'start'])
    .default('snapshot')
    .describe(
      '`snapshot`: the last snapshot, if there is one, and the events after it. `start`: every event, as for an ' +
        'audit. Defaults to snapshot.',
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
    .describe('How many events. Unit: count or distribution of counts. Defaults to 1.'),
  expectedVersion: z
    .enum(['exact', 'any', 'noStream'])
    .optional()
    .describe(
      '`exact`: the version that was loaded, else it conflicts. `any`: whatever is there. `noStream`: an ' +
        'empty stream. Defaults to exact behind a `load` of that stream, else to any.',
    ),
  maxConflictRetries: whole({ max: 1000 })
    .prefault(3)
    .describe(
      'How often the endpoint runs again from its last `load` of the stream after a conflict, before it ' +
        'answers 409. Unit: count. Defaults to 3.',
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
    .describe('Projection whose view it reads, so that what it misses is measured.'),
  key: nameText()
    .optional()
    .describe(
      'With `of`: key whose value is the entity that is read, behind a topic the one its messages are ' +
        'published with. Defaults to the key of the store. Without: key whose value says which shard is ' +
        'asked. Defaults to what the operation says.',
    ),
  consistency: consistency
    .optional()
    .describe(
      'With `of`: `eventual`; `monotonic`: of a view with replicas each `client` keeps to one of them, so that no ' +
        'answer takes back an earlier one; `clientMerge`: the client lays its own writes over the answer, which ' +
        'so misses only those of others; `waitForVersion(200ms)`: waits until the view has every event of the entity ' +
        'that was committed before, at most so long, and is stale then (`waitForVersion(200ms, primary)`: loads ' +
        'the entity from the event store then; `refuse`: answers 409); `stickyPrimary(5s)`: an entity written so recently is ' +
        'loaded from the event store instead. Defaults to eventual.',
    ),
};
