import { absent, field, required } from '../../contracts/fields/field.js';
import { entry } from '../../contracts/fields/entry.js';
import { only } from '../../contracts/fields/pick.js';
import { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { QueueConsumer } from '../../contracts/scenario/queues.js';
import { around } from '../reference/around.js';
import { isBroker } from '../resolve/brokers.js';
import { isFunction, ONE_BY_ONE, type ConsumerDefaults } from '../resolve/consumer.js';
import type { Cursor } from '../resolve/context.js';
import type { BundleOutput } from '../schema/bundle.js';
import { nameText } from '../../contracts/fields/common.js';
import { consumerFields, MOST_HANDLERS } from '../../contracts/scenario/consumers.js';
import { ENDS } from './ends.js';
import { backlog, consumerName, deadLetter, entryFields, publishLatency } from './fields.js';
import { limitedBy, MOST_RECEIVED, queueKind, type Receiving } from './kind.js';

const DAY_NS = 86_400 * NS_PER_SECOND;
/** Deduplication window of a FIFO queue. */
const DEDUP_NS = 300 * NS_PER_SECOND;
/** Messages of a FIFO queue that are looked at for one whose group is free (Amazon SQS developer guide). */
const LOOK_AHEAD = 120_000;
/** Calls per second of each action of a FIFO queue, or of each of its groups (message quotas of the developer guide). */
const FIFO_CALLS = 300;
/** Largest number of messages in flight, FIFO or not (Amazon SQS developer guide, quotas). */
const IN_FLIGHT = 120_000;

const scaleUp = z
  .strictObject({
    start: field.whole(5, 'Number of handlers that always poll for messages.', {
      min: 1,
      max: MOST_HANDLERS,
    }),
    rate: field.rate('300/min', 'Rate at which handlers are added while messages wait.'),
  })
  .describe('The pollers of an event source.');

const sqsConsumer = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      name: consumerName,
      ...consumerFields(bundle),
      maxNumberOfMessages: field.whole(
        absent('`batch`'),
        'Largest number of messages per receive. If it exceeds `batch`, the handler runs several times in ' +
          'sequence, and the visibility timeouts run from the receive. Not for a function, whose event source ' +
          'receives by `batch`.',
        { unit: 'count, 1 to 10', min: 1, max: 10 },
      ),
      partialFailures: field.of(
        z.boolean(),
        false,
        'Whether only the poison messages of a batch fail, and those whose round of a `loop` with ' +
          '`times: messages` fails, and the others are done (reportBatchItemFailures); otherwise one such message ' +
          'fails the batch.',
      ),
      scaleUp: field.of(
        scaleUp,
        absent('all at once; for a function at a standard queue to 5, and 300 more a minute'),
        'How handlers are added while messages wait.',
      ),
      heartbeatIntervalNs: field.timeLimit(
        'none',
        'Interval at which a running process extends the visibility timeout of the messages that it holds ' +
          '(ChangeMessageVisibility, heartbeatInterval of sqs-consumer). A slow handler keeps its message; that of a ' +
          'process that dies is visible again `visibilityTimeout` after the last heartbeat. With `none` the timeout ' +
          'runs from the receive.',
      ),
      heartbeatLimitNs: field.duration(
        absent('12h less `visibilityTimeout`, the longest that SQS keeps a message invisible'),
        'Time from the receive after which a message gets no more heartbeats, however long its handler takes ' +
          '(maxAutoLockRenewalDuration of Service Bus, 5m; max ack extension of Pub/Sub, 1h). It is visible again ' +
          '`visibilityTimeout` after the last one.',
      ),
      commit: field.choice(
        ['before', 'afterBatch', 'afterEach'],
        'afterEach',
        'When a message is deleted: `before` its handling, `afterEach`, after its handling, or `afterBatch`, when ' +
          'all messages of a receive have been handled.',
      ),
    },
    'A consumer of an SQS queue. Each of its handlers receives messages separately.',
  );

