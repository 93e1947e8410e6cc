import { describe, expect, it } from 'vitest';
import { rateLimitResilience4j as kind } from '../../src/patterns/policies/rate-limit-resilience4j.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { expectNothingForgotten, limiterOf } from '../support/limited-calls.js';

/** Instant calls at these times in ms: how each ended, and when. */
function ends(written: object, timesMs: readonly number[]) {
  const calls = new FakeCalls();
  const { policy } = createPolicy(calls, kind, written);
  const all = timesMs.map((at) => calls.call([policy], at * MS));
  calls.run();
  expect(policy.held()).toBe(0);
  return all.map((call) => [call.outcome === OUTCOME.ok ? 'ok' : 'refused', call.endNs / MS]);
}

const two = { limitForPeriod: 2, limitRefreshPeriod: '100ms', timeoutDuration: '150ms' };

describe('rateLimit resilience4j', () => {
  it('reserves permissions of later cycles, and delays refusals until the timeout', () => {
    // At 30: two now, two at 100 (70 ms away); the next two at 200 are 170 ms away, more than 150.
    expect(ends(two, [30, 30, 30, 30, 30])).toEqual([
      ['ok', 30],
      ['ok', 30],
      ['ok', 100],
      ['ok', 100],
      ['refused', 180],
    ]);
  });

  it('lets a wait of exactly the timeout be', () => {
    // At 50 the cycle at 200 is 150 ms away; 1 ns earlier it is too far.
    expect(ends(two, [50, 50, 50, 50, 50])[4]).toEqual(['ok', 200]);
    expect(ends(two, [49, 49, 49, 49, 49.999999])[4]).toEqual(['refused', 199.999999]);
  });

  it('has a refusal take no permission, and takes reservations off the cycles they were made in', () => {
    // The cycle of 100 is reserved at 50 (two waiters), so at 100 there is nothing left; the one of
    // 200 has one reservation and one permission.
    expect(ends(two, [50, 50, 50, 50, 50, 200, 200])).toEqual([
      ['ok', 50],
      ['ok', 50],
      ['ok', 100],
      ['ok', 100],
      ['ok', 200],
      ['ok', 200],
      ['ok', 300],
    ]);
  });

  it('saves nothing up: after ten idle cycles one cycle of permissions is there', () => {
    const impatient = { ...two, timeoutDuration: 0 };
    expect(ends(impatient, [1000, 1000, 1000, 1099.999999, 1100]).map(([how]) => how)).toEqual([
      'ok',
      'ok',
      'refused',
      'refused',
      'ok',
    ]);
  });

  it('refuses at once where the timeout is 0', () => {
    expect(ends({ ...two, timeoutDuration: 0 }, [7, 7, 7])[2]).toEqual(['refused', 7]);
  });

  it('hardly limits with the default cycle of 500 ns', () => {
    // 50 in each 500 ns: the last of 10,000 at once waits 199 cycles, 0.0995 ms.
    const got = ends({}, new Array<number>(10_000).fill(0));
    expect(got[49]).toEqual(['ok', 0]);
    expect(got[50]).toEqual(['ok', 0.0005]);
    expect(got[9_999]).toEqual(['ok', 0.0995]);
  });

  it('does not give a reserved permission back when its caller gives up', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, kind, two);
    const all = [0, 0, 0, 0].map(() => calls.call([policy], 0));
    calls.giveUp(all[2].frame, 10 * MS);
    const next = calls.call([policy], 60 * MS);
    calls.at(61 * MS, () => expect(policy.held()).toBe(2));
    calls.run();
    // Both permissions of 100 are consumed, though one of them is never used.
    expect([all[3].endNs / MS, next.endNs / MS]).toEqual([100, 200]);
    expect(policy.held()).toBe(0);
  });

  it('counts a refusal when it is reported, but not if its caller has left before', () => {
    const calls = new FakeCalls();
    const one = { ...two, limitForPeriod: 1 };
    const { policy } = createPolicy(calls, kind, one);
    const all = [0, 0, 0, 0].map(() => calls.call([policy], 0));
    calls.giveUp(all[3].frame, 20 * MS);
    calls.at(149 * MS, () => expect(calls.counted('rateLimited')).toBe(0));
    calls.run();
    expect(all[2].endNs).toBe(150 * MS);
    expect(calls.counted('rateLimited')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('counts its cycles from the first call after a restart', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, kind, { ...two, limitForPeriod: 1 });
    calls.call([policy], 0);
    calls.at(MS, () => policy.reset!());
    const next = [70, 70].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(next.map(({ endNs }) => endNs / MS)).toEqual([70, 170]);
  });

  it('answers a middleware as reservePermission does: refused at once', () => {
    const limiter = limiterOf(kind, two);
    expect([0, 0, 0, 0, 0].map(() => limiter.take(30 * MS, 0))).toEqual([
      0,
      0,
      70 * MS,
      70 * MS,
      -1,
    ]);
    limiter.reset();
    // The cycles of the new process begin with its first request, for all keys.
    expect([1, 1, 1].map((key) => limiter.take(250 * MS, key))).toEqual([0, 0, 100 * MS]);
    expect([2, 2, 2].map((key) => limiter.take(260 * MS, key))).toEqual([0, 0, 90 * MS]);
  });

  it('forgets only keys that have all their permissions', () => {
    expectNothingForgotten(kind, { ...two, limitRefreshPeriod: '1s', timeoutDuration: '2s' }, MS);
  });
});
