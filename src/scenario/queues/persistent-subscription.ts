import { absent, field, required } from '../../contracts/fields/field.js';
import { entry } from '../../contracts/fields/entry.js';
import { z } from 'zod';
import { ONE_BY_ONE } from '../resolve/consumer.js';
import type { Cursor } from '../resolve/context.js';
import { entryOf } from '../resolve/names.js';
import { checkMost } from '../resolve/receives.js';
import { isOfKind } from '../resolve/targets.js';
import type { BundleOutput } from '../schema/bundle.js';
import { nameText } from '../../contracts/fields/common.js';
import { consumerFields } from '../../contracts/scenario/consumers.js';
import type { WrittenEventStore } from '../../contracts/scenario/event-stores.js';
import { ENDS } from './ends.js';
import { consumerName, entryFields } from './fields.js';
import { limitedBy, queueKind, wholeBatch } from './kind.js';

const consumer = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      name: consumerName,
      ...consumerFields(bundle),
      commit: field.choice(
        ['before', 'afterEach'],
        'afterEach',
        'When an event is acknowledged: `before` its handling (an event whose handling a crash interrupts is ' +
          'lost) or `afterEach`, after its handling (such an event is delivered again).',
      ),
    },
    'A consumer of a persistent subscription: each instance of its service is a client.',
  );

const schema = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      ...entryFields,
      kind: field.of(
        z.literal('persistentSubscription'),
        required,
        'A persistent subscription of EventStoreDB: the store pushes appended events.',
      ),
      from: field.of(
        nameText(),
        required,
        'Event store of kind eventStoreDb or simple whose events it delivers, from time 0.',
      ),
      strategy: field.choice(
        ['roundRobin', 'dispatchToSingle'],
        'roundRobin',
        'How events are distributed over the clients. `roundRobin`: each event goes to the next client with room. ' +
          '`dispatchToSingle`: events go to one client while it has room, then to the next.',
      ),
      bufferSize: field.whole(10, 'Largest number of unacknowledged events per client.', {
        min: 1,
        max: 100_000,
      }),
      messageTimeoutNs: field.duration(
        '30s',
        'Time for which a client may hold an event before it is retried, even if a handler still works on it.',
      ),
      maxRetryCount: field.whole(
        10,
        'Largest number of retries of an event after a failure, a timeout or the loss of its client; then the ' +
          'event is parked.',
        { max: 1000 },
      ),
      deadLetter: field.of(
        nameText(),
        absent('none: they are not handled and count as `lostEffects`'),
        'Queue or topic that receives parked events.',
      ),
      consumers: z.array(consumer(bundle)).default([]).describe('Consumers. Defaults to none.'),
    },
    'A persistent subscription of an event store.',
  );

/** A persistent subscription of EventStoreDB: the store pushes its events to competing consumers. */
export const persistentSubscription = queueKind({
  kind: 'persistentSubscription',
  isPublished: false,
  schema,
  resolve({ here, output }) {
    const { from, strategy, bufferSize, messageTimeoutNs, maxRetryCount } = output;
    checkStore(here.in('from'), from, entryOf(here.output.eventStores, from));
    return {
      capacity: Infinity,
      overflow: 'block',
      publishTimeoutNs: null,
      options: { from, strategy, bufferSize, messageTimeoutNs, maxRetryCount },
      rules: {
        ...ENDS.persistentSubscription,
        inFlightNs: messageTimeoutNs,
        maxReceiveCount: maxRetryCount + 1,
        toOne: strategy === 'dispatchToSingle',
      },
      // A single node holds a subscription with all its events.
      home: { host: from, members: 1, quorum: false, isAwaited: false, field: null },
      source: from,
      receiving: ({ batch }, at) => {
        checkMost(at, batch, bufferSize, 'bufferSize');
        return {
          defaults: ONE_BY_ONE,
          fields: wholeBatch,
          channel: ({ concurrency }) => ({ prefetch: bufferSize, handlers: concurrency }),
          ackLimit: () => limitedBy('messageTimeout', messageTimeoutNs, bufferSize),
        };
      },
    };
  },
  reference: {
    kind: 'persistentSubscription',
    component: 'queue',
    summary:
      'A persistent subscription of EventStoreDB. The store pushes appended events to competing clients, ' +
      'one for each instance of a service, and keeps their position. An event that fails, or that a client ' +
      'holds for longer than `messageTimeout`, buffered or in a handler, is retried at once. After ' +
      '`maxRetryCount` retries it is parked. Order is not guaranteed. While the store is down no events ' +
      'are pushed, and events in flight are delivered again.',
    sources: [
      'EventStore/EventStore docs/server/features/persistent-subscriptions.md',
      'EventStore/EventStore PersistentSubscription.cs, DispatchToSinglePersistentSubscriptionConsumerStrategy.cs',
    ],
    example: `faultline: 1
title: Mails for the orders of a store
run: { duration: 30s }
keys: { order: unique }
eventStores: { orders: { kind: eventStoreDb, stream: { key: order }, append: 1ms } }
queues:
  mails:
    kind: persistentSubscription
    from: orders
    bufferSize: 20
    deadLetter: parked
    consumers: [ { call: mailer.send, concurrency: 2 } ]
  parked: { kind: simple }
services:
  shop: { endpoints: { buy: [ append: orders ] } }
  mailer: { replicas: 2, endpoints: { send: [ work: 10ms ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] }
`,
  },
});

function checkStore(here: Cursor, from: string, store: WrittenEventStore | undefined): void {
  if (!isOfKind(here, from, 'eventStore')) return;
  const { kind = 'simple', partitions = 1 } = store ?? {};
  if (kind === 'marten' || kind === 'axon') {
    const message =
      `only EventStoreDB pushes its events, and ${from} is of kind ${kind}: follow it with a ` +
      'projection';
    here.conflict(message);
  }
  if (partitions === 1) return;
  const message =
    `a subscription needs a store on one node, and ${from} has ${partitions} partitions: remove ` +
    'partitions';
  here.conflict(message);
}