const fifoThroughputLimit = field.of(
  z.enum(['perQueue', 'perMessageGroupId']),
  absent('perQueue'),
  'Of a FIFO queue: whether the 300 calls per second of each action (SendMessage, ReceiveMessage, ' +
    'DeleteMessage) are those of the queue, or those of each message group (high throughput), where receives ' +
    'have no limit. The messages of one `publish` step are sent ten to a call, a receive returns up to ten, ' +
    'and `commit: afterBatch` and functions delete ten with a call. A publisher above it gets `throttled`; ' +
    'a consumer waits.',
);

const schema = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      ...entryFields,
      publishLatency,
      backlog,
      kind: field.of(
        z.literal('sqs'),
        required,
        'Amazon SQS: consumers receive messages and delete them.',
      ),
      broker: field.of(
        nameText(),
        absent('none: the queue has no quota'),
        'Broker of kind sqs whose quota the queue shares with others.',
      ),
      visibilityTimeoutNs: field.duration(
        '30s',
        'Time for which a received message is invisible to other consumers, from the receive; at most 12h.',
        { max: 43_200 * NS_PER_SECOND },
      ),
      maxReceiveCount: field.whole(
        absent(),
        'Largest number of receives per message; the next one moves it to the dead letter queue.',
        { min: 1, max: 1000 },
      ),
      delayNs: field.duration('0s', 'Time for which a new message is invisible, at most 15m.', {
        max: 900 * NS_PER_SECOND,
      }),
      waitTimeNs: field.duration(
        '0s',
        'Time for which a receive waits for a message, at most 20s; 0s is a short poll.',
        { max: 20 * NS_PER_SECOND },
      ),
      pollIntervalNs: field.duration(
        '1s',
        'Time from the empty response of a short poll to the next receive.',
      ),
      fifo: field.of(
        z.boolean(),
        false,
        'Whether it is a FIFO queue: messages with the same key value are handled in order, by one consumer at a ' +
          'time, and one receive returns several of them. A message that a retry publishes again within 5 minutes ' +
          'is accepted only once.',
      ),
      fifoThroughputLimit,
      retentionNs: field.duration(
        '4d',
        'Time for which a message is kept, from its publishing; 1m to 14d.',
        { min: 60 * NS_PER_SECOND, max: 14 * DAY_NS },
      ),
      deadLetter,
      consumers: z.array(sqsConsumer(bundle)).default([]).describe('Consumers. Defaults to none.'),
    },
    'A queue of Amazon SQS.',
  );

type Output = z.output<ReturnType<typeof schema>>;
type Consumer = Output['consumers'][number];

/** Options for display. */
const OPTIONS = [
  ...(['visibilityTimeoutNs', 'maxReceiveCount', 'delayNs', 'waitTimeNs'] as const),
  ...(['pollIntervalNs', 'fifo', 'retentionNs'] as const),
] as const;

