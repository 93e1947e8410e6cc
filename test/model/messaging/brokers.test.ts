import { describe, expect, it } from 'vitest';
import { answered, begun, golden, metered, outcomes } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';

interface Options {
  readonly latency?: string;
  readonly broker?: string;
  readonly topic?: string;
  readonly publish?: string;
  readonly at?: string;
  readonly faults?: string;
  readonly length?: string;
}

/** Messages through a cluster of three nodes: partition 0 is on nodes 0, 1, 2, led by node 0. */
const run = (o: Options): Traced =>
  golden(
    `
brokers:
  cluster: { kind: kafka, nodes: 3, latency: ${o.latency ?? '2ms'}, ${o.broker ?? ''} }
topics:
  jobs:
    kind: kafka
    broker: cluster
    replication: 3
    ${o.topic ?? ''}
    subscribers: [ { group: workers, call: worker.handle } ]
services:
  worker: { endpoints: { handle: [] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, ${o.publish ?? ''} } ] } }
workloads:
  users: { arrivals: { at: [ ${o.at ?? '0ms'} ] }, requests: [ { call: api.submit } ] }
faults: ${o.faults ?? '[]'}
`,
    o.length ?? '5m',
  );

const confirmed = (traced: Traced): readonly number[] => answered(traced.at('api.submit'));
const handled = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));
const crash = (node: number, at: string, length: string): string =>
  `[ { id: dies, kind: crash, target: "cluster[${node}]", at: ${at}, for: ${length} } ]`;

describe('a producer', () => {
  it('confirms when it is sent, when the leader has it, or when all in sync have (KF-10)', () => {
    // 5 ms of linger, 2 ms to the leader, 2 ms to the followers.
    expect(confirmed(run({ publish: 'acks: 0' }))).toEqual([5]);
    expect(confirmed(run({ publish: 'acks: 1' }))).toEqual([7]);
    expect(confirmed(run({ publish: 'acks: all' }))).toEqual([9]);
    expect(handled(run({ publish: 'acks: 0' }))).toEqual([9]);
  });

  it('lets the messages of an instance that come within the linger share a batch', () => {
    expect(confirmed(run({ at: '0ms, 3ms, 4ms' }))).toEqual([9, 9, 9]);
  });

  it('has at most five requests under way to a node', () => {
    // No linger: one batch each 10 us; five are sent, the rest waits for the first answer at 4 ms.
    const at = Array.from({ length: 8 }, (_, k) => `${k * 10}us`).join(', ');
    const traced = run({ at, topic: 'producer: { linger: 0ms }' });
    expect(confirmed(traced)).toEqual([4, 4.01, 4.02, 4.03, 4.04, 8, 8, 8]);
    // An unacknowledged message does not wait for followers.
    const sent = run({ at, topic: 'producer: { linger: 0ms }', publish: 'acks: 0' });
    expect(confirmed(sent)).toEqual([0, 0.01, 0.02, 0.03, 0.04, 2, 2, 2]);
  });

  it('waits in line at a node that is slow', () => {
    const traced = run({
      broker: 'maxThroughput: 100/s',
      at: '0ms, 1ms',
      topic: 'producer: { linger: 0ms }',
    });
    // 10 ms for each message, then 4 ms.
    expect(confirmed(traced)).toEqual([14, 24]);
  });

  it('blocks publishers while its buffer is full, and fails after maxBlock (KF-13)', () => {
    // A batch of one message takes up 61 + 21 + 1 + 2 + 1024 + 1 = 1110 bytes.
    const traced = run({
      at: '0ms, 1ms',
      publish: 'size: 1KiB',
      topic: 'producer: { batchSize: 1KiB, bufferMemory: 2KiB, maxBlock: 50ms, linger: 0ms }',
      broker: 'electionTime: 10s',
      faults: '[ { id: dies, kind: crash, target: cluster, at: 0ms, for: 1s } ]',
    });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'serverError']);
    const [first, second] = confirmed(traced);
    expect(second).toBe(51);
    // The nodes are back at 1 s, and lead as before.
    expect(first).toBe(1004);
  });

  it('gives up after deliveryTimeout when too few replicas are in sync (KF-10)', () => {
    const traced = run({
      topic: 'minInsyncReplicas: 3\n    producer: { deliveryTimeout: 60s, requestTimeout: 10s }',
      at: '20s',
      faults: crash(2, '1s', '4m'),
    });
    expect(outcomes(traced.at('api.submit'))).toEqual(['serverError']);
    expect(confirmed(traced)).toEqual([80_000]);
    expect(handled(traced)).toEqual([]);
  });
});

