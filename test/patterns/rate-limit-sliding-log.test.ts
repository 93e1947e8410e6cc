import { describe, expect, it } from 'vitest';
import { rateLimitSlidingLog as kind } from '../../src/patterns/policies/rate-limit-sliding-log.js';
import { MS } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

describe('rateLimit slidingLog', () => {
  it('lets a call through as soon as the oldest of a full log is a window old', () => {
    const limiter = limiterOf(kind, { limit: 2, window: '100ms' });
    expect(limiter.take(5 * MS, 0)).toBe(0);
    expect(limiter.take(40 * MS, 0)).toBe(0);
    expect(limiter.take(105 * MS - 1, 0)).toBe(-1);
    expect(limiter.take(105 * MS, 0)).toBe(0);
    expect(limiter.take(140 * MS - 1, 0)).toBe(-1);
    expect(limiter.take(140 * MS, 0)).toBe(0);
  });

  it('has no double burst at any border', () => {
    const batches = [
      [99, 5],
      [100, 5],
      [198, 5],
      [199, 5],
    ] as const;
    expect(admitted(kind, { limit: 3, window: '100ms' }, batches)).toEqual([3, 0, 0, 3]);
  });

  it('lets no window hold more than its limit, and goes round its ring for ever', () => {
    const limiter = limiterOf(kind, { limit: 7, window: '100ms' });
    const got: number[] = [];
    for (let now = 0; now < 5_000 * MS; now += 3_700_001) {
      // Refused calls are not recorded.
      if (limiter.take(now, 0) === 0) got.push(now);
    }
    for (let k = 7; k < got.length; k++)
      expect(got[k] - got[k - 7]).toBeGreaterThanOrEqual(100 * MS);
    expect(got.length).toBeGreaterThan(6.5 * 50);
  });

  it('is empty after a restart', () => {
    expect(afterRestart(kind, { limit: 1, window: '100ms' }, [2, 101, 102])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('forgets only keys whose log is out of date', () => {
    expectNothingForgotten(kind, { limit: 2, window: '1s' }, MS);
  });
});
