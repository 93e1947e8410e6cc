import { entry } from '../../contracts/fields/entry.js';
import { only } from '../../contracts/fields/pick.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { around } from '../reference/around.js';
import { ONE_BY_ONE } from '../resolve/consumer.js';
import type { Cursor } from '../resolve/context.js';
import { isBroker } from '../resolve/brokers.js';
import type { BundleOutput } from '../schema/bundle.js';
import { nameText } from '../../contracts/fields/common.js';
import { checkBacklog, checkBound } from './bound.js';
import { ENDS } from './ends.js';
import { boundedFields, consumers, deadLetter } from './fields.js';
import { limitedBy, queueKind, wholeBatch } from './kind.js';

/** Default limit of returns per message in a quorum queue, since RabbitMQ 4.0. */
const DELIVERY_LIMIT = 20;

/** Prefetch of a quorum queue if a consumer sets no limit (rabbitmq-server deps/rabbit/src/rabbit_fifo_client.erl). */
const UNLIMITED_OF_QUORUM = 2000;

/** Dead letters that a queue has sent without a confirmation (dead_letter_worker_consumer_prefetch). */
const WORKER_PREFETCH = 32;

const OVERFLOW = {
  dropHead: 'dropHead',
  rejectPublish: 'reject',
  rejectPublishDlx: 'rejectPublishDlx',
} as const;

const overflow = field.choice(
  ['dropHead', 'rejectPublish', 'rejectPublishDlx'],
  'dropHead',
  'Behaviour of a full queue: `dropHead` drops or dead-letters the oldest message, `rejectPublish` refuses ' +
    'the new one (a publisher with confirms fails with rejectedOverload), `rejectPublishDlx` also ' +
    'dead-letters it.',
);

const letterFields = {
  deadLetterStrategy: field.choice(
    ['atMostOnce', 'atLeastOnce'],
    'atMostOnce',
    'How dead letters leave the queue. `atMostOnce` sends them and forgets them: they are lost if their target ' +
      'is full or without a leader. With `atLeastOnce` a quorum queue keeps each one until its target has ' +
      'confirmed it, and `capacity` counts it meanwhile. That needs `overflow: rejectPublish`.',
  ),
  deadLetterConfirmTimeoutNs: field.duration(
    '3m',
    'With `deadLetterStrategy: atLeastOnce`: dead letters that their target refused, or that had no way to it, ' +
      'are sent again at this interval (dead_letter_worker_publisher_confirm_timeout).',
  ),
};

const singleActiveConsumer = field.of(
  z.boolean(),
  false,
  'Whether one handler of one process gets messages, and the next one when its channel ends ' +
    '(x-single-active-consumer). With several handlers messages are handled one after the other, in order.',
);

const networkRecoveryIntervalNs = field.duration(
  '5s',
  'Time from the loss of a node until its consumers try to connect to another one, and between their tries ' +
    '(networkRecoveryInterval of the clients for Java and .NET, recoveryInterval of Spring AMQP, ' +
    'network_recovery_interval of Bunny). 0s: at once.',
  { allowZero: true },
);

const schema = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      ...boundedFields,
      kind: field.of(
        z.literal('rabbitmq'),
        required,
        'RabbitMQ: the broker pushes messages to consumers, up to `prefetch` at a time.',
      ),
      overflow,
      broker: field.of(
        nameText(),
        absent('none: it never fails'),
        'Broker of kind rabbitmq that hosts it: a classic queue on one node, a quorum queue on `initialGroupSize` ' +
          'nodes.',
      ),
      networkRecoveryIntervalNs,
      initialGroupSize: field.whole(
        3,
        'Number of nodes that hold a quorum queue (x-quorum-initial-group-size), at most as many as the broker ' +
          'has.',
        { min: 1, max: 1000 },
      ),
      messageTtlNs: field.timeLimit(
        'none',
        'Longest time for which a message may wait. A message that is requeued keeps its expiry time. With 0s it ' +
          'is delivered at the instant it arrives, or expires.',
        { allowZero: true },
      ),
      prefetch: field.whole(
        0,
        'Largest number of unacknowledged messages per consumer; 0 means no limit, for a quorum queue 2000. Every ' +
          'handler is a separate consumer; one with a larger `batch` holds that many, as in spring-amqp.',
        { max: 100_000 },
      ),
      quorum: field.of(
        z.boolean(),
        false,
        'Whether it is a quorum queue: on several nodes of its broker, of which it needs a majority. Returns are ' +
          'counted, and returned messages go to the head.',
      ),
      deliveryLimit: field.limit(
        absent('20'),
        'Returns allowed per message, by a consumer or by the loss of its connection; the next one dead-letters ' +
          'or drops it. A returned message goes to the head of the queue, with `unlimited` to the tail. Quorum ' +
          'queues only.',
        { unit: 'count or `unlimited`', min: 0 },
      ),
      singleActiveConsumer,
      consumerTimeoutNs: field.timeLimit(
        '30m',
        'Time for which a delivery may stay unacknowledged before its channel is closed and all its messages are ' +
          'requeued.',
      ),
      deadLetter,
      ...letterFields,
      consumers: consumers(bundle),
    },
    'A queue of RabbitMQ.',
  );

