import type { ReferenceEntry } from '../reference.js';

const around = (title: string, holder: string, publish: string): string => `faultline: 1
title: ${title}
run: { duration: 30s }
${holder}
services:
  worker: { replicas: 2, endpoints: { handle: [ work: exponential(20ms) ] } }
  api: { endpoints: { submit: [ work: 1ms, publish: ${publish} ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: api.submit } ] }
faults:
  - { id: dies, kind: crash, target: 'worker[0]', at: 10s, for: 5s }
`;

/** Logs, buses and queues. */
export const MESSAGING_REFERENCE: readonly ReferenceEntry[] = [
  {
    kind: 'kafka',
    component: 'topic',
    summary:
      'A log in partitions. Every group reads all of it, each partition by one member; how far a group ' +
      'has come is an offset, and what was read beyond the committed one is read again after a crash. ' +
      'Nothing is settled one by one: a message that cannot be handled holds its partition.',
    sources: [
      'apache/kafka:clients/src/main/java/org/apache/kafka/clients/consumer/KafkaConsumer.java',
      'apache/kafka:clients/src/main/java/org/apache/kafka/clients/CommonClientConfigs.java',
    ],
    example: around(
      'Two members share four partitions',
      `topics:
  orders:
    kind: kafka
    partitions: 4
    subscribers: [ { group: shipping, call: worker.handle, commit: afterEach } ]`,
      'orders',
    ),
  },
  {
    kind: 'bus',
    component: 'topic',
    summary:
      'A topic that pushes. Every subscription has a queue of its own, so a slow subscriber slows nobody ' +
      'else; a publish is over when the bus has the message. With `ordering: key` one message of a key ' +
      'value is under way at a time. With `stored: false` it lives in the processes of its subscribers: ' +
      'what comes while none is up, fails, or is under way in a crash is lost. `event: domain` sends nothing: the ' +
      'handlers run where the step stands, in the transaction around it. `event: integration` waits for its commit.',
    sources: [
      'Hohpe and Woolf 2003, Publish-Subscribe Channel',
      'dotnet-architecture/eShopOnContainers OrderingContext.cs (domain events before SaveChanges), TransactionBehaviour.cs (integration events behind the commit)',
      'jbogard/MediatR ForeachAwaitPublisher.cs',
    ],
    example: around(
      'Two subscriptions, each with a queue',
      `topics:
  news:
    kind: bus
    ordering: key
    subscribers:
      - { group: mail, call: worker.handle, concurrency: 4 }
      - { group: audit, call: worker.handle, filter: 10% }`,
      '{ topic: news, key: request }',
    ),
  },
  {
    kind: 'simple',
    component: 'queue',
    summary:
      'A queue without the rules of a product: a message is handed to a consumer with a free handler, in ' +
      'turn, and settled when it was handled; if its handler fails or its consumer dies it is back where ' +
      'it was at once. Publishers wait for room, unless another `overflow` is written.',
    sources: ['Hohpe and Woolf 2003, Competing Consumers'],
    example: around(
      'A bounded queue that lets its publishers wait',
      `queues:
  jobs:
    kind: simple
    capacity: 100
    publishTimeout: 1s
    consumers: [ { call: worker.handle } ]`,
      'jobs',
    ),
  },
  {
    kind: 'rabbitmq',
    component: 'queue',
    summary:
      'RabbitMQ. The broker pushes to consumers in turn, as far as `prefetch` allows; what a connection ' +
      'that is lost had not acknowledged is back at once. `capacity` counts what is ready. Dead letters ' +
      'are what was rejected, expired, pushed out, or returned more than `deliveryLimit` times. Every ' +
      'handler is a consumer with a channel of its own; a link of `network` between queue and service is ' +
      'the way of deliveries and acknowledgements.',
    sources: [
      'rabbitmq/rabbitmq-server:deps/rabbit/src/rabbit_fifo.erl',
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
  {
    kind: 'persistentSubscription',
    component: 'queue',
    summary:
      'A persistent subscription of EventStoreDB: the store itself pushes what is appended to competing clients, ' +
      'each instance of a service one, and keeps their place. An event that fails, or that a client holds for longer ' +
      'than `messageTimeout`, in its buffer or at work, is retried at once; after `maxRetryCount` retries it is ' +
      'parked. Order is not guaranteed. While the store is down nothing is pushed, and what was in hand comes again.',
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
  {
    kind: 'sqs',
    component: 'queue',
    summary:
      'Amazon SQS. Consumers receive up to ten messages and delete them; what was received is not seen by ' +
      'others for `visibilityTimeout`, then it is, whether its consumer has died or is slow. Nobody tells ' +
      'the queue of a failure. A receive beyond `maxReceiveCount` moves the message. A receipt that is not ' +
      'the last one still deletes. Those that ask with a long poll are served in the order in which they ask.',
    sources: [
      'AWS SQS API reference: ReceiveMessage, DeleteMessage, ChangeMessageVisibility',
      'SQS developer guide: FIFO queues, dead-letter queues, short and long polling',
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
];
