import { z } from 'zod';
import { duration, durationOrNone, whole } from '../../spec/quantities/quantities.js';
import { critical, entryText, extending, inheriting, nameText } from '../../spec/fields/common.js';
import { choice, cost, flag } from '../../spec/quantities/fields.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from './consumer.js';
import { producerSchema } from './producer.js';
import { busFields } from './bus.js';

type BundleSchema = z.ZodType<BundleOutput>;

const rebalance = z
  .strictObject({
    protocol: choice(['classic', 'cooperative', 'consumer'], 'classic').describe(
      '`classic`: all members stop until all have rejoined; `cooperative`: as `classic`, but only ' +
        'partitions that move stop; `consumer` (KIP-848): members do not wait for each other, and only ' +
        'partitions that move stop. Defaults to classic.',
    ),
    pause: duration()
      .prefault('3s')
      .describe(
        'Time from when all members are ready until the new assignment applies (heartbeats, joining, ' +
          'syncing). Unit: duration. Defaults to 3s.',
      ),
    initialDelay: duration()
      .prefault('3s')
      .describe(
        'Time for which an empty group waits for more members after the first one has joined ' +
          '(group.initial.rebalance.delay.ms). Unit: duration. Defaults to 3s.',
      ),
    staticMembership: flag(false).describe(
      'Static membership (group.instance.id): a restart within `sessionTimeout` triggers no rebalance. Defaults ' +
        'to false.',
    ),
  })
  .describe('Rebalancing of partitions when members join or leave.');

const replay = z
  .strictObject({
    at: duration().describe('Time of the replay. Unit: duration. Required.'),
    from: z
      .union([z.enum(['earliest', 'latest']), duration({ allowZero: false })])
      .default('earliest')
      .describe(
        'Position to read from: `earliest`, the oldest message of the topic; `latest`, its end; or a ' +
          'duration before the time of the replay. Unit: name or duration. Defaults to earliest.',
      ),
  })
  .describe(
    'Resets the position of the group once, like Consumer.seek: each member at its next poll, after its ' +
      'messages in flight. Messages take effect again unless an `inbox` recognises them.',
  );

/** A group of consumers of a topic. */
const subscriber = (bundle: BundleSchema) =>
  z
    .strictObject({
      group: nameText().describe(
        'Name of the group, unique in the topic; metrics refer to it. Required.',
      ),
      ...consumerFields(bundle),
      maxPollRecords: whole({ min: 1, max: 1_000_000 })
        .prefault(500)
        .describe('Largest number of messages per poll. Unit: count. Defaults to 500.'),
      commit: choice(
        ['auto', 'before', 'afterBatch', 'afterEach', 'transactional'],
        'afterBatch',
      ).describe(
        'When the offset is committed. `before`: before the handling, so a crash loses messages in progress. ' +
          '`afterBatch`, `afterEach`: after a batch or a message, so messages in progress are read again after ' +
          'a crash. `auto`: with the first poll after each `autoCommitInterval` and with each rebalance. ' +
          '`transactional`: after the batch, together with its effects and the messages it published. Defaults ' +
          'to afterBatch.',
      ),
      autoCommitInterval: duration({ allowZero: false })
        .prefault('5s')
        .describe('Time between two commits with `commit: auto`. Unit: duration. Defaults to 5s.'),
      maxPollInterval: duration({ allowZero: false })
        .prefault('5m')
        .describe(
          'Longest time between two polls. A member whose handling takes longer leaves the group, and its ' +
            'commit fails. Unit: duration. Defaults to 5m.',
        ),
      sessionTimeout: duration({ allowZero: false })
        .prefault('45s')
        .describe(
          'Time without a heartbeat after which a member is declared dead and its partitions are assigned to ' +
            'others. Unit: duration. Defaults to 45s.',
        ),
      heartbeatInterval: duration({ allowZero: false })
        .prefault('3s')
        .describe('Time between two heartbeats of a member. Unit: duration. Defaults to 3s.'),
      autoOffsetReset: choice(['latest', 'earliest'], 'latest').describe(
        'Where the group starts if it has no offset (at time 0), or if `retention` has deleted the message ' +
          'at its offset: `latest` skips the messages in the topic, `earliest` reads them. Defaults to latest.',
      ),
      startAt: duration()
        .prefault('0s')
        .describe(
          'When its consumers subscribe. The group does not exist before that; it starts as `autoOffsetReset` ' +
            'says once it has its partitions. Unit: duration. Defaults to 0s: the group existed before the run.',
        ),
      replay: replay.optional(),
      offsetsRetention: durationOrNone({ allowZero: false })
        .prefault('7d')
        .describe(
          'Time without members after which the group loses its offsets and starts as `autoOffsetReset` says ' +
            '(offsets.retention.minutes). Unit: duration or `none`. Defaults to 7d.',
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
      kind: z
        .literal('kafka')
        .describe('`kafka`: a partitioned log, which consumer groups read. Required.'),
      partitions: whole({ min: 1, max: 10_000 })
        .prefault(1)
        .describe(
          'Number of partitions. Messages are ordered only within a partition. Unit: count. Defaults to 1.',
        ),
      broker: nameText()
        .optional()
        .describe(
          'Broker that hosts the topic. Defaults to none: writing is free and never fails.',
        ),
      replication: whole({ min: 1, max: 1000 })
        .prefault(1)
        .describe(
          'Number of nodes of the broker that hold each partition. Unit: count. Defaults to 1.',
        ),
      minInsyncReplicas: whole({ min: 1, max: 1000 })
        .prefault(1)
        .describe(
          'Smallest number of replicas in sync for a write with `acks: all` to succeed. With fewer, no further ' +
            'message becomes readable, whatever its `acks`. Unit: count. Defaults to 1.',
        ),
      producer: producerSchema.prefault({}),
      publishLatency: cost().describe(
        'Time from the publishing to the confirmation. Unit: distribution. Defaults to 0ms.',
      ),
      backlog: whole({ max: 10_000_000 })
        .prefault(0)
        .describe('Number of messages in the topic at time 0. Unit: count. Defaults to 0.'),
      retention: durationOrNone({ allowZero: false })
        .prefault('7d')
        .describe(
          'Age at which a message is deleted, even if it was not read. Unit: duration or `none`. Defaults to ' +
            '7d.',
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