type Output = z.output<ReturnType<typeof schema>>;

function transferOf({ deadLetterStrategy, deadLetterConfirmTimeoutNs }: Output) {
  if (deadLetterStrategy === 'atMostOnce') return null;
  return { mostUnconfirmed: WORKER_PREFETCH, confirmTimeoutNs: deadLetterConfirmTimeoutNs };
}

/** Options for display. */
const OPTIONS = [
  ...(['messageTtlNs', 'quorum', 'initialGroupSize', 'deliveryLimit', 'prefetch'] as const),
  ...(['consumerTimeoutNs', 'broker', 'deadLetterStrategy', 'singleActiveConsumer'] as const),
  'networkRecoveryIntervalNs',
] as const;

/** A classic or a quorum queue of RabbitMQ. */
export const rabbitmq = queueKind({
  kind: 'rabbitmq',
  isPublished: true,
  schema,
  resolve({ here, output, brokers }) {
    check(here, output);
    const { capacity, quorum, messageTtlNs, consumerTimeoutNs, initialGroupSize } = output;
    const prefetch = output.prefetch === 0 ? Infinity : output.prefetch;
    const deliveryLimit = quorum ? (output.deliveryLimit ?? DELIVERY_LIMIT) : Infinity;
    const broker =
      output.broker !== null && isBroker(here, output.broker, 'rabbitmq', brokers)
        ? output.broker
        : null;
    return {
      capacity,
      overflow: OVERFLOW[output.overflow],
      publishTimeoutNs: null,
      options: { ...only(output, OPTIONS), deliveryLimit, prefetch, broker },
      rules: {
        ...ENDS[quorum ? 'rabbitmqQuorum' : 'rabbitmq'],
        letterTransfer: transferOf(output),
        lifetimeNs: messageTtlNs ?? Infinity,
        inFlightNs: consumerTimeoutNs ?? Infinity,
        closesChannel: true,
        reconnectNs: output.networkRecoveryIntervalNs,
        deliveryLimit,
        returnsFirst: quorum,
        // Without a limit a return is appended to the log, so that the log can be truncated (handle_aux of
        // rabbit_fifo.erl). The end of a channel is not a return: its messages go to the front.
        rejectsToTail: quorum && deliveryLimit === Infinity,
        delaysToTail: true,
        singleActive: output.singleActiveConsumer,
      },
      home:
        broker === null
          ? null
          : {
              host: broker,
              members: quorum ? initialGroupSize : 1,
              quorum,
              isAwaited: quorum,
              field: 'initialGroupSize',
            },
      receiving: () => ({
        defaults: ONE_BY_ONE,
        fields: wholeBatch,
        channel: ({ batch, commit }) => {
          // With automatic acknowledgement the prefetch limit has no effect.
          if (commit === 'before') return { prefetch: Infinity, handlers: 1 };
          const most = quorum && prefetch === Infinity ? UNLIMITED_OF_QUORUM : prefetch;
          // spring-amqp raises the prefetch limit to a batch:
          // SimpleMessageListenerContainer.createBlockingQueueConsumer.
          return { prefetch: Math.max(most, batch), handlers: 1 };
        },
        ackLimit: () =>
          limitedBy('consumerTimeout', consumerTimeoutNs, prefetch === Infinity ? 1 : prefetch),
      }),
    };
  },
  reference: {
    kind: 'rabbitmq',
    component: 'queue',
    summary:
      'RabbitMQ. The broker pushes messages to its consumers in turn, up to `prefetch` for each. ' +
      'Unacknowledged messages of a lost connection return at once. `capacity` counts messages that are ' +
      'ready. Dead letters are messages that were rejected, expired, dropped from a full queue, or ' +
      'returned more than `deliveryLimit` times. Every handler is a consumer with its own channel. A link ' +
      'of `network` between queue and service delays deliveries and acknowledgements.',
    sources: [
      'rabbitmq/rabbitmq-server:deps/rabbit/src/{rabbit_fifo,rabbit_fifo_dlx_worker}.erl',
      'rabbitmq/rabbitmq-java-client:ConnectionFactory.java (DEFAULT_NETWORK_RECOVERY_INTERVAL)',
      'rabbitmq/rabbitmq-website:docs/{consumers,confirms,consumer-prefetch,dlx,ttl,maxlength}.md',
    ],
    example: around(
      'A quorum queue with dead letters',
      `queues:
  jobs:
    kind: rabbitmq
    quorum: true
    prefetch: 20
    deliveryLimit: 3
    deadLetter: failed
    consumers: [ { call: worker.handle, concurrency: 2 } ]
  failed: { kind: rabbitmq, messageTtl: 1h }`,
      'jobs',
    ),
  },
});

