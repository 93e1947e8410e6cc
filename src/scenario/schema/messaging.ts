import { absent, byDefault, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import {
  critical,
  entryText,
  extending,
  inheriting,
  nameText,
} from '../../contracts/fields/common.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from './consumer.js';
import { rebalance, replay } from '../../contracts/scenario/consumer-groups.js';
import { producerSchema } from '../../contracts/scenario/producer.js';
import { busFields } from './bus.js';

type BundleSchema = z.ZodType<BundleOutput>;

/** A group of consumers of a topic. */
const subscriber = (bundle: BundleSchema) =>
  z
    .strictObject({
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
      ...consumerFields(bundle),
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
      autoCommitInterval: field.duration('5s', 'Time between two commits with `commit: auto`.'),
      transactionTimeout: field.duration(
        '60s',
        'With `commit: transactional`: time from its first message after which the broker aborts an open transaction ' +
          '(transaction.timeout.ms). Until a transaction ends, no group reads what any producer wrote to its partitions ' +
          'after its first message. A process that starts again ends the transactions that it left open.',
      ),
      maxPollInterval: field.duration(
        '5m',
        'Longest time between two polls. A member whose handling takes longer leaves the group, and its commit ' +
          'fails.',
      ),
      sessionTimeout: field.duration(
        '45s',
        'Time without a heartbeat after which a member is declared dead and its partitions are assigned to ' +
          'others.',
      ),
      heartbeatInterval: field.duration('3s', 'Time between two heartbeats of a member.'),
      autoOffsetReset: field.choice(
        ['latest', 'earliest'],
        'latest',
        'Where the group starts if it has no offset (at time 0), or if `retention` has deleted the message at its ' +
          'offset: `latest` skips the messages in the topic, `earliest` reads them.',
      ),
      startAt: field.duration(
        byDefault('0s', 'the group existed before the run'),
        'When its consumers subscribe. The group does not exist before that; it starts as `autoOffsetReset` says ' +
          'once it has its partitions.',
        { allowZero: true },
      ),
      replay: replay.optional(),
      offsetsRetention: field.timeLimit(
        '7d',
        'Time without members after which the group loses its offsets and starts as `autoOffsetReset` says ' +
          '(offsets.retention.minutes).',
      ),
      rebalance: rebalance.prefault({}),
    })
    .describe('A consumer group.');

/** A topic that is a log. */
const kafka = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
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
      retention: field.timeLimit(
        '7d',
        'Age at which a message is deleted, even if it was not read.',
      ),
      subscribers: z
        .array(subscriber(bundle))
        .default([])
        .describe('Consumer groups; every group gets every message. Defaults to none.'),
    })
    .describe('A partitioned log.');
export type KafkaOutput = z.output<ReturnType<typeof kafka>>;

/** One topic. */
export function topicSchema(bundle: BundleSchema) {
  const kinds = [kafka(bundle), busFields(bundle)] as const;
  return inheriting(z.discriminatedUnion('kind', kinds).describe('A topic.')).meta({ id: 'topic' });
}
export type TopicOutput = z.output<ReturnType<typeof topicSchema>>;
