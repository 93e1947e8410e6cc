import { describe, expect, it } from 'vitest';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { retry } from '../../src/patterns/policies/retry.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/** Calls of 100 ms at these times. */
function hundred(written: object, timesMs: readonly number[]) {
  const calls = new FakeCalls();
  calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
  const { policy } = createPolicy(calls, bulkheadSemaphore, written);
  const all = timesMs.map((at) => calls.call([policy], at * MS));
  calls.run();
  return {
    ends: all.map((c) => [c.outcome === OUTCOME.ok ? 'ok' : 'rejected', c.endNs / MS]),
    starts: calls.starts.map((at) => at / MS),
    rejected: calls.counted('bulkheadRejected'),
    policy,
  };
}

describe('bulkhead semaphore', () => {
  it('refuses at once what exceeds its permits where it has no queue', () => {
    const run = hundred({ maxConcurrent: 2 }, [0, 0, 10, 100]);
    expect(run.ends).toEqual([
      ['ok', 100],
      ['ok', 100],
      ['rejected', 10],
      ['ok', 200],
    ]);
    expect(run.rejected).toBe(1);
  });

  it('lets waiters in by turn and refuses those that waited too long', () => {
    const run = hundred({ maxConcurrent: 2, maxQueue: 2, maxWait: '50ms' }, [0, 0, 10, 60]);
    expect(run.ends).toEqual([
      ['ok', 100],
      ['ok', 100],
      ['rejected', 60],
      ['ok', 200],
    ]);
    expect(run.starts).toEqual([0, 0, 100]);
    expect(run.policy.held()).toBe(0);
  });

  it('gives a permit that comes free in the last instant of the wait', () => {
    const run = hundred({ maxConcurrent: 1, maxQueue: 1, maxWait: '50ms' }, [0, 50]);
    expect(run.ends).toEqual([
      ['ok', 100],
      ['ok', 200],
    ]);
  });

  it('refuses what finds the queue full', () => {
    const run = hundred({ maxConcurrent: 1, maxQueue: 1 }, [0, 1, 2]);
    expect(run.ends).toEqual([
      ['ok', 100],
      ['ok', 200],
      ['rejected', 2],
    ]);
  });

  it('loses a waiter whose outer timeout fires, and lets the next one in', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1, maxQueue: 5 });
    const limit = createPolicy(calls, timeout, { after: '30ms' }).policy;
    calls.call([policy], 0);
    const short = calls.call([limit, policy], 10 * MS);
    const patient = calls.call([policy], 20 * MS);
    calls.run(50 * MS);
    expect(short).toMatchObject({ outcome: OUTCOME.timeout, endNs: 40 * MS });
    expect(policy.held()).toBe(2);
    calls.run();
    expect(patient.endNs).toBe(200 * MS);
    expect(calls.starts).toEqual([0, 100 * MS]);
  });

  it('frees its permit at an inner timeout, and keeps it through a retry inside', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy } = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 });
    const again = createPolicy(calls, retry, {
      attempts: 2,
      on: ['timeout'],
      backoff: { kind: 'constant', base: '20ms' },
    }).policy;
    const limit = createPolicy(calls, timeout, { after: '30ms' }).policy;
    calls.call([policy, again, limit], 0);
    const duringBackoff = calls.call([policy, limit], 40 * MS);
    const afterwards = calls.call([policy, limit], 80 * MS);
    calls.run();
    expect(duringBackoff.outcome).toBe(OUTCOME.rejectedBulkhead);
    expect(afterwards).toMatchObject({ outcome: OUTCOME.timeout, endNs: 110 * MS });
  });

  it('grants waiters at their own layer when chains differ', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 10 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1, maxQueue: 2 });
    const limit = createPolicy(calls, timeout, { after: '1s' }).policy;
    calls.call([policy], 0);
    const deep = calls.call([limit, policy], 0);
    const flat = calls.call([policy], 0);
    calls.run();
    expect([deep.endNs, flat.endNs]).toEqual([20 * MS, 30 * MS]);
  });

  it('limits nothing when it is unlimited', () => {
    const run = hundred({ maxConcurrent: 'unlimited' }, [0, 0, 0, 0]);
    expect(run.ends).toEqual(Array.from({ length: 4 }, () => ['ok', 100]));
  });

  it('reports a wait without a queue and a queue that never fills', () => {
    const fields = (written: object): string[] =>
      bulkheadSemaphore.check!(bulkheadSemaphore.schema.parse(written), new Map()).map(
        (p) => p.field,
      );
    expect(fields({ maxConcurrent: 2, maxWait: '50ms' })).toEqual(['maxWait']);
    expect(fields({ maxConcurrent: 'unlimited', maxQueue: 3 })).toEqual(['maxQueue']);
    expect(fields({ maxConcurrent: 2, maxQueue: 3, maxWait: '50ms' })).toEqual([]);
  });
});
