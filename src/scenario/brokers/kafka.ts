import { z } from 'zod';
import { distribution, duration, rate } from '../../spec/quantities.js';
import { resolveCpu } from '../resolve/cpu.js';
import { cpuSchema } from '../schema/host.js';
import { clusterFields } from './fields.js';
import { brokerKind } from './kind.js';

const schema = z
  .strictObject({
    ...clusterFields,
    kind: z.literal('kafka').describe('Apache Kafka: topics live on it. Required.'),
    latency: distribution()
      .prefault('0ms')
      .describe(
        'From the sending of a request until the leader has written it, and from there until a ' +
          'follower has: one draw for each. Unit: distribution. Defaults to 0ms.',
      ),
    maxThroughput: rate()
      .optional()
      .describe(
        'Messages a second that one node can write; more wait in line. Unit: rate. Defaults to unlimited.',
      ),
    electionTime: duration()
      .prefault('9s')
      .describe(
        'From the loss of a node until others lead its partitions and its replicas are out of sync ' +
          '(broker.session.timeout.ms). Unit: duration. Defaults to 9s.',
      ),
    uncleanElection: z
      .boolean()
      .default(false)
      .describe(
        'Whether a replica that is out of sync leads when none in sync is up ' +
          '(unclean.leader.election.enable): the partition goes on without what it has not. Defaults to false: it waits.',
      ),
    cpu: cpuSchema
      .optional()
      .describe(
        'Cores of a node. With them the `latency` of the leader is work that requests share them for; ' +
          'without it is a wait. Defaults to none.',
      ),
  })
  .describe('A cluster that topics live on.');

/** A cluster of Apache Kafka. */
export const kafka = brokerKind({
  kind: 'kafka',
  hasLogs: true,
  schema,
  resolve({ context, output, path }) {
    const { latency, electionTime: electionNs, uncleanElection, cpu } = output;
    const maxThroughput = output.maxThroughput ?? Infinity;
    return {
      options: { latency, maxThroughput, electionNs },
      log: { latency, maxThroughput, electionNs, uncleanElection },
      ...(cpu === undefined ? {} : { cpu: resolveCpu(context, cpu, [...path, 'cpu']) }),
    };
  },
  unfit: (kind, output) =>
    kind
      .edits(output as never, 1)
      .map(({ knob }) => knob.idleAtKafka)
      .find((why) => why !== undefined),
  reference: {
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
});
