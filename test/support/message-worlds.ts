import * as fc from 'fast-check';

/** A consumer of a topic or queue: one group, subscription or consumer with its own endpoint. */
export interface Reader {
  readonly service: 0 | 1;
  readonly concurrency: number;
  readonly batch: number;
  readonly commit: 'auto' | 'before' | 'afterBatch' | 'afterEach' | 'transactional';
  readonly retry: null | {
    readonly attempts: number;
    readonly mode: 'inProcess' | 'requeue' | 'delayed';
  };
  readonly onPoison: 'block' | 'skip' | 'deadLetter';
  readonly inbox: boolean;
  readonly work: string;
  /** Percent of the tries that fail before they have published. */
  readonly fails: number;
  readonly timeLimit: boolean;
  readonly protocol: 'classic' | 'cooperative' | 'consumer';
  readonly isStatic: boolean;
  readonly maxPollRecords: number;
  readonly maxPollInterval: string;
}

/** A topic or queue of a chain: the first of its readers publishes to the next one. */
export interface Hop {
  readonly kind: 'kafka' | 'bus' | 'simple' | 'rabbitmq' | 'sqs';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly readers: readonly Reader[];
}

export interface Mishap {
  readonly kind:
    'crash' | 'stop' | 'pause' | 'hang' | 'slow' | 'error' | 'rebalance' | 'poison' | 'partition';
  /** 0, 1 = the workers, 2 = the publisher, 3 = the nodes of Kafka, 4 = those of RabbitMQ. */
  readonly target: 0 | 1 | 2 | 3 | 4;
  readonly one: boolean;
  /** Which node of a broker, where it is one. */
  readonly node: number;
  readonly at: number;
  readonly length: number;
  readonly effect: 'error' | 'crash' | 'hang';
  readonly afterWork: boolean;
  readonly hop: number;
}

/** Faults on the messages of a hop. */
export interface Mischief {
  readonly kind: 'duplicate' | 'reorder' | 'flush';
  readonly hop: number;
  readonly at: number;
  readonly share: number;
}

export interface MessageWorld {
  readonly mischief?: readonly Mischief[];
  readonly seed: number;
  readonly hops: readonly Hop[];
  readonly mishaps: readonly Mishap[];
  readonly replicas: number;
  /** An autoscaler changes how many instances the first service has. */
  readonly isScaled: boolean;
  /** Another version of it takes over, unless it is scaled. */
  readonly rollout?: 'none' | 'rolling' | 'recreate' | 'blueGreen';
  readonly link: string;
  readonly publishLatency: string;
  readonly outbox: 'none' | 'polling' | 'cdc';
  readonly clientRetries: boolean;
  /** Kafka topics live on a broker with three nodes, with these acknowledgements. */
  readonly broker: null | '0' | '1' | 'all';
  /** Replicas out of sync may lead there. */
  readonly unclean: boolean;
  /** Queues of RabbitMQ live on three nodes, perhaps with little memory. */
  readonly rabbit: null | 'roomy' | 'tight';
  /** The run ends while messages are under way. */
  readonly isCut: boolean;
}

/** How many instances the first service has at most. */
export function mostReplicas({
  replicas,
  isScaled,
  rollout = 'none',
}: Pick<MessageWorld, 'replicas' | 'isScaled' | 'rollout'>): number {
  if (isScaled) return replicas + 3;
  return rollout === 'none' ? replicas : 2 * replicas;
}

/** Values of the key that every message has: the number of its request, modulo this. */
export const LINES = 4;
/** Time without a heartbeat after which a member of a group is declared dead. */
export const SESSION_MS = 6000;
/** Where a run is cut. */
export const CUT_MS = 1700;

export const readers = fc.record<Reader>({
  service: fc.constantFrom(0, 1),
  concurrency: fc.integer({ min: 1, max: 3 }),
  batch: fc.constantFrom(1, 1, 1, 1, 3),
  commit: fc.constantFrom('auto', 'before', 'afterBatch', 'afterEach', 'transactional'),
  retry: fc.option(
    fc.record({
      attempts: fc.integer({ min: 2, max: 4 }),
      mode: fc.constantFrom('inProcess', 'requeue', 'delayed'),
    }),
  ),
  onPoison: fc.constantFrom('block', 'skip', 'deadLetter'),
  inbox: fc.boolean(),
  work: fc.constantFrom('5ms', 'exponential(8ms)', 'uniform(1ms 40ms)'),
  fails: fc.constantFrom(0, 0, 15),
  timeLimit: fc.boolean(),
  protocol: fc.constantFrom('classic', 'cooperative', 'consumer'),
  isStatic: fc.boolean(),
  maxPollRecords: fc.constantFrom(1, 4, 500),
  maxPollInterval: fc.constantFrom('5m', '5m', '1s'),
});

