import { golden } from './tracing.js';

/** A topic of one partition that the first node of its cluster leads; `acks: all` with two replicas in sync. */
export interface OnePartition {
  /** When messages are published: `500ms, 2000ms`. */
  readonly at: string;
  readonly fault: string;
  readonly nodes: number;
  readonly election: string;
  readonly producer?: string;
  /** More of the cluster. */
  readonly cluster?: string;
  /** Length of the run. */
  readonly length: string;
}

/** By message, in the order in which a consumer handles them: when it was published and when it was handled. Unit: ms. */
export function handled(options: OnePartition): readonly { sent: number; at: number }[] {
  const { at, fault, nodes, election, producer = '', cluster = '', length } = options;
  const traced = golden(
    `
brokers: { cluster: { kind: kafka, nodes: ${nodes}, electionTime: ${election} ${cluster} } }
topics:
  jobs:
    kind: kafka
    broker: cluster
    partitions: 1
    replication: ${nodes}
    minInsyncReplicas: 2
    producer: { linger: 5ms, acks: all ${producer} }
    subscribers: [ { group: workers, call: worker.handle } ]
services:
  api: { endpoints: { put: [ publish: { topic: jobs } ] } }
  worker: { endpoints: { handle: [ work: 1ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.put } ] }
faults: [ ${fault} ]
`,
    length,
  );
  const times = at.split(', ').map((text) => Number(text.replace('ms', '')));
  const numbers = new Map(traced.requests.map(({ id, arrival }) => [id, arrival]));
  return traced.at('worker.handle').map(({ root, ended }) => ({
    sent: times[numbers.get(root)!]!,
    at: ended,
  }));
}
