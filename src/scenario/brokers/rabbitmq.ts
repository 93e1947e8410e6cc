import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration } from '../../contracts/quantities/quantities.js';
import { clusterFields } from './fields.js';
import { brokerKind, onlyHitBy } from './kind.js';

const schema = z
  .strictObject({
    ...clusterFields,
    kind: field.of(z.literal('rabbitmq'), required, 'RabbitMQ, which hosts queues of its kind.'),
    electionTime: duration()
      .prefault('500ms')
      .describe(
        'Time from the loss of the leader of a quorum queue, or the return of a majority, until another member ' +
          'leads. Unit: duration. Defaults to 500ms, the election timeout of Ra.',
      ),
    memoryLimit: field.size(
      absent(),
      'Memory limit per node for the messages on it, by the `size` of their `publish` step. While any node that ' +
        'is up exceeds it, publishing to all queues of the cluster is blocked; consumers continue ' +
        '(vm_memory_high_watermark).',
    ),
  })
  .describe('A cluster that hosts queues.');

/** A RabbitMQ cluster. */
export const rabbitmq = brokerKind({
  kind: 'rabbitmq',
  hasLogs: false,
  schema,
  resolve({ output: { electionTime: electionNs, memoryLimit: memoryBytes = Infinity } }) {
    return { options: { electionNs, memoryBytes }, cluster: { electionNs, memoryBytes } };
  },
  // A full disk blocks publishers, as much memory does.
  unfit: onlyHitBy('crash', 'pause', 'diskFull'),
  reference: {
    kind: 'rabbitmq',
    component: 'broker',
    summary:
      'A cluster of nodes. A classic queue is on one node and unavailable while that node is down: ' +
      'publishers with confirms are refused, the others lose their messages. A quorum queue has members ' +
      'on several nodes; a majority elects another leader, and without a leader publishers and consumers ' +
      'wait. Consumers are connected to the nodes in turn, and lose their unacknowledged deliveries with theirs. ' +
      'If any node exceeds `memoryLimit`, publishing to the whole cluster is blocked; each node checks ' +
      'its own memory once a second. A node whose disk is full (fault `diskFull`) blocks it too, at once.',
    sources: [
      'rabbitmq/rabbitmq-server:deps/rabbit/src/{rabbit_quorum_queue,rabbit_classic_queue,rabbit_alarm}.erl',
      'rabbitmq/rabbitmq-website:docs/{quorum-queues,alarms,memory}.md',
    ],
    example: `faultline: 1
title: One of three nodes is down for ten seconds
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
});
