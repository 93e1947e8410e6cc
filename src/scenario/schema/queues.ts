import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  rate,
  whole,
} from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, nameText } from './common.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from './consumer.js';
import { subscriptionFields } from './subscriptions.js';

type BundleSchema = z.ZodType<BundleOutput>;

const DAY_NS = 86_400 * NS_PER_SECOND;

const commitText =
  'When a message is settled: `before` its handling (what a crash interrupts is lost) or `afterEach` ' +
  '(what a crash interrupts is delivered again). Defaults to afterEach.';

const consumerName = nameText()
  .optional()
  .describe('Name of the consumer, unique in the queue. Defaults to the service it calls.');

const consumer = (bundle: BundleSchema) =>
  z
    .strictObject({
      name: consumerName,
      ...consumerFields(bundle),
      commit: z.enum(['before', 'afterEach']).default('afterEach').describe(commitText),
    })
    .describe('A consumer of a queue.');

const scaleUp = z
  .strictObject({
    start: whole({ min: 1, max: 1000 })
      .prefault(5)
      .describe('Handlers that always ask for messages. Unit: count. Defaults to 5.'),
    rate: rate()
      .prefault('300/min')
      .describe('More of them while messages wait. Unit: rate. Defaults to 300/min.'),
  })
  .describe('The pollers of an event source.');

const sqsConsumer = (bundle: BundleSchema) =>
  z
    .strictObject({
      name: consumerName,
      ...consumerFields(bundle),
      maxNumberOfMessages: whole({ min: 1, max: 10 })
        .optional()
        .describe(
          'Messages of one receive, at most. More than `batch`: they are handled one run after the other, ' +
            'and their visibility timeouts run from the receive. Not for a function, whose event source ' +
            'receives by `batch`. Unit: count, 1 to 10. Defaults to `batch`.',
        ),
      partialFailures: z
        .boolean()
        .default(false)
        .describe(
          'Poison messages alone fail, and the others of their batch are done (reportBatchItemFailures); ' +
            'else one fails all. Defaults to false.',
        ),
      scaleUp: scaleUp
        .optional()
        .describe(
          'How handlers are started while messages wait. Defaults to all at once; for a function ' +
            'at a standard queue to 5, and 300 more a minute.',
        ),
      commit: z
        .enum(['before', 'afterBatch', 'afterEach'])
        .default('afterEach')
        .describe(
          'When a message is deleted: `before` its handling, `afterEach`, or `afterBatch`, when all ' +
            'messages of a receive have been handled. Defaults to afterEach.',
        ),
    })
    .describe('A consumer of an SQS queue: each of its handlers receives for itself.');

const subscription = (bundle: BundleSchema) =>
  z
    .strictObject({
      group: nameText().describe(
        'Name of the subscription, unique in the topic: the part that metrics name. Required.',
      ),
      ...consumerFields(bundle),
      commit: z.enum(['before', 'afterEach']).default('afterEach').describe(commitText),
    })
    .describe('A subscription with a queue of its own.');

const publishLatency = distribution()
  .prefault('0ms')
  .describe('From the publishing to the confirmation. Unit: distribution. Defaults to 0ms.');

const backlog = whole({ max: 10_000_000 })
  .prefault(0)
  .describe('Messages that are there at time 0. Unit: count. Defaults to 0.');

const capacity = count({ min: 1 })
  .prefault('unlimited')
  .describe(
    'Messages that may wait for a consumer; what is in flight is not counted. Unit: count. ' +
      'Defaults to unlimited.',
  );

const overflow = z
  .enum(['block', 'reject', 'dropHead', 'dropTail'])
  .default('block')
  .describe(
    'What a full queue does: `block` lets the publisher wait, `reject` fails it with ' +
      'rejectedOverload, `dropHead` lets go of the oldest message, `dropTail` of the new one. ' +
      'Defaults to block.',
  );

