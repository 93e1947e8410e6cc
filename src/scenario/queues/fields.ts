import { absent, field } from '../../contracts/fields/field.js';
import { entry } from '../../contracts/fields/entry.js';
import { z } from 'zod';
import type { BundleOutput } from '../schema/bundle.js';
import { critical, entryText, extending, nameText } from '../../contracts/fields/common.js';
import { choice } from '../../contracts/quantities/fields.js';
import { consumerFields } from '../../contracts/scenario/consumers.js';

/** Fields of every queue and bus. */
export const entryFields = { ...extending, ...entryText, critical };

export const commitText =
  'When a message is acknowledged: `before` its handling (a message whose handling a crash interrupts ' +
  'is lost) or `afterEach`, after its handling (such a message is delivered again). Defaults to ' +
  'afterEach.';

export const consumerName = field.of(
  nameText(),
  absent('the service it calls'),
  'Name of the consumer, unique in the queue.',
);

/** Schema of a consumer without product-specific options. */
export const consumer = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      name: consumerName,
      ...consumerFields(bundle),
      commit: choice(['before', 'afterEach'], 'afterEach').describe(commitText),
    },
    'A consumer of a queue.',
  );

export const consumers = (bundle: z.ZodType<BundleOutput>) =>
  z.array(consumer(bundle)).default([]).describe('Consumers. Defaults to none.');

export const publishLatency = field.cost('0ms', 'Time from the publishing to the confirmation.');

export const backlog = field.whole(0, 'Number of messages that wait at time 0.', {
  max: 10_000_000,
});

export const capacity = field.limit(
  'unlimited',
  'Largest number of messages that wait for a consumer; messages in flight are not counted.',
);

/** Fields of every queue with a bound. */
export const boundedFields = { ...entryFields, publishLatency, backlog, capacity };

export const overflow = field.choice(
  ['block', 'reject', 'dropHead', 'dropTail'],
  'block',
  'Behaviour of a full queue: `block` makes the publisher wait, `reject` fails it with rejectedOverload, ' +
    '`dropHead` drops the oldest message, `dropTail` the new one.',
);

export const publishTimeoutNs = field.timeLimit(
  'none',
  'Longest wait of a publisher for room, with `overflow: block`.',
);

export const deadLetter = field.of(
  nameText(),
  absent('none: they are dropped'),
  'Queue or topic for messages that expire, are dropped from a full queue or are delivered too often.',
);
