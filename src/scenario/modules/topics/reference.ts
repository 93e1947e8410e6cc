import type { ReferenceEntry } from '../../reference-entry.js';
import { around } from '../../reference/around.js';

export const TOPIC_REFERENCE: readonly ReferenceEntry[] = [
  {
    kind: 'kafka',
    component: 'topic',
    summary:
      'A partitioned log. Every group reads all of it; each partition is read by one member. The position ' +
      'of a group is its offset; messages after the committed offset are read again after a crash. ' +
      'Messages are not acknowledged one by one, so a message that cannot be handled blocks its partition.',
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
      'A topic that pushes messages. Every subscription has its own queue, so a slow subscriber does not ' +
      'slow the others. A publish ends when the bus has the message. With `ordering: key` one message per ' +
      'key value is in flight at a time. With `stored: false` messages are held only by subscriber ' +
      'processes. They are lost if they arrive while no process is up, if they fail, or if they are in ' +
      'flight in a crash. With `event: domain` no message is sent: the handlers run at the step, in the ' +
      'transaction around it. With `event: integration` messages are sent after the commit of that ' +
      'transaction.',
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
