import { describe, expect, it } from 'vitest';
import { batchBound, recordBytes } from '../../../src/model/modules/messaging/record-size.js';
import { answered, begun, golden, outcomes } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';

interface Options {
  readonly producer?: string;
  readonly publish?: string;
  readonly at?: string;
  readonly faults?: string;
  readonly api?: string;
  readonly partitions?: number;
  /** Instead of one endpoint that publishes. */
  readonly endpoints?: string;
  /** Instead of requests to it: which endpoint is called when. */
  readonly users?: string;
  readonly more?: string;
}

/** A workload for each `ENDPOINT at INSTANT`. */
const usersOf = (users: string): string =>
  users
    .split(', ')
    .map((user) => user.split(' at '))
    .map(
      ([name, at], k) =>
        `u${k}: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.${name} } ] }`,
    )
    .join(', ');

/** Messages through a cluster of three nodes, 2 ms to the leader and 2 ms to the followers. */
const run = (o: Options): Traced => {
  const submit = `submit: [ publish: { topic: jobs, ${o.publish ?? ''} } ]`;
  const one = `arrivals: { at: [ ${o.at ?? '0ms'} ] }, requests: [ { call: api.submit } ]`;
  const users = o.users === undefined ? `users: { ${one} }` : usersOf(o.users);
  return golden(
    `
brokers: { cluster: { kind: kafka, nodes: 3, latency: 2ms, electionTime: 10s } }
topics:
  jobs:
    kind: kafka
    broker: cluster
    replication: 3
    partitions: ${o.partitions ?? 1}
    producer: { ${o.producer ?? ''} }
    subscribers: [ { group: workers, call: worker.handle } ]
services:
  worker: { endpoints: { handle: [] } }
  api: { ${o.api ?? ''} endpoints: { ${o.endpoints ?? submit} } }
workloads: { ${users} }
faults: ${o.faults ?? '[]'}
${o.more ?? ''}
`,
    '10s',
  );
};

const confirmed = (traced: Traced): readonly number[] => answered(traced.at('api.submit'));
const handled = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));
/** Instants, each with how often it is there. */
const tally = (instants: readonly number[]): readonly (readonly [number, number])[] =>
  [...new Set(instants)].map((at) => [at, instants.filter((other) => other === at).length]);
/** No node leads until 1 s. */
const away = '[ { id: dies, kind: crash, target: cluster, at: 0ms, for: 1s } ]';
/** A batch takes 61 + 5 * 7 = 96 bytes of 100, and the buffer two of them. */
const tiny = 'batchSize: 100B, bufferMemory: 200B, linger: 0ms';

describe('the size of a record', () => {
  it.each([
    // Length, attributes, time, offset, lengths of key and value, count of headers: a byte each.
    [{ size: 0, place: 0, age: 0 }, 7],
    // 63 is the largest number of one byte, 8191 of two: the sign takes a bit.
    [{ size: 0, place: 63, age: 63 }, 7],
    [{ size: 0, place: 64, age: 63 }, 8],
    [{ size: 0, place: 8192, age: 64 }, 10],
    [{ size: 0, place: 1, age: -64 }, 7],
    [{ size: 0, place: 1, age: -65 }, 8],
    [{ size: 57, place: 0, age: 0 }, 57 + 7],
    // The body has 64 bytes, then the value as well.
    [{ size: 58, place: 0, age: 0 }, 58 + 8],
    [{ size: 64, place: 0, age: 0 }, 64 + 9],
    [{ size: 4096, place: 3, age: 0 }, 4096 + 9],
  ])('is what its fields take up: %o', ({ size, place, age }, bytes) => {
    expect(recordBytes(size, place, age)).toBe(bytes);
  });

  it('is reckoned at its widest where memory is taken for it', () => {
    expect(batchBound(0)).toBe(61 + 21 + 3);
    expect(batchBound(20_480)).toBe(61 + 21 + 5 + 20_480);
  });
});

describe('a batch', () => {
  it('that has no room for the next message is sent at once', () => {
    // 61 + 3 * 4105 = 12,376 bytes, and 4105 more are too many.
    const full = run({ publish: 'count: 4, size: 4KiB' });
    expect(handled(full)).toEqual([4, 4, 4, 9]);
    expect(confirmed(full)).toEqual([9]);
    expect(handled(run({ publish: 'count: 3, size: 4KiB' }))).toEqual([9, 9, 9]);
  });

  it('holds 2048 messages without a size', () => {
    // 61 + 64 * 7 + 1984 * 8 = 16,381 bytes of 16,384.
    expect(tally(handled(run({ publish: 'count: 2048' })))).toEqual([[9, 2048]]);
    expect(tally(handled(run({ publish: 'count: 2049' })))).toEqual([
      [4, 2048],
      [9, 1],
    ]);
  });

  it('that is full to the last byte is sent at once', () => {
    const publish = 'count: 5';
    expect(handled(run({ publish, producer: 'batchSize: 96B' }))).toEqual([4, 4, 4, 4, 4]);
    expect(handled(run({ publish, producer: 'batchSize: 97B' }))).toEqual([9, 9, 9, 9, 9]);
  });

  it('of one message that is larger than it waits for its linger (KAFKA-21068)', () => {
    expect(confirmed(run({ publish: 'size: 20KiB' }))).toEqual([9]);
    // The next one sends it.
    expect(handled(run({ publish: 'size: 20KiB', at: '0ms, 2ms' }))).toEqual([6, 11]);
  });

  it('holds fewer messages that come later than the first: their times take more', () => {
    // 61 + 4 * 7 + 4 * 8 = 121 bytes; nothing is sent before the last one arrives.
    const endsOf = (bytes: number): readonly string[] => {
      const producer = `batchSize: ${bytes}B, bufferMemory: ${bytes}B, linger: 0ms, maxBlock: 10ms`;
      const traced = run({ at: '0ms, 64ms', publish: 'count: 4', faults: away, producer });
      return outcomes(traced.at('api.submit'));
    };
    expect(endsOf(121)).toEqual(['ok', 'ok']);
    expect(endsOf(120)).toEqual(['ok', 'serverError']);
  });
});