describe('a follower that is down', () => {
  it('holds up acks=all until it is out of sync', () => {
    const traced = run({ at: '1s', faults: crash(2, '500ms', '1m') });
    expect(confirmed(traced)).toEqual([9500]);
    expect(
      confirmed(run({ at: '1s', publish: 'acks: 1', faults: crash(2, '500ms', '1m') })),
    ).toEqual([1007]);
  });
});

describe('followers that are down, and fewer in sync than `minInsyncReplicas`', () => {
  const both = (length: string): string =>
    `[ { id: f1, kind: crash, target: "cluster[1]", at: 1s, for: ${length} }, { id: f2, kind: crash, target: "cluster[2]", at: 1s, for: ${length} } ]`;
  // Written at 1.007 s by the leader alone; at 10 s it is the only one in sync.
  const alone = (o: Options): Traced =>
    run({ ...o, topic: `minInsyncReplicas: 2\n    ${o.topic ?? ''}`, at: '1s' });

  it('keep what was written before from being confirmed with acks=all, and from consumers', () => {
    const traced = alone({ faults: both('none') });
    expect(outcomes(traced.at('api.submit'))).toEqual(['serverError']);
    expect(confirmed(traced)).toEqual([121_000]);
    expect(handled(traced)).toEqual([]);
  });

  it('keep from consumers what is confirmed with acks=1, until enough are in sync', () => {
    const traced = alone({ publish: 'acks: 1', faults: both('1m') });
    expect(confirmed(traced)).toEqual([1007]);
    expect(handled(traced)).toEqual([61_000]);
  });

  it('are in time when they are back before the request times out', () => {
    const traced = alone({ faults: both('20s') });
    expect(confirmed(traced)).toEqual([21_000]);
    expect(handled(traced)).toEqual([21_000]);
  });

  it('have a batch sent again: an idempotent one is known to be there, another is written twice', () => {
    const late = (idempotence: boolean): Traced =>
      alone({ topic: `producer: { idempotence: ${idempotence} }`, faults: both('1m') });
    for (const traced of [late(true), late(false)]) {
      expect(outcomes(traced.at('api.submit'))).toEqual(['ok']);
      // The first try has been there all the time.
      expect(handled(traced)[0]).toBe(61_000);
    }
    expect(metered(late(true), 'published', 'jobs')).toBe(1);
    expect(metered(late(false), 'published', 'jobs')).toBe(2);
    expect(metered(late(false), 'duplicateEffects', 'jobs.workers')).toBe(1);
  });

  it('has what is written several times before they are out of sync be handled as often', () => {
    const traced = alone({
      topic: 'producer: { idempotence: false, requestTimeout: 2s }',
      faults: both('20s'),
    });
    expect(metered(traced, 'published', 'jobs')).toBe(handled(traced).length);
    expect(metered(traced, 'duplicateEffects', 'jobs.workers')).toBe(handled(traced).length - 1);
    expect(handled(traced).length).toBeGreaterThan(3);
  });
});

describe('a leader that dies', () => {
  it('takes along what only it had, though it was confirmed with acks=1 (KF-10)', () => {
    // Written at 7 ms, with the followers at 9 ms; dead at 8 ms.
    const traced = run({ publish: 'acks: 1', faults: crash(0, '8ms', '1m') });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok']);
    expect(handled(traced)).toEqual([]);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(1);
  });

  it('loses nothing with acks=all: it is sent again to the next one', () => {
    const traced = run({ faults: crash(0, '8ms', '1m') });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok']);
    // Elected at 9008 ms, 2 ms to it and 2 ms to the other.
    expect(confirmed(traced)).toEqual([9012]);
    expect(handled(traced)).toEqual([9012]);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(0);
  });

  it('makes consumers wait for the election', () => {
    const traced = run({ at: '1s', faults: crash(0, '500ms', '1m') });
    expect(handled(traced)).toEqual([9504]);
  });

  it('has a batch written twice when the answer was lost, unless the producer is idempotent (MQ-4)', () => {
    // Node 1 has it, node 2 is slow: a message confirmed by no node is present after the election.
    const faults = (idempotence: boolean): Traced =>
      run({
        broker: 'electionTime: 1s',
        topic: `producer: { idempotence: ${idempotence}, linger: 0ms }`,
        faults:
          '[ { id: away, kind: crash, target: "cluster[2]", at: 0ms, for: 1m }, { id: dies, kind: crash, target: "cluster[0]", at: 100ms, for: 1m } ]',
      });
    expect(metered(faults(true), 'published', 'jobs')).toBe(1);
    expect(metered(faults(false), 'published', 'jobs')).toBe(2);
    expect(metered(faults(false), 'duplicateEffects', 'jobs.workers')).toBe(1);
  });
});

