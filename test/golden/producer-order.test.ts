import { describe, expect, it } from 'vitest';
import { golden } from './tracing.js';

interface Options {
  readonly at: string;
  readonly fault: string;
  readonly producer?: string;
  readonly cluster?: string;
}

/** Times at which the messages arrived that a consumer has, in the order in which it has them. Unit: ms. */
function handled({ at, fault, producer = '', cluster = '' }: Options): readonly number[] {
  const traced = golden(
    `
brokers: { cluster: { kind: kafka, nodes: 2, electionTime: 1s ${cluster} } }
topics:
  jobs:
    kind: kafka
    broker: cluster
    partitions: 1
    replication: 2
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
    '1m',
  );
  const times = at.split(', ').map((text) => Number(text.replace('ms', '')));
  const numbers = new Map(traced.requests.map(({ id, arrival }) => [id, arrival]));
  return traced.at('worker.handle').map(({ root }) => times[numbers.get(root)!]!);
}

describe('the order of what a producer sends (max.in.flight.requests.per.connection 5)', () => {
  // The leader hangs from 1000 to 2100 ms. Requests leave at 1005 and 1205 ms; the first is given up at 2005 ms.
  const hang = {
    at: '1000ms, 1200ms, 1900ms',
    fault: '{ id: hang, kind: hang, target: "cluster[0]", at: 1s, for: 1100ms }',
  };

  it('stays when one of several requests is not answered: the connection is closed with all of them', () => {
    const timeout = ', requestTimeout: 1s';
    expect(handled({ ...hang, producer: timeout })).toEqual([1000, 1200, 1900]);
    expect(handled({ ...hang, producer: `${timeout}, idempotence: false` })).toEqual([
      1000, 1200, 1900,
    ]);
  });

  // A message takes the leader 100 ms. The one of 2790 ms is looked at at 2895 ms, when the follower is away; the one of
  // 2800 ms at 2995 ms, when it has been back for 45 ms.
  const missing = {
    at: '2790ms, 2800ms',
    fault: '{ id: gone, kind: crash, target: "cluster[1]", at: 1s, for: 1950ms }',
    cluster: ', maxThroughput: 10/s',
  };

  it('stays when the first of two requests is refused: the sequence of the second does not follow', () => {
    expect(handled(missing)).toEqual([2790, 2800]);
  });

  it('does not stay without idempotence', () => {
    expect(handled({ ...missing, producer: ', idempotence: false' })).toEqual([2800, 2790]);
  });
});
