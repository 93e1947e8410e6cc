import { z } from 'zod';
import { whole } from '../../spec/quantities/quantities.js';
import type { BundleOutput } from '../schema/bundle.js';
import { critical, entryText, extending, nameText } from '../../spec/fields/common.js';
import { choice, cost, limit, timeLimit } from '../../spec/quantities/fields.js';
import { consumerFields } from '../schema/consumer.js';

/** Fields of every queue and bus. */
export const entryFields = { ...extending, ...entryText, critical };

export const commitText =
  'When a message is acknowledged: `before` its handling (a message whose handling a crash interrupts ' +
  'is lost) or `afterEach`, after its handling (such a message is delivered again). Defaults to ' +
  'afterEach.';

export const consumerName = nameText()
  .optional()
  .describe('Name of the consumer, unique in the queue. Defaults to the service it calls.');

/** Schema of a consumer without product-specific options. */
export const consumer = (bundle: z.ZodType<BundleOutput>) =>
  z
    .strictObject({
      name: consumerName,
      ...consumerFields(bundle),
      commit: choice(['before', 'afterEach'], 'afterEach').describe(commitText),
    })
    .describe('A consumer of a queue.');

export const consumers = (bundle: z.ZodType<BundleOutput>) =>
  z.array(consumer(bundle)).default([]).describe('Consumers. Defaults to none.');

export const publishLatency = cost().describe(
  'Time from the publishing to the confirmation. Unit: distribution. Defaults to 0ms.',
);

export const backlog = whole({ max: 10_000_000 })
  .prefault(0)
  .describe('Number of messages that wait at time 0. Unit: count. Defaults to 0.');

export const capacity = limit().describe(
  'Largest number of messages that wait for a consumer; messages in flight are not counted. Unit: ' +
    'count. Defaults to unlimited.',
);

/** Fields of every queue with a bound. */
export const boundedFields = { ...entryFields, publishLatency, backlog, capacity };

export const overflow = choice(['block', 'reject', 'dropHead', 'dropTail'], 'block').describe(
  'Behaviour of a full queue: `block` makes the publisher wait, `reject` fails it with rejectedOverload, ' +
    '`dropHead` drops the oldest message, `dropTail` the new one. Defaults to block.',
);

export const publishTimeout = timeLimit().describe(
  'Longest wait of a publisher for room, with `overflow: block`. Unit: duration or `none`. ' +
    'Defaults to none.',
);

export const deadLetter = nameText()
  .optional()
  .describe(
    'Queue or topic for messages that expire, are dropped from a full queue or are delivered too often. ' +
      'Defaults to none: they are dropped.',
  );