const overflow = {
  capacity: fc.constantFrom<'unlimited' | number>('unlimited', 'unlimited', 3),
  overflow: fc.constantFrom('block', 'reject', 'dropHead', 'dropTail'),
};

const fields = {
  kafka: fc.record({
    partitions: fc.integer({ min: 1, max: 5 }),
    retention: fc.constantFrom('7d', '7d', '7d', '700ms'),
  }),
  bus: fc.record({
    stored: fc.constantFrom(true, true, false),
    ordering: fc.constantFrom('none', 'key'),
    ...overflow,
  }),
  simple: fc.record(overflow),
  rabbitmq: fc.record({
    prefetch: fc.constantFrom(0, 1, 5),
    quorum: fc.boolean(),
    messageTtl: fc.constantFrom('none', 'none', '50ms'),
    consumerTimeout: fc.constantFrom('30m', '30m', '60ms'),
    capacity: overflow.capacity,
    overflow: fc.constantFrom('dropHead', 'rejectPublish', 'rejectPublishDlx'),
  }),
  sqs: fc.record({
    visibilityTimeout: fc.constantFrom('30s', '5s', '60ms'),
    waitTime: fc.constantFrom('0s', '20s'),
    delay: fc.constantFrom('0s', '20ms'),
    maxReceiveCount: fc.constantFrom(1000, 2, 5),
    retention: fc.constantFrom('4d', '4d', '1m'),
    fifo: fc.boolean(),
  }),
};

const hops = fc
  .constantFrom<Hop['kind']>('kafka', 'kafka', 'bus', 'simple', 'rabbitmq', 'sqs')
  .chain((kind) =>
    fc.record<Hop>({
      kind: fc.constant(kind),
      fields: fields[kind] as fc.Arbitrary<Readonly<Record<string, unknown>>>,
      readers: fc.array(readers, { minLength: 1, maxLength: 2 }),
    }),
  );

const mishaps = fc.record<Mishap>({
  kind: fc.constantFrom(
    'crash',
    'crash',
    'crash',
    'stop',
    'stop',
    'pause',
    'hang',
    'slow',
    'error',
    'rebalance',
    'poison',
    'partition',
  ),
  target: fc.constantFrom(0, 0, 1, 2, 3, 4),
  one: fc.boolean(),
  node: fc.integer({ min: 0, max: 2 }),
  at: fc.integer({ min: 1, max: 2200 }),
  length: fc.constantFrom(30, 200, 1500, 9000),
  effect: fc.constantFrom('error', 'crash', 'hang'),
  afterWork: fc.boolean(),
  hop: fc.integer({ min: 0, max: 2 }),
});

/** Chains of topics and queues of all kinds, with their faults. */
export const messageWorlds: fc.Arbitrary<MessageWorld> = fc.record<MessageWorld>({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  hops: fc.array(hops, { minLength: 1, maxLength: 3 }),
  mishaps: fc.array(mishaps, { maxLength: 3 }),
  replicas: fc.integer({ min: 1, max: 3 }),
  isScaled: fc.constantFrom(false, false, true),
  rollout: fc.constantFrom('none', 'none', 'none', 'rolling', 'recreate', 'blueGreen'),
  link: fc.constantFrom('0ms', '0ms', 'uniform(1ms 9ms)'),
  publishLatency: fc.constantFrom('0ms', '0ms', '0ms', 'uniform(1ms 9ms)'),
  outbox: fc.constantFrom('none', 'none', 'polling', 'cdc'),
  clientRetries: fc.boolean(),
  broker: fc.constantFrom(null, null, 'all', 'all', '1', '0'),
  unclean: fc.boolean(),
  rabbit: fc.constantFrom(null, 'roomy', 'tight'),
  isCut: fc.constantFrom(false, false, false, true),
});

/** The same with two logs, of which the first is read in transactions and the second loses nothing. */
export const transactionalWorlds: fc.Arbitrary<MessageWorld> = fc
  .tuple(messageWorlds, fields.kafka, fields.kafka, readers, readers, mishaps)
  .map(([world, first, second, own, next, mishap]) => {
    const kept = (reader: Reader): Reader => ({
      ...reader,
      batch: 1,
      onPoison: reader.onPoison === 'skip' ? 'deadLetter' : reader.onPoison,
    });
    const hop = (of: typeof first, reader: Reader): Hop => ({
      kind: 'kafka',
      fields: { ...of, retention: '7d' },
      readers: [kept(reader)],
    });
    const commit = next.commit === 'before' ? 'afterEach' : next.commit;
    const hops = [
      hop(first, { ...own, commit: 'transactional', work: 'uniform(1ms 40ms)' }),
      hop(second, { ...next, commit }),
    ];
    // The first log is read from a process that dies in the middle of a transaction.
    const dies: Mishap = { ...mishap, kind: 'crash', target: own.service, length: 200 };
    return {
      ...world,
      hops,
      mishaps: [...world.mishaps.slice(0, 2), dies],
      broker: world.broker === null ? null : 'all',
      unclean: false,
      isCut: false,
    };
  });

