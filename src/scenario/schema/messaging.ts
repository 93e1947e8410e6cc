import { z } from 'zod';
import { distribution, whole } from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, nameText } from './common.js';
import { REFERENCE_PATTERN } from './common.js';

/** A group of consumers of a topic. */
const subscriber = z
  .strictObject({
    group: nameText().describe(
      'Name of the group, unique in the topic: the part that metrics name. Required.',
    ),
    call: z
      .string()
      .regex(REFERENCE_PATTERN)
      .max(200)
      .describe('Endpoint that handles a message, inside the instances of its service. Required.'),
    concurrency: whole({ min: 1, max: 1000 })
      .prefault(1)
      .describe(
        'Members per instance; each handles one message at a time. Unit: count. Defaults to 1.',
      ),
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

/** One topic. */
export const topicSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .enum(['kafka'])
        .describe('`kafka`: a log in partitions, which groups read. Required.'),
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
    .describe('A topic.'),
).meta({ id: 'topic' });
export type TopicOutput = z.output<typeof topicSchema>;