describe('a batch that is written again while its first try is still replicated', () => {
  it('is there as often as it was written', () => {
    const traced = run({
      latency: 'exponential(1s)',
      at: Array.from({ length: 200 }, (_, k) => `${k * 500}ms`).join(', '),
      topic: 'producer: { idempotence: false, requestTimeout: 1500ms, linger: 0ms }',
    });
    const written = metered(traced, 'published', 'jobs');
    expect(written).toBeGreaterThan(200);
    expect(handled(traced).length).toBe(written);
    expect(metered(traced, 'duplicateEffects', 'jobs.workers')).toBe(written - 200);
  });
});

describe('a partition whose last replica in sync is down', () => {
  // Partition 0 is on nodes 0 and 1. Node 1 is down from 1 s to 10 s, node 0 from 8 s to 28 s. Only node 0 has the
  // messages of 5 s. The consumer is down from 4 s to 15 s.
  const partition = (unclean: boolean, consumer = '4s'): Traced =>
    golden(
      `
brokers:
  cluster: { kind: kafka, nodes: 3, latency: 2ms, electionTime: 1s, uncleanElection: ${unclean} }
topics:
  jobs:
    kind: kafka
    broker: cluster
    replication: 2
    subscribers: [ { group: workers, call: worker.handle, rebalance: { staticMembership: true } } ]
services:
  worker: { endpoints: { handle: [] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
workloads:
  users: { arrivals: { at: [ 0s, 5s, 5s, 5s, 12s ] }, requests: [ { call: api.submit } ] }
faults:
  - { id: follower, kind: crash, target: "cluster[1]", at: 1s, for: 9s }
  - { id: leader, kind: crash, target: "cluster[0]", at: 8s, for: 20s }
  - { id: consumer, kind: crash, target: worker, at: ${consumer}, for: 11s }
`,
      '1m',
    );

  it('waits for it', () => {
    const traced = partition(false);
    expect(confirmed(traced)).toEqual([9, 5007, 5007, 5007, 28_004]);
    expect(handled(traced)).toEqual([9, 28_000, 28_000, 28_000, 28_004]);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(0);
  });

  it('continues without the records that only it had, with unclean elections', () => {
    const traced = partition(true);
    expect(confirmed(traced)).toEqual([9, 5007, 5007, 5007, 12_007]);
    expect(handled(traced)).toEqual([9, 15_000]);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(3);
  });

  it('loses no effect that has happened', () => {
    const traced = partition(true, '6s');
    expect(metered(traced, 'consumed', 'jobs.workers')).toBe(5);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(0);
  });
});

describe('the cores of a node', () => {
  it('are shared by its requests', () => {
    // Without a linger three requests of 2 ms are on one core at once: 6 ms, and 2 ms to the followers.
    const one = { topic: 'producer: { linger: 0ms },', publish: 'key: request' };
    const three = (broker: string): readonly number[] =>
      confirmed(
        golden(
          `
brokers: { cluster: { kind: kafka, latency: 2ms, ${broker} } }
topics:
  a: { kind: kafka, broker: cluster, ${one.topic} }
  b: { kind: kafka, broker: cluster, ${one.topic} }
  c: { kind: kafka, broker: cluster, ${one.topic} }
services:
  api: { endpoints: { submit: [ parallel: [ publish: a, publish: b, publish: c ] ] } }
workloads:
  users: { arrivals: { at: [ 0s ] }, requests: [ { call: api.submit } ] }
`,
          '1m',
        ),
      );
    expect(three('')).toEqual([2]);
    expect(three('cpu: 1').map(Math.round)).toEqual([6]);
    expect(three('cpu: { cores: 3 }')).toEqual([2]);
  });
});
