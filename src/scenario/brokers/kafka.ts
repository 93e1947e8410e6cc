import { absent, byDefault, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { resolveCpu } from '../sections/cpu.js';
import { cpuSchema } from '../../contracts/scenario/process.js';
import { clusterFields } from './fields.js';
import { brokerKind } from './kind.js';

const schema = z
  .strictObject({
    ...clusterFields,
    kind: field.of(z.literal('kafka'), required, 'Apache Kafka, which hosts topics.'),
    latency: field.cost(
      '0ms',
      'Time from sending a request until the leader has written it, and again from there until a follower has ' +
        'written it; drawn separately for each.',
    ),
    connectWork: field.cost(
      '0ms',
      'CPU work of a node for each connection that a producer opens, such as TLS and the check of its identity, ' +
        'before the first request on it. Producers connect to a node when they first send to it, and again after ' +
        'its restart or their own; connections of the start of the run are open.',
    ),
    maxThroughput: field.rate(
      absent('unlimited'),
      'Largest number of messages per second that one node writes; others wait.',
    ),
    electionTime: field.duration(
      '9s',
      'Time from the loss of a node until other nodes lead its partitions and its replicas are out of sync ' +
        '(broker.session.timeout.ms).',
      { allowZero: true },
    ),
    uncleanElection: field.of(
      z.boolean(),
      byDefault(false, 'the partition waits'),
      'Whether an out-of-sync replica may become leader when no in-sync replica is up ' +
        '(unclean.leader.election.enable); the records it misses are lost.',
    ),
    cpu: field.of(
      cpuSchema,
      absent(),
      'Cores of a node. With cores, the `latency` of the leader is CPU work on them; without, it is a wait.',
    ),
  })
  .describe('A cluster that hosts topics.');

/** An Apache Kafka cluster. */
export const kafka = brokerKind({
  kind: 'kafka',
  hasLogs: true,
  schema,
  resolve({ here, output }) {
    const { latency, connectWork, electionTime: electionNs, uncleanElection, cpu } = output;
    const maxThroughput = output.maxThroughput ?? Infinity;
    return {
      options: { latency, maxThroughput, electionNs },
      log: { latency, connectWork, maxThroughput, electionNs, uncleanElection },
      ...(cpu === undefined ? {} : { cpu: resolveCpu(here.in('cpu'), cpu) }),
    };
  },
  unfit: (kind, output) =>
    kind
      .edits(output.config as never, 1)
      .map(({ knob }) => knob.idleAtKafka)
      .find((why) => why !== undefined),
  reference: {
    kind: 'kafka',
    component: 'broker',
    summary:
      'A cluster of nodes. Each partition of a topic has `replication` replicas on different nodes: one ' +
      'leader and its followers. A producer sends batches to the leader, which confirms them when it has ' +
      'written them, or when all in-sync replicas have. When a leader dies, another in-sync replica takes ' +
      'over.',
    sources: [
      'apache/kafka:clients/src/main/java/org/apache/kafka/clients/producer/ProducerConfig.java',
      'apache/kafka:core/src/main/scala/kafka/cluster/Partition.scala',
    ],
    example: `faultline: 1
title: Records that only the leader had
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
});
