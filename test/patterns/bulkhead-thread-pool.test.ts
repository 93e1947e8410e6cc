import { describe, expect, it } from 'vitest';
import { bulkheadHystrix } from '../../src/patterns/policies/bulkhead-hystrix.js';
import { bulkheadThreadPool } from '../../src/patterns/policies/bulkhead-thread-pool.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

function pool(kind: PolicyKind, written: object) {
  const calls = new FakeCalls();
  calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
  const { policy } = createPolicy(calls, kind, written);
  /** Calls of 100 ms at these times: when each ended, negative where it was refused. */
  const ends = (timesMs: readonly number[]): number[] => {
    const all = timesMs.map((at) => calls.call([policy], at * MS));
    calls.run();
    return all.map(({ outcome, endNs }) => (outcome === OUTCOME.ok ? endNs : -endNs) / MS);
  };
  return { calls, policy, ends };
}

describe('bulkhead threadPool', () => {
  const sizes = { coreThreads: 1, maxThreads: 2, queueCapacity: 2 };

  it('starts core threads, then queues, then starts more, and then refuses', () => {
    const { ends, policy, calls } = pool(bulkheadThreadPool, sizes);
    // 0 a core thread, 10 and 20 the queue, 30 a second thread, 40 nothing left.
    // The thread of 0 takes 10 at 100, that of 30 takes 20 at 130.
    expect(ends([0, 10, 20, 30, 40])).toEqual([100, 200, 230, 130, -40]);
    expect(calls.counted('bulkheadRejected')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('lets the call that found the queue full pass those that wait in it', () => {
    const { ends, calls } = pool(bulkheadThreadPool, sizes);
    expect(ends([0, 1, 2, 3])).toEqual([100, 200, 203, 103]);
    expect(calls.starts.map((at) => at / MS)).toEqual([0, 3, 100, 103]);
  });

  it('never grows while the queue has room: extra threads are idle with a large queue', () => {
    const { ends } = pool(bulkheadThreadPool, { coreThreads: 1, maxThreads: 50 });
    expect(ends([0, 0, 0, 0])).toEqual([100, 200, 300, 400]);
  });

  it('starts a core thread even if another one is idle', () => {
    const { ends } = pool(bulkheadThreadPool, { coreThreads: 2, maxThreads: 2, queueCapacity: 1 });
    // 0 ends at 100; 150 starts the second thread; so 150 and 150 have one each, the third waits.
    expect(ends([0, 150, 150, 150, 150])).toEqual([100, 250, 250, 350, -150]);
  });

  it('keeps an extra thread for exactly keepAlive', () => {
    const burst = [0, 0, 0, 0];
    // Two threads serve four calls until 200 and are idle from then on. Later two more calls arrive.
    const later = (at: number): number[] =>
      pool(bulkheadThreadPool, { ...sizes, keepAlive: '20ms' })
        .ends([...burst, at, at])
        .slice(4);
    expect(later(219)).toEqual([319, 319]);
    expect(later(220)).toEqual([320, 420]);
    const none = pool(bulkheadThreadPool, { ...sizes, keepAlive: 0 });
    expect(none.ends([...burst, 200, 200]).slice(4)).toEqual([300, 400]);
  });

  it('hands over directly without a queue', () => {
    const { ends } = pool(bulkheadThreadPool, { coreThreads: 1, maxThreads: 2, queueCapacity: 0 });
    expect(ends([0, 10, 20, 100])).toEqual([100, 110, -20, 200]);
  });

  it('wakes the thread that is idle longest, so that a trickle keeps all of them', () => {
    const { ends } = pool(bulkheadThreadPool, { ...sizes, queueCapacity: 1 });
    // The core thread is idle from 200, the extra one from 203. 204 wakes the first; at 221 the extra one still
    // exists. If 204 had woken it, the first would have ended at 220 and 221 would wait.
    expect(ends([0, 1, 2, 103, 204, 221])).toEqual([100, 200, 102, 203, 304, 321]);
  });

  it('takes the thread during the hand-off, and gives it back when the caller leaves', () => {
    const { calls, policy } = pool(bulkheadThreadPool, {
      coreThreads: 1,
      maxThreads: 1,
      queueCapacity: 1,
      handoff: '5ms',
    });
    const first = calls.call([policy], 0);
    const second = calls.call([policy], 1 * MS);
    const third = calls.call([policy], 2 * MS);
    calls.giveUp(first.frame, 3 * MS);
    calls.run();
    // The first leaves at 3 during its hand-off, the second is handed over until 8.
    expect(calls.starts).toEqual([8 * MS]);
    expect(second).toMatchObject({ outcome: OUTCOME.ok, endNs: 108 * MS });
    expect(third).toMatchObject({ outcome: OUTCOME.rejectedBulkhead, endNs: 2 * MS });
    expect(policy.held()).toBe(0);
  });

  it('counts the wait for a thread toward an outer timeout, which empties the place in the queue', () => {
    const { calls, policy } = pool(bulkheadThreadPool, {
      coreThreads: 1,
      maxThreads: 1,
      queueCapacity: 1,
    });
    const limit = createPolicy(calls, timeout, { after: '30ms' }).policy;
    calls.call([policy], 0);
    const short = calls.call([limit, policy], 10 * MS);
    const patient = calls.call([policy], 50 * MS);
    calls.run();
    expect(short).toMatchObject({ outcome: OUTCOME.timeout, endNs: 40 * MS });
    expect(patient).toMatchObject({ outcome: OUTCOME.ok, endNs: 200 * MS });
  });

  it('has no threads after a restart', () => {
    const { calls, policy } = pool(bulkheadThreadPool, { ...sizes, keepAlive: '1s' });
    for (const at of [0, 0, 0, 0]) calls.call([policy], at * MS);
    calls.at(300 * MS, () => policy.reset!());
    const after = [310, 310].map((at) => calls.call([policy], at * MS));
    calls.run();
    // Two idle threads would have taken both calls; one core thread takes one after the other.
    expect(after.map(({ endNs }) => endNs / MS)).toEqual([410, 510]);
    expect(policy.held()).toBe(0);
  });

  it('says that fewer threads at most than core ones is a contradiction', () => {
    const config = bulkheadThreadPool.schema.parse({ coreThreads: 4, maxThreads: 2 });
    expect(bulkheadThreadPool.check!(config, new Map())).toEqual([
      {
        field: 'maxThreads',
        message: 'below coreThreads: write at least 4, or lower coreThreads',
      },
    ]);
  });
});

describe('bulkhead hystrix', () => {
  it('has ten threads and no queue by default', () => {
    const { ends } = pool(bulkheadHystrix, {});
    const all = ends(Array.from({ length: 11 }, () => 0));
    expect(all.filter((end) => end === 100)).toHaveLength(10);
    expect(all[10]).toBe(-0);
  });

  it('frees a thread at the very instant in which its call ends', () => {
    const { ends } = pool(bulkheadHystrix, { coreSize: 1 });
    expect(ends([0, 99, 100])).toEqual([100, -99, 200]);
  });

  it('refuses at the threshold, though the queue could hold more', () => {
    const queue = (more: object): number =>
      pool(bulkheadHystrix, { coreSize: 1, ...more })
        .ends(Array.from({ length: 20 }, () => 1))
        .filter((end) => end > 0).length;
    expect(queue({ maxQueueSize: 100 })).toBe(1 + 5);
    expect(queue({ maxQueueSize: 100, queueSizeRejectionThreshold: 8 })).toBe(1 + 8);
    expect(queue({ maxQueueSize: 3, queueSizeRejectionThreshold: 8 })).toBe(1 + 3);
    expect(queue({ maxQueueSize: 0, queueSizeRejectionThreshold: 8 })).toBe(1);
    expect(queue({ maxQueueSize: -1, queueSizeRejectionThreshold: 8 })).toBe(1);
  });

  it('serves its queue in order and is empty afterwards', () => {
    const { ends, policy } = pool(bulkheadHystrix, { coreSize: 2, maxQueueSize: 10 });
    expect(ends([0, 10, 20, 30])).toEqual([100, 110, 200, 210]);
    expect(policy.held()).toBe(0);
  });
});