/** A standard or a FIFO queue of Amazon SQS. */
export const sqs = queueKind({
  kind: 'sqs',
  isPublished: true,
  givesUp: 'maxReceiveCount',
  schema,
  resolve({ here, output, brokers }) {
    check(here, output);
    const { fifo, visibilityTimeoutNs, delayNs, waitTimeNs, pollIntervalNs, retentionNs, broker } =
      output;
    const maxReceiveCount = output.maxReceiveCount ?? Infinity;
    const quota = broker !== null && isBroker(here, broker, 'sqs', brokers) ? broker : null;
    return {
      capacity: Infinity,
      overflow: 'block',
      publishTimeoutNs: null,
      options: { ...only(output, OPTIONS), maxReceiveCount, broker: quota },
      rules: {
        ...(fifo ? ENDS.sqsFifo : ENDS.sqs),
        lifetimeNs: retentionNs,
        inFlightNs: visibilityTimeoutNs,
        maxReceiveCount,
        delayNs,
        keyed: fifo,
        dedupNs: fifo ? DEDUP_NS : 0,
        inFlightLimit: IN_FLIGHT,
        callLimit: fifo
          ? { rate: FIFO_CALLS, byKey: output.fifoThroughputLimit === 'perMessageGroupId' }
          : null,
        lookAhead: fifo ? LOOK_AHEAD : Infinity,
        polled: true,
        waitTimeNs,
        pollIntervalNs,
        failure: 'silence',
        hidesInFlight: true,
      },
      quota,
      receiving: (consumer, at) => receiving(at, output, consumer as Consumer),
    };
  },
  reference: {
    kind: 'sqs',
    component: 'queue',
    summary:
      'Amazon SQS. Consumers receive up to ten messages and delete them. A received message is invisible ' +
      'to others for `visibilityTimeout` and visible again after it, whether its consumer has died or is ' +
      'slow: the queue is not notified of failures. A receive beyond `maxReceiveCount` moves the message ' +
      'to the dead letter queue. A receipt that is not the latest still deletes. Long polls are served in ' +
      'the order of their arrival.',
    sources: [
      'AWS SQS API reference: ReceiveMessage, DeleteMessage, ChangeMessageVisibility',
      'SQS developer guide: FIFO queues, dead-letter queues, short and long polling, message quotas',
    ],
    example: around(
      'A crash is seen by the end of the visibility timeout',
      `queues:
  jobs:
    kind: sqs
    waitTime: 20s
    visibilityTimeout: 2s
    maxReceiveCount: 3
    deadLetter: failed
    consumers: [ { call: worker.handle, concurrency: 2, maxNumberOfMessages: 10 } ]
  failed: { kind: sqs }`,
      'jobs',
    ),
  },
});

/** Resolves the receives of a consumer: a service polls, a function has an event source mapping. */
function receiving(
  here: Cursor,
  { fifo, visibilityTimeoutNs }: Output,
  consumer: Consumer,
): Receiving {
  const eventSource = isFunction(here.context, consumer) ? eventSourceOf(fifo) : null;
  checkReceive(here, consumer, eventSource !== null);
  checkHeartbeat(here, visibilityTimeoutNs, consumer, eventSource !== null);
  const { maxNumberOfMessages, partialFailures, scaleUp, heartbeatIntervalNs } = consumer;
  const limitNs = consumer.heartbeatLimitNs ?? MOST_INVISIBLE - visibilityTimeoutNs;
  const heartbeatLimitNs = heartbeatIntervalNs === null ? Infinity : limitNs;
  return {
    defaults: eventSource ?? ONE_BY_ONE,
    fields: (batch) => ({
      // A handler of batches receives a full batch at once.
      maxNumberOfMessages: maxNumberOfMessages ?? Math.min(MOST_RECEIVED, batch),
      partialFailures,
      invokes: eventSource !== null,
      scaleUp:
        scaleUp === null
          ? (eventSource?.scaleUp ?? null)
          : { start: scaleUp.start, everyNs: Math.round(NS_PER_SECOND / scaleUp.rate) },
      heartbeatIntervalNs,
      heartbeatLimitNs,
    }),
    channel: ({ maxNumberOfMessages: most }) => ({ prefetch: most, handlers: 1 }),
    ackLimit: ({ maxNumberOfMessages: most }) =>
      heartbeatIntervalNs === null
        ? limitedBy('visibilityTimeout', visibilityTimeoutNs, most)
        : limitedBy(
            'heartbeatLimit',
            // The last heartbeat comes before the limit, and the timeout runs from it.
            (Math.ceil(limitNs / heartbeatIntervalNs) - 1) * heartbeatIntervalNs +
              visibilityTimeoutNs,
            most,
            true,
          ),
  };
}

/** Time from the receive for which a message can be kept invisible (Amazon SQS, ChangeMessageVisibility). */
const MOST_INVISIBLE: Ns = 12 * 3600 * NS_PER_SECOND;