const mischief = fc.record<Mischief>({
  kind: fc.constantFrom('duplicate', 'reorder', 'flush'),
  hop: fc.integer({ min: 0, max: 2 }),
  at: fc.integer({ min: 1, max: 1600 }),
  share: fc.constantFrom(20, 60, 100),
});

/** Messages of a hop are duplicated, and soon it is flushed. */
const twiceAndGone = fc
  .tuple(mischief, fc.integer({ min: 0, max: 900 }), fc.constantFrom(60, 100))
  .map(([own, after, share]): readonly Mischief[] => [
    { ...own, kind: 'duplicate' },
    { ...own, kind: 'flush', at: own.at + after, share },
  ]);

/** The same, with messages that are duplicated, delayed or removed. */
export const mischievousWorlds: fc.Arbitrary<MessageWorld> = fc
  .tuple(
    messageWorlds,
    fc.oneof(
      { arbitrary: fc.array(mischief, { minLength: 1, maxLength: 3 }), weight: 3 },
      { arbitrary: twiceAndGone, weight: 1 },
    ),
  )
  .map(([world, own]) => ({ ...world, mischief: own }));

/** Whether the messages of a hop meet it: a log keeps its order, and only a broker can be sent them twice. */
export const meets = (world: MessageWorld, hop: number, kind: Mischief['kind']): boolean =>
  (world.mischief ?? []).some(
    (one) =>
      one.kind === kind &&
      mischiefOf(world, one, 0) !== null &&
      one.hop % world.hops.length === hop,
  );

/** The fault of a mischief; null where its hop does not know it. */
export function mischiefOf(
  world: MessageWorld,
  m: Mischief,
  id: number,
): Record<string, unknown> | null {
  const hop = m.hop % world.hops.length;
  const isLog = world.hops[hop]!.kind === 'kafka';
  if (isLog && (m.kind === 'reorder' || (m.kind === 'duplicate' && world.broker === null)))
    return null;
  return {
    id: `m${id}`,
    kind: m.kind,
    target: hopName(hop),
    at: `${world.isCut ? m.at % CUT_MS : m.at}ms`,
    ...(m.kind === 'flush' ? {} : { for: '400ms' }),
    ...(isLog && m.kind === 'flush' ? {} : { share: `${m.share}%` }),
    ...(m.kind === 'reorder' ? { gap: 'uniform(10ms 300ms)' } : {}),
  };
}

export const hopName = (hop: number): string => `hop${hop}`;
export const deadName = (hop: number, reader: number): string => `dead${hop}x${reader}`;
export const handlerOf = (world: MessageWorld, hop: number, reader: number): string =>
  `w${world.hops[hop]!.readers[reader]!.service}.h${hop}x${reader}`;
/** A group of one name in two topics would be one group. */
export const readerName = (hop: number, reader: number): string =>
  hop === 0 ? `r${reader}` : `r${reader}h${hop}`;

/** How a reader commits, where its kind knows that. */
export function commitOf({ kind }: Hop, { commit }: Reader): Reader['commit'] {
  if (kind === 'kafka') return commit;
  if (commit === 'before') return commit;
  return kind === 'sqs' && commit === 'afterBatch' ? commit : 'afterEach';
}

/** Where a failed message waits: one that was settled or committed before its handling cannot be returned. */
export function retryOf(hop: Hop, reader: Reader): Reader['retry'] {
  const { retry } = reader;
  if (retry === null || retry.mode === 'inProcess') return retry;
  const { kind } = hop;
  const settles = kind !== 'kafka' && commitOf(hop, reader) === 'before';
  return settles ? { ...retry, mode: 'inProcess' } : retry;
}

/** Messages of one run of a handler: only the last ones of a chain take several, and of a log no more than a poll brings. */
export function batchOf({ hops }: MessageWorld, hop: number, reader: number): number {
  if (reader === 0 && hop < hops.length - 1) return 1;
  const { kind, readers: all } = hops[hop]!;
  const { batch, maxPollRecords } = all[reader]!;
  return kind === 'kafka' ? Math.min(batch, maxPollRecords) : batch;
}

/** Only logs are published to by way of an outbox. */
export const outboxOf = ({ hops, outbox }: MessageWorld): MessageWorld['outbox'] =>
  hops[0]!.kind === 'kafka' ? outbox : 'none';

export function poisonOf(hop: Hop, reader: Reader): Reader['onPoison'] {
  const retry = retryOf(hop, reader);
  const elsewhere = retry !== null && retry.mode !== 'inProcess';
  return elsewhere && reader.onPoison === 'block' ? 'skip' : reader.onPoison;
}
