import { z } from 'zod';
import { duration, size } from '../../spec/quantities.js';
import { clusterFields } from './fields.js';
import { brokerKind, unfitForNodes } from './kind.js';

const schema = z
  .strictObject({
    ...clusterFields,
    kind: z.literal('rabbitmq').describe('RabbitMQ: queues of its kind live on it. Required.'),
    electionTime: duration()
      .prefault('500ms')
      .describe(
        'From the loss of the leader of a quorum queue, or the return of a majority, until another member ' +
          'leads. Unit: duration. Defaults to 500ms, the election timeout of Ra.',
      ),
    memoryLimit: size()
      .optional()
      .describe(
        'Messages in all its queues, by the `size` of their `publish` step, above which nobody may publish ' +
          'to any of them; consumers go on (vm_memory_high_watermark). Unit: size. Defaults to none.',
      ),
  })
  .describe('A cluster that queues live on.');

/** Nodes of RabbitMQ. */
export const rabbitmq = brokerKind({
  kind: 'rabbitmq',
  hasLogs: false,
  schema,
  resolve({ output: { electionTime: electionNs, memoryLimit: memoryBytes = Infinity } }) {
    return { options: { electionNs, memoryBytes }, cluster: { electionNs, memoryBytes } };
  },
  unfit: unfitForNodes,
  reference: {
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
});