/** An event source mapping, which invokes a function with the messages of a queue. */
interface EventSource extends ConsumerDefaults {
  readonly scaleUp: QueueConsumer['scaleUp'];
}

/**
 * AWS Lambda developer guide, SQS event source mappings: batches of 10. A standard queue starts with 5 concurrent
 * invocations and adds 300 per minute while messages wait, up to 1,250. A FIFO queue has as many as there are message
 * groups.
 */
function eventSourceOf(fifo: boolean): EventSource {
  const scaleUp = fifo ? null : { start: 5, everyNs: NS_PER_SECOND / 5 };
  return { concurrency: MOST_HANDLERS, batch: 10, scaleUp };
}

/** Reports a batch that is larger than a receive: it could never fill, because it comes from a single receive. */
function checkReceive(here: Cursor, output: Consumer, isEventSource: boolean): void {
  const wrong = here.conflicts();
  const { maxNumberOfMessages } = output;
  const batch = output.batch ?? 1;
  if (isEventSource) {
    if (maxNumberOfMessages !== null) {
      const message =
        'the event source mapping of a function receives whole batches: write batch instead';
      wrong('maxNumberOfMessages', message);
    }
    if (batch <= MOST_RECEIVED) return;
    const message =
      `an event source mapping without a batching window passes at most ${MOST_RECEIVED} ` +
      `messages to its function: write batch: ${MOST_RECEIVED}`;
    wrong('batch', message);
    return;
  }
  const most = maxNumberOfMessages ?? MOST_RECEIVED;
  if (batch <= most) return;
  const remedy =
    batch <= MOST_RECEIVED
      ? `write maxNumberOfMessages: ${batch}, or batch: ${most}`
      : `write batch: ${most}`;
  const message = `a batch comes from one receive, which returns at most ${most} messages: ${remedy}`;
  wrong('batch', message);
}

/** Reports a heartbeat that cannot keep a message. */
function checkHeartbeat(
  here: Cursor,
  visibilityTimeoutNs: Ns,
  { heartbeatIntervalNs, heartbeatLimitNs, commit }: Consumer,
  isEventSource: boolean,
): void {
  const wrong = here.conflicts();
  if (heartbeatIntervalNs === null) {
    if (heartbeatLimitNs !== null) wrong('heartbeatLimit', 'needs heartbeatInterval');
    return;
  }
  const at = 'heartbeatInterval';
  if (isEventSource) {
    wrong(at, 'an event source mapping extends no visibility timeout: remove heartbeatInterval');
  } else if (commit === 'before') {
    wrong(at, 'commit: before deletes a message on delivery, so there is nothing left to extend');
  } else if (heartbeatIntervalNs >= visibilityTimeoutNs) {
    wrong(at, 'must be less than visibilityTimeout, or a message is visible before its heartbeat');
  }
}

function check(here: Cursor, output: Output): void {
  const wrong = here.conflicts();
  const { maxReceiveCount, deadLetter, waitTimeNs, fifo, fifoThroughputLimit } = output;
  if (fifoThroughputLimit !== null && !fifo) {
    const message =
      'a standard queue has no limit of calls: write fifo: true, or remove fifoThroughputLimit';
    wrong('fifoThroughputLimit', message);
  }
  if (maxReceiveCount !== null && deadLetter === null) {
    wrong('maxReceiveCount', 'maxReceiveCount needs a dead letter queue: write deadLetter: NAME');
  }
  if (deadLetter !== null && maxReceiveCount === null) {
    const message = `without a limit no message reaches ${deadLetter}: write maxReceiveCount`;
    const rejects = output.consumers.some(({ onPoison }) => onPoison === 'deadLetter');
    if (!rejects) wrong('deadLetter', message);
  }
  if (waitTimeNs > 0 && here.in('pollInterval').written() !== undefined) {
    const message = 'a long poll repeats at once: remove pollInterval, or write waitTime: 0s';
    wrong('pollInterval', message);
  }
}
