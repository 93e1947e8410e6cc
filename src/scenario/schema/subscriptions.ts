import { z } from 'zod';
import { duration, whole } from '../../spec/quantities.js';
import { critical, entryText, extending, nameText } from './common.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from './consumer.js';

const consumer = (bundle: z.ZodType<BundleOutput>) =>
  z
    .strictObject({
      name: nameText()
        .optional()
        .describe('Name of the consumer, unique in the queue. Defaults to the service it calls.'),
      ...consumerFields(bundle),
      commit: z
        .enum(['before', 'afterEach'])
        .default('afterEach')
        .describe(
          'When an event is acknowledged: `before` its handling (what a crash interrupts is lost) or ' +
            '`afterEach` (what a crash interrupts is delivered again). Defaults to afterEach.',
        ),
    })
    .describe('A consumer of a persistent subscription: each instance of its service is a client.');

/** A persistent subscription of EventStoreDB: the store pushes its events to competing consumers. */
export const subscriptionFields = (bundle: z.ZodType<BundleOutput>) =>
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .literal('persistentSubscription')
        .describe(
          'A persistent subscription of EventStoreDB: the store pushes what is appended. Required.',
        ),
      from: nameText().describe(
        'Event store of kind eventStoreDb or simple whose events it has, from time 0 on. Required.',
      ),
      strategy: z
        .enum(['roundRobin', 'dispatchToSingle'])
        .default('roundRobin')
        .describe(
          '`roundRobin`: each event to the next client with room. `dispatchToSingle`: to one client as long as it ' +
            'has room, then to the next. Defaults to roundRobin.',
        ),
      bufferSize: whole({ min: 1, max: 100_000 })
        .prefault(10)
        .describe(
          'Events that a client may hold without having acknowledged them. Unit: count. Defaults to 10.',
        ),
      messageTimeout: duration({ allowZero: false })
        .prefault('30s')
        .describe(
          'How long a client may hold an event before it is retried, whoever still works on it. Unit: ' +
            'duration. Defaults to 30s.',
        ),
      maxRetryCount: whole({ max: 1000 })
        .prefault(10)
        .describe(
          'Retries of an event, after a failure, a timeout or the loss of its client; one more and it is parked. ' +
            'Unit: count. Defaults to 10.',
        ),
      deadLetter: nameText()
        .optional()
        .describe(
          'Queue or topic that stands for the parked events. Defaults to none: nobody looks at them, and they are `lostEffects`.',
        ),
      consumers: z
        .array(consumer(bundle))
        .default([])
        .describe('Who handles events. Defaults to none.'),
    })
    .describe('A persistent subscription of an event store.');
export type SubscriptionOutput = z.output<ReturnType<typeof subscriptionFields>>;
