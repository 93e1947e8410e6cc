import { entry } from '../../contracts/fields/entry.js';
import { only } from '../../contracts/fields/pick.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { NS_PER_MS } from '../../kernel/time.js';
import type { Broker } from '../../contracts/scenario/messaging.js';
import { around } from '../reference/around.js';
import { isBroker } from '../resolve/brokers.js';
import { ONE_BY_ONE } from '../resolve/consumer.js';
import type { Cursor } from '../resolve/context.js';
import { checkMost } from '../resolve/receives.js';
import type { BundleOutput } from '../schema/bundle.js';
import { nameText } from '../../contracts/fields/common.js';
import { checkBound } from './bound.js';
import { ENDS } from './ends.js';
import { boundedFields, capacity, consumers, deadLetter } from './fields.js';
import { limitedBy, queueKind, wholeBatch, type OwnQueue } from './kind.js';

/** Largest number of replicas of a stream (nats-server server/stream.go, StreamMaxReplicas). */
const MOST_REPLICAS = 5;

/** Options of the durable consumer and its clients. */
const delivery = {
  ackWaitNs: field.duration(
    '30s',
    'Time for which a delivered message may stay unacknowledged, including its time in the buffer of a ' +
      'client; then it is delivered again.',
  ),
  maxDeliver: field.limit(
    'unlimited',
    'Largest number of deliveries of a message. After the last one it goes to `deadLetter`, as a handler of ' +
      'the advisory MAX_DELIVERIES would send and delete it. Without one it stays in the stream, where `capacity` ' +
      'counts it and no consumer gets it.',
    { unit: 'count or `unlimited`' },
  ),
  maxAckPending: field.limit(
    1000,
    'Largest number of messages in flight to all clients together; delivery stops at this number.',
    { unit: 'count or `unlimited`' },
  ),
  maxMessages: field.whole(
    500,
    'Number of messages that one client buffers (PullMaxMessages of nats.go). Each instance of a consumer is ' +
      'one client.',
    { min: 1, max: 100_000 },
  ),
};

const schema = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      ...boundedFields,
      kind: field.of(
        z.literal('nats'),
        required,
        'NATS JetStream: a work-queue stream with one durable pull consumer, which all clients share.',
      ),
      capacity: capacity.describe(
        'Largest number of messages in the stream (max_msgs): those that wait, those in flight, and those whose ' +
          'deliveries are used up. Unit: count. Defaults to unlimited.',
      ),
      discard: field.choice(
        ['old', 'new'],
        'old',
        'Behaviour of a full stream: `old` deletes its oldest message, `new` refuses the new one. A ' +
          'publisher that waits for the acknowledgement then fails with rejectedOverload.',
      ),
      broker: field.of(
        nameText(),
        absent('none: the stream never fails'),
        'Broker of kind nats that hosts the stream.',
      ),
      replicas: field.whole(
        1,
        'Number of servers that hold the stream (num_replicas), at most as many as the broker has. A majority of ' +
          'them must be up.',
        { unit: 'count, 1 to 5', min: 1, max: MOST_REPLICAS },
      ),
      maxAgeNs: field.timeLimit(
        'none',
        'Time for which the stream keeps a message, from its publishing.',
        { min: 100 * NS_PER_MS },
      ),
      duplicateWindowNs: field.timeLimit(
        'none',
        'Time for which the stream ignores a message that a retry publishes again. JetStream recognises only ' +
          'messages with the header Nats-Msg-Id; write 2m, its default, if your publishers set it.',
      ),
      ...delivery,
      deadLetter,
      consumers: consumers(bundle),
    },
    'A work queue of NATS JetStream.',
  );

type Output = z.output<ReturnType<typeof schema>>;

/** Options for display. */
const OPTIONS = [
  ...(['replicas', 'maxAgeNs', 'duplicateWindowNs', 'ackWaitNs'] as const),
  ...(['maxDeliver', 'maxAckPending', 'maxMessages'] as const),
] as const;

