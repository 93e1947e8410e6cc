import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { critical, entryText, extending, inheriting, nameText, storage } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { count, countDistribution } from '../quantities/quantities.js';
import { placed, type Host } from './host.js';
import { pools, type Pool } from './pools.js';
import { cpuSchema } from './process.js';

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

const settings = {
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
  staleAfterNs: field.duration(
    absent('3s'),
    'With `marten`: how long async projections wait at a gap, a reserved position without an event, when ' +
      'later events exist, before they skip it (StaleSequenceThreshold). If the append commits later, all ' +
      'projections miss its event (`lostEffects`).',
  ),
  read: field.cost('0ms', 'CPU time of the store for one read.'),
  readPerEventNs: field.duration('0ms', 'CPU time of the store for each event of a read.', {
    allowZero: true,
  }),
  batch: field.limit(absent('unlimited, axon: 100'), 'Largest number of events per read.'),
  applyNs: field.duration('0ms', 'CPU time of the loading service for each event.', {
    allowZero: true,
  }),
  upcastNs: field.duration(
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
};

export const eventStoreSchema = inheriting(
  entry(
    { ...extending, ...entryText, critical, storage, ...settings, ...pools, ...placed },
    'A store of event streams.',
  ),
).meta({ id: 'eventStore' });
export type WrittenEventStore = z.output<typeof eventStoreSchema>;

/** An event store with its client-side pools. */
export interface EventStore
  extends Host, Omit<Explicit<typeof settings>, 'batch' | 'staleAfterNs' | 'cpu'> {
  readonly batch: number;
  readonly staleAfterNs: Ns;
  readonly reserved: number;
  readonly pool: Pool;
  readonly pools: ReadonlyMap<string, Pool>;
}

/** Operations of an event store, the names of its parts. */
export type StorePart = 'append' | 'prepare' | 'read' | 'readSnapshot' | 'writeSnapshot';

/** Parts of a store. Parts for snapshots and for two-step appends exist only if they are used. */
export function partsOfStore(
  hasSnapshots: boolean,
  appendMode: EventStore['appendMode'],
): readonly StorePart[] {
  const plain = appendMode === 'rich' ? (['append', 'prepare', 'read'] as const) : PLAIN_PARTS;
  return hasSnapshots ? [...plain, 'readSnapshot', 'writeSnapshot'] : plain;
}

const PLAIN_PARTS = ['append', 'read'] as const;

const stream = field.of(
  nameText(),
  absent('the key of the store'),
  'Key whose value is the stream.',
);

/** A `load` step as written. */
export const loadFields = entry({
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

export type WrittenLoad = z.output<typeof loadFields>;

/** A `load` step. */
export interface LoadStep extends WrittenLoad {
  readonly stream: string;
}

/** An `append` step as written. */
export const appendFields = entry({
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

export type WrittenAppend = z.output<typeof appendFields>;

/** An `append` step. Without an expected version it is `exact` if the stream was loaded before, else `any`. */
export interface AppendStep extends WrittenAppend {
  readonly stream: string;
}
