import { describe, expect, it } from 'vitest';
import { ended, golden, metered } from './tracing.js';

/** Ten records in one poll at 0 ms, 10 ms each; the consumer crashes at 35 ms and is back at 100 ms. */
const consumer = (commit: string, more = 'rebalance: { staticMembership: true }'): string => `
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: workers, call: worker.handle, commit: ${commit}, ${more} } ]
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 10 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
faults: [ { id: dies, kind: crash, target: worker, at: 35ms, for: 65ms } ]
`;

const effects = (traced: ReturnType<typeof golden>): readonly number[] =>
  ['consumed', 'redeliveries', 'duplicateEffects', 'lostEffects'].map((name) =>
    metered(traced, name, 'jobs.workers'),
  );

describe('GS-6: a consumer that crashes in the middle of a batch', () => {
  it('loses what it had committed before it handled it', () => {
    const traced = golden(consumer('before'));
    expect(effects(traced)).toEqual([3, 0, 0, 7]);
  });

  it('reads the whole batch again when it commits at its end', () => {
    const traced = golden(consumer('afterBatch'));
    expect(effects(traced)).toEqual([13, 10, 3, 0]);
    expect(Math.max(...ended(traced.at('worker.handle')))).toBe(200);
  });

  it('reads again what it had not handled when it commits after each: the fourth first (KF-7)', () => {
    const traced = golden(consumer('afterEach'));
    expect(effects(traced)).toEqual([10, 7, 0, 0]);
    expect(Math.max(...ended(traced.at('worker.handle')))).toBe(170);
  });

  it('reads everything again when it commits at intervals', () => {
    const traced = golden(consumer('auto'));
    expect(effects(traced)).toEqual([13, 10, 3, 0]);
  });

  it('has no effect twice when effects and offsets are one transaction', () => {
    const traced = golden(consumer('transactional'));
    expect(effects(traced)).toEqual([13, 10, 0, 0]);
  });

  it('waits for the session of the dead member without static membership (KF-9)', () => {
    // The last heartbeat was at 0 ms: dead at 45 s, then 3 s of rebalance.
    const traced = golden(consumer('afterBatch', ''));
    expect(effects(traced)).toEqual([13, 10, 3, 0]);
    expect(Math.max(...ended(traced.at('worker.handle')))).toBe(48_100);
    expect(metered(traced, 'rebalances', 'jobs.workers')).toBe(1);
  });
});