describe('the buffer of a producer', () => {
  const eleven = Array.from({ length: 11 }, (_, k) => `${k}ms`).join(', ');

  it('is full of messages without a size: whole batches take it up (KF-13)', () => {
    const traced = run({ at: eleven, faults: away, producer: `${tiny}, maxBlock: 50ms` });
    expect(outcomes(traced.at('api.submit'))).toEqual([
      ...Array.from({ length: 10 }, () => 'ok'),
      'serverError',
    ]);
    // The eleventh arrives at 10 ms.
    expect(confirmed(traced)[10]).toBe(60);
    expect(tally(handled(traced))).toEqual([[1004, 10]]);
  });

  it('takes of a step what there is room for, and the rest when there is', () => {
    const common = { faults: away, producer: tiny };
    // At 1004 ms ten are confirmed, and the eleventh is sent.
    const waits = run({ ...common, publish: 'count: 11' });
    expect(confirmed(waits)).toEqual([1008]);
    expect(tally(handled(waits))).toEqual([
      [1004, 10],
      [1008, 1],
    ]);
    expect(confirmed(run({ ...common, publish: 'count: 11, confirm: false' }))).toEqual([1004]);
  });

  it('gives up what has waited too long, and nothing before it in the step', () => {
    const traced = run({ faults: away, publish: 'count: 12', producer: `${tiny}, maxBlock: 50ms` });
    expect(outcomes(traced.at('api.submit'))).toEqual(['serverError']);
    expect(confirmed(traced)).toEqual([50]);
    expect(tally(handled(traced))).toEqual([[1004, 10]]);
  });

  it('lets the next one go on when one before it has waited too long', () => {
    // The large one needs 886 bytes and does not fit into the first batch, which has 100.
    const traced = run({
      faults: away,
      producer: 'batchSize: 100B, bufferMemory: 500B, linger: 0ms, maxBlock: 50ms',
      endpoints:
        'large: [ publish: { topic: jobs, size: 800B } ], small: [ publish: { topic: jobs, confirm: false } ]',
      users: 'small at 0ms, large at 1ms, small at 2ms',
    });
    expect(outcomes(traced.at('api.large'))).toEqual(['serverError']);
    expect(answered(traced.at('api.large'))).toEqual([51]);
    expect(answered(traced.at('api.small'))).toEqual([0, 51]);
  });

  it('takes messages into a batch that has room while others wait for another one', () => {
    // One key, and messages without one: two partitions, a batch each. The sixth message with the key waits.
    const traced = run({
      faults: away,
      partitions: 2,
      producer: `${tiny}, maxBlock: 50ms`,
      endpoints:
        'keyed: [ publish: { topic: jobs, key: one, confirm: false, count: 5 } ], free: [ publish: { topic: jobs, confirm: false } ]',
      users: 'keyed at 0ms, free at 1ms, keyed at 2ms, free at 3ms',
      more: 'keys: { one: { kind: sequence, count: 1 } }',
    });
    expect(outcomes(traced.at('api.keyed'))).toEqual(['ok', 'serverError']);
    expect(answered(traced.at('api.free'))).toEqual([1, 3]);
  });
});

describe('what an outbox publishes', () => {
  const relayed = (producer: string, publish: string): Traced =>
    run({
      producer,
      publish: `via: outbox, ${publish}`,
      api: 'outbox: { database: store.insert, pollInterval: 1s },',
      more: 'databases: { store: { operations: { insert: { wait: 0ms, write: true } } } }',
    });

  it('has the size that was written for it', () => {
    // Two of 10 KiB are too many for a batch; the first is sent at once, the second has its linger.
    expect(handled(relayed('', 'count: 2, size: 10KiB'))).toEqual([1004, 1009]);
  });

  it('is there when it is confirmed, not when there is room for it', () => {
    // The sixth enters the buffer at 1004 ms, when five are confirmed, and is sent 5 ms later.
    const traced = relayed('batchSize: 100B, bufferMemory: 100B', 'count: 6');
    expect(handled(traced)).toEqual([1004, 1004, 1004, 1004, 1004, 1013]);
    const delay = traced.ran.variant().metered['api']!.meters['outbox.delay'];
    expect(delay).toMatchObject({ form: 'durations', mean: 1.013 });
  });
});
