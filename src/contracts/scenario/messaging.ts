import { z } from 'zod';
import { nameText } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, byDefault, field, required } from '../fields/field.js';
import { countDistribution, size, duration } from '../quantities/quantities.js';
import { acksField, producerSchema } from './producer.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Consumption } from './consumers.js';
import type { Host } from './host.js';
import type { Described } from './described.js';

const rebalance = entry(
  {
    protocol: field.choice(
      ['classic', 'cooperative', 'consumer'],
      'classic',
      '`classic`: all members stop until all have rejoined; `cooperative`: as `classic`, but only partitions ' +
        'that move stop; `consumer` (KIP-848): members do not wait for each other, and only partitions that move ' +
        'stop.',
    ),
    pauseNs: field.duration(
      '3s',
      'Time from when all members are ready until the new assignment applies (heartbeats, joining, syncing).',
      { allowZero: true },
    ),
    initialDelayNs: field.duration(
      '3s',
      'Time for which an empty group waits for more members after the first one has joined ' +
        '(group.initial.rebalance.delay.ms).',
      { allowZero: true },
    ),
    isStatic: field.of(
      z.boolean(),
      false,
      'Static membership (group.instance.id): a restart within `sessionTimeout` triggers no rebalance.',
    ),
  },
  'Rebalancing of partitions when members join or leave.',
  { isStatic: 'staticMembership' },
);

const replay = entry(
  {
    atNs: field.duration(required, 'Time of the replay.', { allowZero: true }),
    from: field.of(
      z.union([z.enum(['earliest', 'latest']), duration({ allowZero: false })]),
      'earliest',
      'Position to read from: `earliest`, the oldest message of the topic; `latest`, its end; or a duration ' +
        'before the time of the replay.',
      'name or duration',
    ),
  },
  'Resets the position of the group once, like Consumer.seek: each member at its next poll, after its ' +
    'messages in flight. Messages take effect again unless an `inbox` recognises them.',
);

/** A cluster of brokers, or a service whose queues share a quota. */
export interface Broker extends Host {
  readonly kind: string;
  /** Options of its kind, for display. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its nodes as hosts of logs (topics); null = it has no logs. */
  readonly log: LogNodes | null;
  /** Its nodes as hosts of queues; null = it has no queues. */
  readonly cluster: QueueNodes | null;
  /** Messages per second that all its queues accept together; Infinity = no limit. */
  readonly quota: number;
}

/** Nodes that hold logs. */
export interface LogNodes {
  readonly latency: Distribution;
  /** Largest throughput of one node in messages per second; Infinity = no limit. */
  readonly maxThroughput: number;
  readonly electionNs: Ns;
  /** Whether an out-of-sync replica can become leader if no other can; the messages that it lacks are lost. */
  readonly uncleanElection: boolean;
  /** CPU of a node for each connection of a producer. */
  readonly connectWork: Distribution;
}

/** Nodes that hold queues. */
export interface QueueNodes {
  readonly electionNs: Ns;
  /** Bytes of messages on one node above which all publishing stops; Infinity = no limit. */
  readonly memoryBytes: number;
}

/** Name of the part of a broker that handles requests of producers. */
export const PRODUCE = 'produce';

/**
 * Largest number of groups, subscriptions and views of a topic: each message has one bit per reader for "took effect".
 */
export const MAX_READERS = 30;

/** Fields of a topic that is a log, beside its subscribers. */
export const logFields = {
  kind: field.of(
    z.literal('kafka'),
    required,
    '`kafka`: a partitioned log, which consumer groups read.',
  ),
  partitions: field.whole(
    1,
    'Number of partitions. Messages are ordered only within a partition.',
    { min: 1, max: 10_000 },
  ),
  broker: field.of(
    nameText(),
    absent('none: writing is free and never fails'),
    'Broker that hosts the topic.',
  ),
  replication: field.whole(1, 'Number of nodes of the broker that hold each partition.', {
    min: 1,
    max: 1000,
  }),
  minInsyncReplicas: field.whole(
    1,
    'Smallest number of replicas in sync for a write with `acks: all` to succeed. With fewer, no further ' +
      'message becomes readable, whatever its `acks`.',
    { min: 1, max: 1000 },
  ),
  producer: producerSchema.prefault({}),
  publishLatency: field.cost('0ms', 'Time from the publishing to the confirmation.'),
  backlog: field.whole(0, 'Number of messages in the topic at time 0.', { max: 10_000_000 }),
  retentionNs: field.timeLimit('7d', 'Age at which a message is deleted, even if it was not read.'),
};

/** A topic: every group gets every message. */
export interface Topic extends Described, Explicit<typeof logFields> {
  readonly subscribers: readonly Subscriber[];
}