/** A work-queue stream of JetStream with one durable consumer. */
export const nats = queueKind({
  kind: 'nats',
  isPublished: true,
  givesUp: 'maxDeliver',
  schema,
  resolve({ here, output, brokers }) {
    check(here, output);
    checkBound(here, output, 'discard');
    const { ackWaitNs, maxAckPending, maxMessages, replicas } = output;
    const broker = brokerOf(here, output, brokers);
    return {
      capacity: output.capacity,
      overflow: output.discard === 'old' ? 'dropHead' : 'reject',
      publishTimeoutNs: null,
      options: { ...only(output, OPTIONS), broker },
      rules: rulesOf(output),
      home:
        broker === null
          ? null
          : {
              host: broker,
              members: replicas,
              quorum: replicas > 1,
              isAwaited: false,
              field: 'replicas',
            },
      receiving: ({ batch }, at) => {
        checkMost(at, batch, maxMessages, 'maxMessages');
        return {
          defaults: ONE_BY_ONE,
          fields: wholeBatch,
          channel: ({ concurrency }) => ({ prefetch: maxMessages, handlers: concurrency }),
          ackLimit: () => limitedBy('ackWait', ackWaitNs, Math.min(maxMessages, maxAckPending)),
        };
      },
    };
  },
  reference: {
    kind: 'nats',
    component: 'queue',
    summary:
      'NATS JetStream: a work-queue stream with one durable pull consumer. Each client buffers up to ' +
      '`maxMessages`, and `ackWait` starts when a message is delivered into the buffer. A message that is ' +
      'not acknowledged in that time is delivered again, before all new ones, whether its client has died ' +
      'or is slow. A handler that fails sends no response; `retry: { mode: requeue }` is a Nak, `mode: ' +
      'delayed` a Nak with delay. A late acknowledgement still counts. At `maxAckPending` messages in ' +
      'flight, delivery stops for all clients. A stream without a leader refuses messages at once: with ' +
      '`confirm` the publisher fails, without it the message is lost.',
    sources: [
      'nats-io/nats-server:server/consumer.go (AckWait, MaxDeliver, MaxAckPending, redelivery before new messages)',
      'nats-io/nats-server:server/stream.go (discard, max_age, duplicate window, replicas)',
      'nats-io/nats.go:jetstream/pull.go (a client buffers 500 messages)',
    ],
    example: around(
      'A crash is seen by the end of the acknowledgement wait',
      `queues:
  jobs:
    kind: nats
    ackWait: 2s
    maxDeliver: 5
    maxMessages: 10
    deadLetter: failed
    consumers: [ { call: worker.handle, concurrency: 2 } ]
  failed: { kind: nats }`,
      'jobs',
    ),
  },
});

function rulesOf(output: Output): OwnQueue['rules'] {
  return {
    ...ENDS.nats,
    lifetimeNs: output.maxAgeNs ?? Infinity,
    inFlightNs: output.ackWaitNs,
    maxReceiveCount: output.maxDeliver,
    dedupNs: output.duplicateWindowNs ?? 0,
    inFlightLimit: output.maxAckPending,
    // Redeliveries come before new messages, in the order in which they became due or were refused
    // (getNextMsg and processNak of nats-server server/consumer.go).
    returnsFirst: true,
    // The server notices a failure only by an explicit Nak: a retry with mode requeue or delayed.
    failure: 'silence',
    hidesInFlight: true,
  };
}

/** The broker that holds a stream. It needs one server per replica. */
function brokerOf(
  here: Cursor,
  { broker, replicas }: Output,
  brokers: ReadonlyMap<string, Broker>,
): string | null {
  if (broker === null || !isBroker(here, broker, 'nats', brokers)) return null;
  const size = brokers.get(broker)?.replicas ?? replicas;
  if (replicas > size) {
    const message = `${broker} has ${size} nodes: no stream can have ${replicas} replicas`;
    here.in('replicas').conflict(message);
  }
  return broker;
}

function check(here: Cursor, output: Output): void {
  const wrong = here.conflicts();
  const { broker, deadLetter: target, maxDeliver, maxAgeNs, duplicateWindowNs } = output;
  if (broker === null && here.in('replicas').written() !== undefined) {
    wrong('replicas', 'only a stream on a broker has replicas: write broker: NAME');
  }
  if (output.consumers.length > 1) {
    const message =
      'a work queue has one consumer, which all its clients share: raise the concurrency or the replicas of its service';
    here.in('consumers', 1).conflict(message);
  }
  const rejects = output.consumers.some(({ onPoison }) => onPoison === 'deadLetter');
  if (target !== null && maxDeliver === Infinity && !rejects) {
    const message = `no message goes to ${target} without a limit: write maxDeliver`;
    wrong('deadLetter', message);
  }
  if (maxAgeNs !== null && duplicateWindowNs !== null && duplicateWindowNs > maxAgeNs) {
    const message = 'the duplicate window is at most maxAge: make one longer, or the other shorter';
    wrong('duplicateWindow', message);
  }
}
