import { describe, expect, it } from 'vitest';
import { Deadline, deadline } from '../../src/patterns/policies/deadline.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { retry } from '../../src/patterns/policies/retry.js';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

describe('timeout', () => {
  it('ends an attempt exactly when its time is over and tells the callee', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 31 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, timeout, { after: '30ms' });
    const call = calls.call([policy], 5 * MS);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.timeout, endNs: 35 * MS });
    expect(calls.killed).toEqual([{ atNs: 35 * MS, outcome: OUTCOME.timeout, told: true }]);
  });

  it('accepts an answer that comes in its last instant', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 30 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, timeout, { after: '30ms' });
    const call = calls.call([policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.ok, endNs: 30 * MS });
    expect(calls.killed).toEqual([]);
  });

  it('keeps quiet towards the callee with cancel: false', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy } = createPolicy(calls, timeout, { after: '1ms', cancel: false });
    calls.call([policy], 0);
    calls.run();
    expect(calls.killed).toEqual([{ atNs: MS, outcome: OUTCOME.timeout, told: false }]);
  });

  it('limits nothing with after: none', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 3_600_000 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, timeout, { after: 'none' });
    const call = calls.call([policy], 0);
    calls.run();
    expect(call.outcome).toBe(OUTCOME.ok);
  });

  it('is a contradiction when it does not end before the deadline', () => {
    const long = timeout.schema.parse({ after: '2s' });
    const clock = deadline.schema.parse({ after: '2s' });
    const problems = timeout.check!(long, new Map([['deadline', clock]]));
    expect(problems.map((p) => p.field)).toEqual(['after']);
    expect(problems[0].message).toContain('is not shorter than the deadline');
    expect(
      timeout.check!(timeout.schema.parse({ after: '1999ms' }), new Map([['deadline', clock]])),
    ).toEqual([]);
    expect(timeout.check!(long, new Map())).toEqual([]);
  });
});

describe('deadline', () => {
  it('cancels everything inside when its time is over', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const clock = createPolicy(calls, deadline, { after: '20ms' }).policy;
    const call = calls.call([clock], 2 * MS);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.deadlineExceeded, endNs: 22 * MS });
    expect(calls.killed[0]).toMatchObject({ outcome: OUTCOME.deadlineExceeded, told: true });
  });

  it('takes the shorter of its own time and the one inherited, and hands it on', () => {
    const calls = new FakeCalls();
    const seen: number[] = [];
    calls.callee = ({ frame }) => {
      seen.push(calls.deadline(frame));
      return null;
    };
    const clock = createPolicy(calls, deadline, { after: '20ms' }).policy;
    const late = calls.call([clock], 0, 15 * MS);
    const early = calls.call([clock], 0, 90 * MS);
    calls.run();
    expect(seen).toEqual([15 * MS, 20 * MS]);
    expect(late.endNs).toBe(15 * MS);
    expect(early.endNs).toBe(20 * MS);
  });

  it('refuses a call that has no time left, before anything inside', () => {
    const calls = new FakeCalls();
    const clock = createPolicy(calls, deadline, { after: '20ms' }).policy;
    const call = calls.call([clock], 10 * MS, 10 * MS);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.deadlineExceeded, endNs: 10 * MS });
    expect(calls.starts).toEqual([]);
  });

  it('keeps its clock to itself with propagate: false', () => {
    const calls = new FakeCalls();
    const seen: number[] = [];
    calls.callee = ({ frame }) => {
      seen.push(calls.deadline(frame));
      return null;
    };
    const clock = createPolicy(calls, deadline, { after: '20ms', propagate: false }).policy;
    const call = calls.call([clock], 0);
    calls.run();
    expect(seen).toEqual([Infinity]);
    expect(call.endNs).toBe(20 * MS);
  });

  it('enforces an inherited deadline where it has no time of its own', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const clock = new Deadline(calls, null, null, true);
    const inherits = calls.call([clock], 0, 7 * MS);
    const free = calls.call([clock], 0);
    calls.run();
    expect(inherits).toMatchObject({ outcome: OUTCOME.deadlineExceeded, endNs: 7 * MS });
    expect(free.outcome).toBeNull();
  });

  it('stops a retry whose start would come too late: the last failure is the outcome', () => {
    // Attempts at 0 and 200; the third would start at 400 >= 350, so the call fails at 300.
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.serverError });
    const clock = createPolicy(calls, deadline, { after: '350ms' }).policy;
    const again = createPolicy(calls, retry, {
      attempts: 5,
      on: ['any'],
      backoff: { kind: 'constant', base: '100ms' },
    }).policy;
    const call = calls.call([clock, again], 0);
    calls.run();
    expect(calls.starts).toEqual([0, 200 * MS]);
    expect(call).toMatchObject({ outcome: OUTCOME.serverError, endNs: 300 * MS });
  });
});

describe('a timeout that leaves its work', () => {
  const detached = { after: '30ms', onTimeout: 'detach' };

  it('gives the caller a timeout and the inner layers the outcome, when there is one', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, timeout, detached);
    const permits = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 }).policy;
    const first = calls.call([policy, permits], 0);
    const second = calls.call([policy, permits], 50 * MS);
    const third = calls.call([policy, permits], 100 * MS);
    calls.run();
    expect(first).toMatchObject({ outcome: OUTCOME.timeout, endNs: 30 * MS });
    expect(second).toMatchObject({ outcome: OUTCOME.rejectedBulkhead, endNs: 50 * MS });
    expect(third).toMatchObject({ outcome: OUTCOME.timeout, endNs: 130 * MS });
    expect(calls.killed).toEqual([]);
    expect(policy.held() + permits.held()).toBe(0);
  });

  it('accepts an answer that comes in its last instant', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 30 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, timeout, detached);
    const call = calls.call([policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.ok, endNs: 30 * MS });
  });

  it('waits for the answer if it asks the callee to stop', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    calls.roundTripNs = 4 * MS;
    const { policy } = createPolicy(calls, timeout, { after: '30ms', onTimeout: 'cancel' });
    const permits = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 }).policy;
    const first = calls.call([policy, permits], 0);
    const second = calls.call([policy, permits], 33 * MS);
    const third = calls.call([policy, permits], 34 * MS);
    calls.run();
    expect(first).toMatchObject({ outcome: OUTCOME.timeout, endNs: 34 * MS });
    expect(second).toMatchObject({ outcome: OUTCOME.rejectedBulkhead, endNs: 33 * MS });
    expect(third).toMatchObject({ outcome: OUTCOME.timeout, endNs: 68 * MS });
    expect(policy.held() + permits.held()).toBe(0);
  });

  it('gives up the answer at the socket timeout', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    calls.roundTripNs = 100 * MS;
    const config = { after: '30ms', onTimeout: 'cancel', socketTimeout: '50ms' };
    const { policy } = createPolicy(calls, timeout, config);
    const call = calls.call([policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.timeout, endNs: 50 * MS });
    expect(policy.held()).toBe(0);
  });

  it('refuses a socket timeout that ends nothing', () => {
    const problems = (written: object) =>
      timeout.check!(timeout.schema.parse(written), new Map()).map(({ message }) => message);
    expect(problems({ ...detached, socketTimeout: '31ms' })).toEqual([]);
    expect(problems({ ...detached, socketTimeout: '30ms' })[0]).toContain('not longer than after');
    expect(problems({ after: '30ms', socketTimeout: '1s' })[0]).toContain('aborts');
  });
});
