import { describe, expect, it } from 'vitest';
import { rateLimitFixedWindow as kind } from '../../src/patterns/policies/rate-limit-fixed-window.js';
import { OUTCOME, statusOf } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

describe('rateLimit fixedWindow', () => {
  const three = { limit: 3, window: '100ms' };

  it('lets through the first calls of each window, and twice as many around a border', () => {
    expect(
      admitted(kind, three, [
        [99, 5],
        [100, 5],
        [199, 1],
        [200, 4],
      ]),
    ).toEqual([3, 3, 0, 3]);
  });

  it('has its borders on the clock, not at the first call', () => {
    expect(
      admitted(kind, three, [
        [60, 3],
        [99.999999, 1],
        [100, 1],
      ]),
    ).toEqual([3, 0, 1]);
  });

  it('does not count what it refuses', () => {
    const flood = Array.from({ length: 10 }, (_, k) => [k * 10, 9] as const);
    expect(admitted(kind, three, [...flood, [100, 3]]).at(-1)).toBe(3);
  });

  it('refuses with its status and counts the refusal', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, kind, { limit: 1, window: '1s', status: 503 });
    calls.call([policy], 0);
    const refused = calls.call([policy], MS);
    calls.run();
    expect(refused.outcome! & 31).toBe(OUTCOME.rejectedRateLimit);
    expect(statusOf(refused.outcome!)).toBe(503);
    expect(calls.counted('rateLimited')).toBe(1);
  });

  it('has an empty counter and the old borders after a restart', () => {
    const one = { limit: 1, window: '100ms' };
    expect(afterRestart(kind, one, [50, 60, 100])).toEqual([true, false, true]);
  });

  it('counts each key for itself, and forgets only keys of windows that are over', () => {
    const limiter = limiterOf(kind, { limit: 1, window: '1s' });
    expect([limiter.take(0, 1), limiter.take(0, 1), limiter.take(0, 2)]).toEqual([0, -1, 0]);
    limiter.reset();
    expect(limiter.take(0, 1)).toBe(0);
    expectNothingForgotten(kind, { limit: 2, window: '1s' }, MS);
  });
});
