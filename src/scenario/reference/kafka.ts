/** The kinds of brokers. */
export const KAFKA_REFERENCE = [
  {
    kind: 'kafka',
    component: 'broker',
    summary:
      'A cluster of nodes. Each partition of a topic is on as many of them as its replication says; one ' +
      'leads, the others follow. A producer sends batches to the leader and is told when they are written: ' +
      'by the leader, or by all replicas in sync. When a leader dies another replica in sync takes over.',
    sources: [
      'apache/kafka:clients/src/main/java/org/apache/kafka/clients/producer/ProducerConfig.java',
      'apache/kafka:core/src/main/scala/kafka/cluster/Partition.scala',
    ],
    example: `faultline: 1
title: What only the leader had
run: { duration: 30s }
brokers:
  cluster: { kind: kafka, nodes: 3, latency: 5ms, electionTime: 3s }
topics:
  orders:
    kind: kafka
    broker: cluster
    partitions: 3
    replication: 3
    minInsyncReplicas: 2
    subscribers: [ { group: shipping, call: worker.handle } ]
services:
  worker: { replicas: 3, endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: orders ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: api.submit } ] }
faults:
  - { id: dies, kind: crash, target: 'cluster[0]', at: 10s, for: 10s }
`,
  },
  {
    kind: 'sqs',
    component: 'broker',
    summary:
      'Amazon SQS in an account: nobody sees its nodes, and none fails. What it has is a quota: the queues on it take ' +
      '`maxThroughput` messages in each full second, all together, and beyond it a publisher is answered ' +
      '`throttled`. Receiving and deleting are not counted.',
    sources: [
      'Amazon SQS developer guide: message quotas (300 API calls/s for each action of a FIFO queue)',
    ],
    example: `faultline: 1
title: A FIFO queue takes 300 messages a second
run: { duration: 30s }
brokers: { aws: { kind: sqs, maxThroughput: 300/s } }
queues:
  jobs: { kind: sqs, fifo: true, broker: aws, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 10 } ] }
services:
  worker: { replicas: 2, endpoints: { handle: [ work: 5ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: request } ] } }
workloads:
  users: { arrivals: poisson(400/s), requests: [ { call: api.submit } ] }
`,
  },
  {
    kind: 'rabbitmq',
    component: 'broker',
    summary:
      'A cluster of nodes. A classic queue is on one of them and away with it: who asks for confirmations is ' +
      'refused, the others lose what they publish. A quorum queue is on several; a majority elects another ' +
      'leader, without one publishers and consumers wait. Whoever publishes or consumes is connected to the ' +
      'node that leads, and loses what it had in hand with it. Over `memoryLimit` on any node nobody may ' +
      'publish; each node looks once a second.',
    sources: [
      'rabbitmq/rabbitmq-server:deps/rabbit/src/{rabbit_quorum_queue,rabbit_classic_queue,rabbit_alarm}.erl',
      'rabbitmq/rabbitmq-website:docs/{quorum-queues,alarms,memory}.md',
    ],
    example: `faultline: 1
title: A node of three is gone for ten seconds
run: { duration: 30s }
brokers:
  rabbit: { kind: rabbitmq, nodes: 3, memoryLimit: 100MiB }
queues:
  jobs:
    kind: rabbitmq
    broker: rabbit
    quorum: true
    consumers: [ { call: worker.handle } ]
services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, size: 10KiB } ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: api.submit } ] }
faults:
  - { id: dies, kind: crash, target: 'rabbit[0]', at: 10s, for: 10s }
`,
  },
] as const;