const publishTimeout = durationOrNone({ allowZero: false })
  .prefault('none')
  .describe(
    'Longest wait of a publisher for room, with `overflow: block`. Unit: duration or `none`. ' +
      'Defaults to none.',
  );

const deadLetter = nameText()
  .optional()
  .describe(
    'Queue or topic for messages that are expired, pushed out or delivered too often. Defaults to ' +
      'none: they are dropped.',
  );

const common = { ...extending, ...entryText, critical, publishLatency, backlog, capacity };

const simple = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...common,
      kind: z.literal('simple').describe('A queue without rules of a product. Required.'),
      overflow,
      publishTimeout,
      deadLetter,
      consumers: z
        .array(consumer(bundle))
        .default([])
        .describe('Who handles messages. Defaults to none.'),
    })
    .describe('A queue: every message goes to one consumer.');

const rabbitmq = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...common,
      kind: z
        .literal('rabbitmq')
        .describe('RabbitMQ: the broker pushes, as far as prefetch allows. Required.'),
      overflow: z
        .enum(['dropHead', 'rejectPublish', 'rejectPublishDlx'])
        .default('dropHead')
        .describe(
          'What a full queue does: `dropHead` drops or dead-letters the oldest message, ' +
            '`rejectPublish` refuses the new one (a publisher that waits for confirmations fails with ' +
            'rejectedOverload), `rejectPublishDlx` dead-letters it as well. Defaults to dropHead.',
        ),
      broker: nameText()
        .optional()
        .describe(
          'Broker of kind rabbitmq that it lives on: a classic queue on one node, a quorum queue on ' +
            '`initialGroupSize` of them. Defaults to none: it never fails.',
        ),
      initialGroupSize: whole({ min: 1, max: 1000 })
        .prefault(3)
        .describe(
          'Nodes that a quorum queue is on, at most as many as the broker has ' +
            '(x-quorum-initial-group-size). Unit: count. Defaults to 3.',
        ),
      messageTtl: durationOrNone()
        .prefault('none')
        .describe(
          'How long a message may wait; one that is put back keeps its end. With 0s it is handed out in the ' +
            'instant of its coming, or expires. Unit: duration or `none`. Defaults to none.',
        ),
      prefetch: whole({ max: 100_000 })
        .prefault(0)
        .describe(
          'Messages that a consumer may hold without having acknowledged them; 0 = no limit, of a quorum ' +
            'queue 2000. Every handler is a consumer of its own; one with a larger `batch` holds that many, ' +
            'as in spring-amqp. Unit: count. Defaults to 0.',
        ),
      quorum: z
        .boolean()
        .default(false)
        .describe(
          'A quorum queue: it is on several nodes of its broker and needs a majority of them, returns are counted, and what is returned goes to the head. Defaults to false.',
        ),
      deliveryLimit: count()
        .optional()
        .describe(
          'Returns allowed per message, by a consumer or by the loss of its connection; one more and it ' +
            'is dead-lettered or dropped. What is rejected comes first again, with `unlimited` last. ' +
            'Of quorum queues. Unit: count or `unlimited`. Defaults to 20.',
        ),
      consumerTimeout: durationOrNone({ allowZero: false })
        .prefault('30m')
        .describe(
          'How long a delivery may go without acknowledgement before its channel is closed and all that is ' +
            'on it put back. Unit: duration or `none`. Defaults to 30m.',
        ),
      deadLetter,
      consumers: z
        .array(consumer(bundle))
        .default([])
        .describe('Who handles messages. Defaults to none.'),
    })
    .describe('A queue of RabbitMQ.');

