import { z } from 'zod';
import { distribution, whole } from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, nameText } from './common.js';
import { consumerFields } from './consumer.js';
import { busFields } from './queues.js';

/** A group of consumers of a topic. */
const subscriber = z
  .strictObject({
    group: nameText().describe(
      'Name of the group, unique in the topic: the part that metrics name. Required.',
    ),
    ...consumerFields,
    maxPollRecords: whole({ min: 1, max: 1_000_000 })
      .prefault(500)
      .describe('Messages taken with one poll. Unit: count. Defaults to 500.'),
    commit: z
      .enum(['before', 'afterBatch', 'afterEach'])
      .default('afterBatch')
      .describe(
        'When the offset is committed: `before` handling (what a crash interrupts is lost), ' +
          '`afterBatch` or `afterEach` (what a crash interrupts is read again). Defaults to afterBatch.',
      ),
  })
  .describe('A group of consumers.');

/** A topic that is a log. */
const kafka = z
  .strictObject({
    ...extending,
    ...entryText,
    critical,
    kind: z.literal('kafka').describe('`kafka`: a log in partitions, which groups read. Required.'),
    partitions: whole({ min: 1, max: 10_000 })
      .prefault(1)
      .describe('Order holds inside one. Unit: count. Defaults to 1.'),
    publishLatency: distribution()
      .prefault('0ms')
      .describe('From the publishing to the confirmation. Unit: distribution. Defaults to 0ms.'),
    backlog: whole({ max: 10_000_000 })
      .prefault(0)
      .describe('Messages that are there at time 0. Unit: count. Defaults to 0.'),
    subscribers: z
      .array(subscriber)
      .default([])
      .describe('Groups; every one gets every message. Defaults to none.'),
  })
  .describe('A log in partitions.');
export type KafkaOutput = z.output<typeof kafka>;

/** One topic. */
export const topicSchema = inheriting(
  z.discriminatedUnion('kind', [kafka, busFields]).describe('A topic.'),
).meta({ id: 'topic' });
export type TopicOutput = z.output<typeof topicSchema>;