const groupFields = {
  group: field.of(
    nameText(),
    required,
    'Name of the group, unique in the topic; metrics refer to it. The groups of one name in several topics of a ' +
      'cluster are one group: a member that joins or leaves one of them is a rebalance of all.',
  ),
  consumer: field.of(
    nameText(),
    absent('none: it has its own threads'),
    'Name of a consumer that reads several topics of the group: its entries share their threads. A thread handles ' +
      'the records of one poll at a time, so slow ones of one topic hold back those of the others.',
  ),
};

const pollingFields = {
  maxPollRecords: field.whole(500, 'Largest number of messages per poll.', {
    min: 1,
    max: 1_000_000,
  }),
  commit: field.choice(
    ['auto', 'before', 'afterBatch', 'afterEach', 'transactional'],
    'afterBatch',
    'When the offset is committed. `before`: before the handling, so a crash loses messages in progress. ' +
      '`afterBatch`, `afterEach`: after a batch or a message, so messages in progress are read again after a ' +
      'crash. `auto`: with the first poll after each `autoCommitInterval` and with each rebalance. ' +
      '`transactional`: after the batch, together with its effects and the messages it published.',
  ),
  autoCommitNs: field.duration('5s', 'Time between two commits with `commit: auto`.'),
  transactionNs: field.duration(
    '60s',
    'With `commit: transactional`: time from its first message after which the broker aborts an open transaction ' +
      '(transaction.timeout.ms). Until a transaction ends, no group reads what any producer wrote to its partitions ' +
      'after its first message. A process that starts again ends the transactions that it left open.',
  ),
  maxPollNs: field.duration(
    '5m',
    'Longest time between two polls. A member whose handling takes longer leaves the group, and its commit ' +
      'fails.',
  ),
  sessionNs: field.duration(
    '45s',
    'Time without a heartbeat after which a member is declared dead and its partitions are assigned to ' +
      'others.',
  ),
  heartbeatNs: field.duration('3s', 'Time between two heartbeats of a member.'),
  reset: field.choice(
    ['latest', 'earliest'],
    'latest',
    'Where the group starts if it has no offset (at time 0), or if `retention` has deleted the message at its ' +
      'offset: `latest` skips the messages in the topic, `earliest` reads them.',
  ),
  startNs: field.duration(
    byDefault('0s', 'the group existed before the run'),
    'When its consumers subscribe. The group does not exist before that; it starts as `autoOffsetReset` says ' +
      'once it has its partitions.',
    { allowZero: true },
  ),
  replay: replay.optional(),
  offsetsRetentionNs: field.timeLimit(
    '7d',
    'Time without members after which the group loses its offsets and starts as `autoOffsetReset` says ' +
      '(offsets.retention.minutes).',
  ),
  rebalance: rebalance.prefault({}),
};

/** Schema of a consumer group; `consumer` has the fields of all message handlers. */
export function subscriberSchema<F extends Readonly<Record<string, z.ZodType>>>(consumer: F) {
  return entry({ ...groupFields, ...consumer, ...pollingFields }, 'A consumer group.', {
    autoCommitNs: 'autoCommitInterval',
    transactionNs: 'transactionTimeout',
    maxPollNs: 'maxPollInterval',
    sessionNs: 'sessionTimeout',
    heartbeatNs: 'heartbeatInterval',
    reset: 'autoOffsetReset',
    startNs: 'startAt',
  });
}

/** The fields of a consumer group that no other message handler has. */
type GroupFields = Explicit<typeof groupFields & typeof pollingFields>;

/** A consumer group: its members are the live instances of the service that it calls. */
export interface Subscriber extends Consumption, Omit<GroupFields, 'transactionNs'> {
  /** null where no transactions are committed. */
  readonly transactionNs: Ns | null;
}

export const publishFields = entry(
  {
    topic: field.of(nameText(), required, 'Name of the topic or queue.'),
    key: field.of(
      nameText(),
      absent(),
      'Key whose value determines the partition and the order of a message.',
    ),
    count: field.of(
      countDistribution(),
      1,
      'Number of messages to publish.',
      'count or distribution of counts',
    ),
    via: field.choice(
      ['direct', 'outbox'],
      'direct',
      'How the message is sent. `direct`: the message is published at the step. `outbox`: the step writes the ' +
        'message as a row in the database of the service, and the message is published after the row is ' +
        'committed. In a `transaction` on the same database the row is part of that transaction.',
    ),
    bytes: size()
      .prefault(0)
      .describe('Size of each message, key and headers included. Unit: size. Defaults to 0B.'),
    acks: field.of(
      acksField,
      absent('those of the `producer` of the topic'),
      'Acknowledgements that the producer waits for.',
    ),
    confirm: field.of(z.boolean(), true, 'Whether the step waits for the confirmation.'),
  },
  undefined,
  { bytes: 'size' },
);
export type PublishStep = z.output<typeof publishFields>;
