import { describe, expect, it } from 'vitest';
import { deadline } from '../../src/patterns/policies/deadline.js';
import { fallback } from '../../src/patterns/policies/fallback.js';
import { OUTCOME, statusOf, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

function answer(written: object, outcome: Outcome) {
  const calls = new FakeCalls();
  calls.callee = () => ({ afterNs: 5 * MS, outcome });
  const { policy } = createPolicy(calls, fallback, written);
  const call = calls.call([policy], 0);
  calls.run();
  return {
    kind: call.outcome! & 31,
    status: statusOf(call.outcome!),
    endMs: call.endNs / MS,
    calls,
  };
}

describe('fallback', () => {
  it('answers at once in place of a failure, as a degraded success', () => {
    const got = answer({}, OUTCOME.serverError);
    expect(got).toMatchObject({ kind: OUTCOME.degraded, status: 200, endMs: 5 });
    expect(got.calls.counted('fallbacks')).toBe(1);
  });

  it('counts as ok with degraded: false', () => {
    expect(answer({ degraded: false, status: 202 }, OUTCOME.timeout)).toMatchObject({
      kind: OUTCOME.ok,
      status: 202,
    });
  });

  it('takes its time, constant or drawn', () => {
    expect(answer({ after: '2ms' }, OUTCOME.refused).endMs).toBe(7);
    const drawn = answer({ after: 'uniform(2ms 4ms)' }, OUTCOME.refused).endMs;
    expect(drawn).toBeGreaterThan(7);
    expect(drawn).toBeLessThan(9);
  });

  it('leaves successes and client errors alone', () => {
    expect(answer({}, OUTCOME.ok)).toMatchObject({ kind: OUTCOME.ok, endMs: 5 });
    expect(answer({}, OUTCOME.clientError).kind).toBe(OUTCOME.clientError);
    expect(answer({}, OUTCOME.clientError).calls.counted('fallbacks')).toBe(0);
  });

  it('answers only what `on` lists', () => {
    expect(answer({ on: ['rejectedBreaker'] }, OUTCOME.rejectedBreaker).kind).toBe(
      OUTCOME.degraded,
    );
    expect(answer({ on: ['rejectedBreaker'] }, OUTCOME.timeout).kind).toBe(OUTCOME.timeout);
  });

  it('answers when the deadline inside it has ended the call', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy } = createPolicy(calls, fallback, { after: '3ms' });
    const clock = createPolicy(calls, deadline, { after: '20ms' }).policy;
    const call = calls.call([policy, clock], 0);
    calls.run();
    expect(call.outcome! & 31).toBe(OUTCOME.degraded);
    expect(call.endNs).toBe(23 * MS);
  });

  it('says nothing when its caller leaves while it is at work', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, fallback, { after: '3ms' });
    const call = calls.call([policy], 0);
    calls.giveUp(call.frame, MS);
    calls.run();
    expect(call.outcome).toBeNull();
  });
});

describe('fallback with a call', () => {
  /** The first attempt fails after 5 ms with `first`, the call made instead ends after 3 ms with `second`. */
  function instead(written: object, first: Outcome, second: Outcome) {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) =>
      nth === 1 ? { afterNs: 5 * MS, outcome: first } : { afterNs: 3 * MS, outcome: second };
    const { policy } = createPolicy(calls, fallback, { call: 'cache.get', ...written });
    return { calls, policy, call: calls.call([policy], 0) };
  }

  it('makes the other call when this one has failed, whose answer is degraded', () => {
    const { calls, policy, call } = instead({}, OUTCOME.serverError, withStatus(OUTCOME.ok, 203));
    calls.run();
    expect([call.outcome! & 31, statusOf(call.outcome!), call.endNs / MS]).toEqual([
      OUTCOME.degraded,
      203,
      8,
    ]);
    expect(calls.starts).toEqual([0, 5 * MS]);
    expect(calls.counted('fallbacks')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('counts it as ok with degraded: false, and waits for `after` before it', () => {
    const { calls, call } = instead({ degraded: false, after: '2ms' }, OUTCOME.reset, OUTCOME.ok);
    calls.run();
    expect([call.outcome, call.endNs / MS]).toEqual([OUTCOME.ok, 10]);
  });

  it('ends as the other call ended where that fails too', () => {
    const { calls, call } = instead({}, OUTCOME.timeout, OUTCOME.refused);
    calls.run();
    expect([call.outcome, call.endNs / MS]).toEqual([OUTCOME.refused, 8]);
  });

  it('makes none for what `on` leaves out', () => {
    const { calls, call } = instead({ on: ['timeout'] }, OUTCOME.serverError, OUTCOME.ok);
    calls.run();
    expect([call.outcome, calls.starts.length]).toEqual([OUTCOME.serverError, 1]);
  });

  it('gives the other call up when its caller leaves', () => {
    const { calls, policy, call } = instead({}, OUTCOME.serverError, OUTCOME.ok);
    calls.giveUp(call.frame, 6 * MS);
    calls.run();
    expect(call.outcome).toBeNull();
    expect(calls.killed.map(({ atNs }) => atNs)).toEqual([6 * MS]);
    expect(policy.held()).toBe(0);
  });

  it('has no status of its own', () => {
    const config = fallback.schema.parse({ call: 'cache.get', status: 202 });
    expect(fallback.check!(config, new Map()).map(({ field }) => field)).toEqual(['status']);
  });
});