const sqs = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      publishLatency,
      backlog,
      kind: z.literal('sqs').describe('Amazon SQS: consumers receive and delete. Required.'),
      broker: nameText()
        .optional()
        .describe(
          'Broker of kind sqs whose quota it shares with other queues. Defaults to none: it takes all.',
        ),
      visibilityTimeout: duration({ max: 43_200 * NS_PER_SECOND })
        .prefault('30s')
        .describe(
          'How long a received message is not seen by others, from the receive on; at most 12h. ' +
            'Unit: duration. Defaults to 30s.',
        ),
      maxReceiveCount: whole({ min: 1, max: 1000 })
        .optional()
        .describe(
          'Receives of a message; what would be one more moves it to the dead letter queue. Unit: count. ' +
            'Defaults to none.',
        ),
      delay: duration({ max: 900 * NS_PER_SECOND })
        .prefault('0s')
        .describe(
          'How long a new message is not seen, at most 15m. Unit: duration. Defaults to 0s.',
        ),
      waitTime: duration({ max: 20 * NS_PER_SECOND })
        .prefault('0s')
        .describe(
          'How long a receive waits for a message, at most 20s; 0s is a short poll. Unit: duration. ' +
            'Defaults to 0s.',
        ),
      pollInterval: duration({ allowZero: false })
        .prefault('1s')
        .describe(
          'From an empty answer of a short poll to the next receive. Unit: duration. Defaults to 1s.',
        ),
      fifo: z
        .boolean()
        .default(false)
        .describe(
          'A FIFO queue: messages of one key value one after the other, and a message published again by a ' +
            'retry within 5 minutes is not taken twice. Defaults to false.',
        ),
      retention: duration({ min: 60 * NS_PER_SECOND, max: 14 * DAY_NS })
        .prefault('4d')
        .describe(
          'How long a message is kept, from its publishing on; 1m to 14d. Unit: duration. Defaults to 4d.',
        ),
      deadLetter,
      consumers: z
        .array(sqsConsumer(bundle))
        .default([])
        .describe('Who handles messages. Defaults to none.'),
    })
    .describe('A queue of Amazon SQS.');

/** One queue. */
export function messageQueueSchema(bundle: BundleSchema) {
  const kinds = [
    simple(bundle),
    rabbitmq(bundle),
    sqs(bundle),
    subscriptionFields(bundle),
  ] as const;
  return inheriting(z.discriminatedUnion('kind', kinds).describe('A queue.')).meta({ id: 'queue' });
}
export type QueueOutput = z.output<ReturnType<typeof messageQueueSchema>>;

/** A topic that pushes to its subscribers. */
export const busFields = (bundle: BundleSchema) =>
  z
    .strictObject({
      ...common,
      kind: z
        .literal('bus')
        .describe('`bus`: pushes every message to a queue of each subscription. Required.'),
      stored: z
        .boolean()
        .default(true)
        .describe(
          'Whether messages are kept until they are handled; false: it lives in the processes of its ' +
            'subscribers, and what comes while none is up, or fails, is lost. Defaults to true.',
        ),
      ordering: z
        .enum(['none', 'key'])
        .default('none')
        .describe(
          '`key`: messages of one key value one after the other; one that fails holds those behind it. ' +
            'Defaults to none.',
        ),
      event: z
        .enum(['domain', 'integration', 'system'])
        .optional()
        .describe(
          'What its messages mean to the one who publishes. `domain`: nothing leaves the process; the endpoints of ' +
            'the subscriptions, all of the same service, run one after the other where the `publish` step stands, in ' +
            'the transaction around it, and a failure is that of the step. `integration`: what is published in a ' +
            '`transaction` is sent right after its commit, and never without it. `system`: every instance of the services ' +
            'that subscribe has a subscription of its own, `GROUP-0` and so on, and handles every message, as when ' +
            'configuration is refreshed; nothing is kept for one that is down. Defaults to none: a message is sent ' +
            'where the step stands, whatever becomes of the transaction.',
        ),
      overflow,
      publishTimeout,
      deadLetter,
      subscribers: z
        .array(subscription(bundle))
        .default([])
        .describe('Subscriptions; every one gets every message. Defaults to none.'),
    })
    .describe('A topic that pushes.');
export type BusOutput = z.output<ReturnType<typeof busFields>>;
