import { describe, expect, it } from 'vitest';
import { bulkheadResilience4j } from '../../src/patterns/policies/bulkhead-resilience4j.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

function calls100(written: object) {
  const calls = new FakeCalls();
  calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
  return { calls, policy: createPolicy(calls, bulkheadResilience4j, written).policy };
}

describe('bulkhead resilience4j', () => {
  it('lets 25 calls in by default and refuses the 26th at once', () => {
    const { calls, policy } = calls100({});
    const all = Array.from({ length: 26 }, () => calls.call([policy], 0));
    calls.run();
    expect(all.filter(({ outcome }) => outcome === OUTCOME.ok)).toHaveLength(25);
    expect(all[25]).toMatchObject({ outcome: OUTCOME.rejectedBulkhead, endNs: 0 });
    expect(calls.counted('bulkheadRejected')).toBe(1);
  });

  it('G21: gives a permit within the longest wait, or refuses at its end', () => {
    const { calls, policy } = calls100({ maxConcurrentCalls: 2, maxWaitDuration: '50ms' });
    const ends = [0, 0, 10, 60].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(ends.map(({ endNs }) => endNs / MS)).toEqual([100, 100, 60, 200]);
    expect(ends[2].outcome).toBe(OUTCOME.rejectedBulkhead);
    expect(calls.starts.map((at) => at / MS)).toEqual([0, 0, 100]);
    expect(policy.held()).toBe(0);
  });

  it('lets any number wait, and serves them in order', () => {
    const { calls, policy } = calls100({ maxConcurrentCalls: 1, maxWaitDuration: '1s' });
    const all = Array.from({ length: 200 }, () => calls.call([policy], 0));
    calls.run(0);
    expect(policy.held()).toBe(200);
    calls.run();
    expect(all.slice(0, 3).map(({ endNs }) => endNs / MS)).toEqual([100, 200, 300]);
    // The permit released at exactly 1 s goes to the eleventh; the wait of the others is over.
    expect(all[10]).toMatchObject({ outcome: OUTCOME.ok, endNs: 1100 * MS });
    expect(all[11]).toMatchObject({ outcome: OUTCOME.rejectedBulkhead, endNs: 1000 * MS });
    expect(calls.counted('bulkheadRejected')).toBe(189);
    expect(policy.held()).toBe(0);
  });

  it('loses a waiter whose outer timeout fires', () => {
    const { calls, policy } = calls100({ maxConcurrentCalls: 1, maxWaitDuration: '90ms' });
    const limit = createPolicy(calls, timeout, { after: '30ms' }).policy;
    calls.call([policy], 0);
    const short = calls.call([limit, policy], 10 * MS);
    const patient = calls.call([policy], 20 * MS);
    calls.run();
    expect(short).toMatchObject({ outcome: OUTCOME.timeout, endNs: 40 * MS });
    expect(patient).toMatchObject({ outcome: OUTCOME.ok, endNs: 200 * MS });
    expect(calls.counted('bulkheadRejected')).toBe(0);
  });

  it('forgets its permits when its process restarts', () => {
    const { calls, policy } = calls100({ maxConcurrentCalls: 1 });
    const first = calls.call([policy], 0);
    calls.giveUp(first.frame, 5 * MS);
    calls.at(6 * MS, () => policy.reset!());
    const next = calls.call([policy], 7 * MS);
    calls.run();
    expect(next).toMatchObject({ outcome: OUTCOME.ok, endNs: 107 * MS });
    expect(policy.held()).toBe(0);
  });
});
