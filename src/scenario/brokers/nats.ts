import { byDefault, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { clusterFields } from './fields.js';
import { brokerKind, onlyHitBy } from './kind.js';

const schema = z
  .strictObject({
    ...clusterFields,
    kind: field.of(z.literal('nats'), required, 'NATS with JetStream: its servers host streams.'),
    electionTime: field.duration(
      byDefault('5.7s', 'each of two followers waits 4 to 9 s, and the first one is elected'),
      'Time from the loss of the server that leads a stream, or the return of a majority, until another server ' +
        'leads it.',
      { allowZero: true },
    ),
  })
  .describe('A cluster that hosts JetStream streams.');

/** NATS servers with JetStream. */
export const nats = brokerKind({
  kind: 'nats',
  hasLogs: false,
  schema,
  resolve({ output: { electionTime: electionNs } }) {
    return { options: { electionNs }, cluster: { electionNs, memoryBytes: Infinity } };
  },
  unfit: onlyHitBy('crash', 'pause'),
  reference: {
    kind: 'nats',
    component: 'broker',
    summary:
      'A cluster of NATS servers with JetStream. Each stream has `replicas` servers, one of which leads ' +
      'it. When the leader is lost, the others elect a new one if they are a majority. Until then the ' +
      'stream refuses messages and delivers none.',
    sources: [
      'nats-io/nats-server:server/raft.go (election timeout 4 to 9 s, quorum of more than half)',
      'nats-io/nats-server:server/jetstream_cluster.go',
    ],
    example: `faultline: 1
title: A NATS cluster loses one of three servers for ten seconds
run: { duration: 30s }
brokers: { nats: { kind: nats, nodes: 3 } }
queues:
  jobs: { kind: nats, broker: nats, replicas: 3, consumers: [ { call: worker.handle } ] }
services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, confirm: true } ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: api.submit } ] }
faults:
  - { id: dies, kind: crash, target: 'nats[0]', at: 10s, for: 10s }
`,
  },
});
