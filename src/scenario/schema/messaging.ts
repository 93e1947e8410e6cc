import { z } from 'zod';
import { distribution, duration, durationOrNone, whole } from '../../spec/quantities/quantities.js';
import { critical, entryText, extending, inheriting, nameText } from './common.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from './consumer.js';
import { producerSchema } from './producer.js';
import { busFields } from './bus.js';

type BundleSchema = z.ZodType<BundleOutput>;

const rebalance = z
  .strictObject({
    protocol: z
      .enum(['classic', 'cooperative', 'consumer'])
      .default('classic')
      .describe(
        '`classic`: all members stop until all have rejoined; `cooperative`: the same, but only partitions that ' +
          'move stop; `consumer` (KIP-848): members do not wait for each other, and only partitions that move stop. ' +
          'Defaults to classic.',
      ),
    pause: duration()
      .prefault('3s')
      .describe(
        'Time from when all members are ready until the new assignment applies: heartbeats, joining, syncing. ' +
          'Unit: duration. Defaults to 3s.',
      ),
    initialDelay: duration()
      .prefault('3s')
      .describe(
        'How long an empty group waits for more members when its first one joins ' +
          '(group.initial.rebalance.delay.ms). Unit: duration. Defaults to 3s.',
      ),
    staticMembership: z
      .boolean()
      .default(false)
      .describe(
        'Static membership (group.instance.id): a restart within `sessionTimeout` triggers no rebalance. Defaults ' +
          'to false.',
      ),
  })
  .describe('Rebalancing of partitions when members join or leave.');

const replay = z
  .strictObject({
    at: duration().describe('When. Unit: duration. Required.'),
    from: z
      .union([z.enum(['earliest', 'latest']), duration({ allowZero: false })])
      .default('earliest')
      .describe(
        'Position to read from: `earliest`, the oldest message of the topic; `latest`, its end; or a duration ' +
          'back in time. Unit: name or duration. Defaults to earliest.',
      ),
  })
  .describe(
    'Resets the group once, like Consumer.seek: each member with its next poll, after the messages in flight. ' +
      'Effects happen again unless an `inbox` knows them.',
  );

/** A group of consumers of a topic. */
const subscriber = (bundle: BundleSchema) =>
  z
    .strictObject({
      group: nameText().describe(
        'Name of the group, unique in the topic: the part that metrics name. Required.',
      ),
      ...consumerFields(bundle),
      maxPollRecords: whole({ min: 1, max: 1_000_000 })
        .prefault(500)
        .describe('Messages taken with one poll. Unit: count. Defaults to 500.'),
      commit: z
        .enum(['auto', 'before', 'afterBatch', 'afterEach', 'transactional'])
        .default('afterBatch')
        .describe(
          'When the offset is committed: `before` handling (what a crash interrupts is lost), ' +
            '`afterBatch` or `afterEach` (what a crash interrupts is read again), `auto` with the first ' +
            'poll after each `autoCommitInterval` and with each rebalance, `transactional` after the ' +
            'batch together with its effects and what it published. Defaults to afterBatch.',
        ),
      autoCommitInterval: duration({ allowZero: false })
        .prefault('5s')
        .describe('Time between two commits with `commit: auto`. Unit: duration. Defaults to 5s.'),
      maxPollInterval: duration({ allowZero: false })
        .prefault('5m')
        .describe(
          'Longest time between two polls: a member that needs longer for what it has taken leaves the ' +
            'group, and its commit fails. Unit: duration. Defaults to 5m.',
        ),
      sessionTimeout: duration({ allowZero: false })
        .prefault('45s')
        .describe(
          'Time without a heartbeat after which a member is declared dead and its partitions go to others. Unit: ' +
            'duration. Defaults to 45s.',
        ),
      heartbeatInterval: duration({ allowZero: false })
        .prefault('3s')
        .describe('Time between two heartbeats of a member. Unit: duration. Defaults to 3s.'),
      autoOffsetReset: z
        .enum(['latest', 'earliest'])
        .default('latest')
        .describe(
          'Where the group begins without an offset that is still there, at time 0 or when `retention` has ' +
            'deleted it: `latest` skips what is there, `earliest` reads it. Defaults to latest.',
        ),
      startAt: duration()
        .prefault('0s')
        .describe(
          'When its consumers subscribe: before that there is no such group. It begins as ' +
            '`autoOffsetReset` says once it has its partitions. Unit: duration. Defaults to 0s: it was there before the run.',
        ),
      replay: replay.optional(),
      offsetsRetention: durationOrNone({ allowZero: false })
        .prefault('7d')
        .describe(
          'Time without a member after which the group loses its offsets and starts as `autoOffsetReset` says ' +
            '(offsets.retention.minutes). Unit: duration or `none`. Defaults to 7d.',
        ),
      rebalance: rebalance.prefault({}),
    })
    .describe('A group of consumers.');

/** A topic that is a log. */
const kafka = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .literal('kafka')
        .describe('`kafka`: a log in partitions, which groups read. Required.'),
      partitions: whole({ min: 1, max: 10_000 })
        .prefault(1)
        .describe('Order holds inside one. Unit: count. Defaults to 1.'),
      broker: nameText()
        .optional()
        .describe('Broker it lives on. Defaults to none: writing is free and never fails.'),
      replication: whole({ min: 1, max: 1000 })
        .prefault(1)
        .describe('Nodes of the broker that hold each partition. Unit: count. Defaults to 1.'),
      minInsyncReplicas: whole({ min: 1, max: 1000 })
        .prefault(1)
        .describe(
          'Of those, in sync at least for a write with `acks: all`. With fewer nothing more becomes readable ' +
            'either, whatever its `acks`. Unit: count. Defaults to 1.',
        ),
      producer: producerSchema.prefault({}),
      publishLatency: distribution()
        .prefault('0ms')
        .describe('From the publishing to the confirmation. Unit: distribution. Defaults to 0ms.'),
      backlog: whole({ max: 10_000_000 })
        .prefault(0)
        .describe('Messages that are there at time 0. Unit: count. Defaults to 0.'),
      retention: durationOrNone({ allowZero: false })
        .prefault('7d')
        .describe(
          'Age at which a message is deleted, whether it was read or not. Unit: duration or `none`. ' +
            'Defaults to 7d.',
        ),
      subscribers: z
        .array(subscriber(bundle))
        .default([])
        .describe('Groups; every one gets every message. Defaults to none.'),
    })
    .describe('A log in partitions.');
export type KafkaOutput = z.output<ReturnType<typeof kafka>>;

/** One topic. */
export function topicSchema(bundle: BundleSchema) {
  const kinds = [kafka(bundle), busFields(bundle)] as const;
  return inheriting(z.discriminatedUnion('kind', kinds).describe('A topic.')).meta({ id: 'topic' });
}
export type TopicOutput = z.output<ReturnType<typeof topicSchema>>;
