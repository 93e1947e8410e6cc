import { describe, expect, it } from 'vitest';
import { rateLimitSlidingWindow as kind } from '../../src/patterns/policies/rate-limit-sliding-window.js';
import { MS, SECOND } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

describe('rateLimit slidingWindow', () => {
  it('weighs the previous window by what of it is still covered', () => {
    // 86 in the minute before, 12 in this one, 15 s into it: 86 x 45/60 + 12 = 76.5, so 23 more make 99.5 and the
    // next one would be at 100.5.
    const batches = [
      [59_000, 86],
      [60_000, 12],
      [75_000, 40],
    ] as const;
    expect(admitted(kind, { limit: 100, window: '60s' }, batches)).toEqual([86, 12, 24]);
  });

  it('refuses at exactly its limit, and lets through 1 ns later', () => {
    const limiter = limiterOf(kind, { limit: 10, window: '60s' });
    for (let k = 0; k < 10; k++) expect(limiter.take(59 * SECOND, 0)).toBe(0);
    expect(limiter.take(60 * SECOND, 0)).toBe(-1);
    expect(limiter.take(60 * SECOND + 1, 0)).toBe(0);
    // One is in the current window now: 10 x (60 - e)/60 < 9 needs e > 6 s.
    expect(limiter.take(66 * SECOND, 0)).toBe(-1);
    expect(limiter.take(66 * SECOND + 1, 0)).toBe(0);
  });

  it('is exact where the products outgrow a double', () => {
    // 999,999 in one day; n more go on as soon as 999,999 x (day - e) < (1,000,000 - n) x day.
    const limiter = limiterOf(kind, { limit: 1_000_000, window: '1d' });
    const day = 86_400 * SECOND;
    for (let k = 0; k < 999_999; k++) limiter.take(0, 0);
    for (let n = 0; n < 400; n++) {
      const tenth = (BigInt(n) - 1n) * BigInt(day);
      const from = n === 0 ? 0 : Number(tenth / 999_999n) + 1;
      if (from > 0) expect(limiter.take(day + from - 1, 0), `${n} too early`).toBe(-1);
      expect(limiter.take(day + from, 0), `${n} in time`).toBe(0);
    }
  });

  it('remembers one window only', () => {
    const batches = [
      [50, 3],
      [200, 3],
      [299, 1],
    ] as const;
    expect(admitted(kind, { limit: 3, window: '100ms' }, batches)).toEqual([3, 3, 0]);
  });

  it('does not count what it refuses', () => {
    // The 5 of the first window weigh 5 x 0.5 in the middle of the next: 2.5 < 3 < ... leaves 3.
    const batches = [
      [0, 5],
      [50, 20],
      [150, 9],
    ] as const;
    expect(admitted(kind, { limit: 5, window: '100ms' }, batches)).toEqual([5, 0, 3]);
  });

  it('has forgotten both windows after a restart', () => {
    expect(afterRestart(kind, { limit: 1, window: '100ms' }, [2, 3, 101])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('forgets only keys whose windows weigh nothing any more', () => {
    expectNothingForgotten(kind, { limit: 2, window: '1s' }, MS);
  });
});