function check(here: Cursor, output: Output): void {
  // At-least-once needs the overflow rule, with or without a bound.
  if (output.deadLetterStrategy === 'atMostOnce') checkBound(here, output);
  else checkBacklog(here, output);
  const { quorum, deliveryLimit, overflow, broker } = output;
  if (deliveryLimit !== null && !quorum) {
    const message =
      'only quorum queues count redeliveries: write quorum: true, or remove deliveryLimit';
    here.in('deliveryLimit').conflict(message);
  }
  const size = here.in('initialGroupSize');
  if (size.written() !== undefined && (!quorum || broker === null)) {
    const message =
      'only a quorum queue on a broker has members: write quorum: true and broker: NAME';
    size.conflict(message);
  }
  const interval = here.in('networkRecoveryInterval');
  if (interval.written() !== undefined && broker === null) {
    interval.conflict('no connection is lost without a broker: write broker: NAME');
  }
  checkStrategy(here, output);
  if (overflow !== 'rejectPublishDlx') return;
  const at = here.in('overflow');
  if (quorum) {
    const message =
      'quorum queues do not support rejectPublishDlx: write rejectPublish or dropHead';
    at.conflict(message);
  } else if (output.deadLetter === null) {
    const message =
      'rejectPublishDlx needs a destination for rejected messages: write deadLetter: NAME';
    at.conflict(message);
  }
}

/** Reports where RabbitMQ would fall back to the strategy at-most-once (rabbit_quorum_queue.erl, dlh). */
function checkStrategy(here: Cursor, output: Output): void {
  const at = here.in('deadLetterStrategy');
  const { quorum, overflow, deadLetter: target, deadLetterStrategy, consumers } = output;
  if (deadLetterStrategy === 'atMostOnce') {
    const timeout = here.in('deadLetterConfirmTimeout');
    if (timeout.written() === undefined) return;
    const message =
      'without confirmations no dead letter waits for one: write deadLetterStrategy: atLeastOnce, or remove ' +
      'deadLetterConfirmTimeout';
    timeout.conflict(message);
    return;
  }
  const isAimed = target !== null || consumers.some(({ deadLetter }) => deadLetter);
  const reason = !quorum
    ? 'only quorum queues dead-letter at least once: write quorum: true, or remove deadLetterStrategy'
    : overflow !== 'rejectPublish'
      ? 'with overflow: dropHead, RabbitMQ falls back to at-most-once: write overflow: rejectPublish'
      : !isAimed
        ? 'a queue without a destination has no dead letters to keep: write deadLetter: NAME'
        : null;
  if (reason !== null) at.conflict(reason);
}
