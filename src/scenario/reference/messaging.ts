import type { ReferenceEntry } from '../reference-entry.js';
import { around } from './around.js';

/** Logs and buses. */
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
];
