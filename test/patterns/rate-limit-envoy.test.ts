import { describe, expect, it } from 'vitest';
import { rateOver } from '../../src/patterns/mechanisms/rational-rate.js';
import { rateLimitEnvoy as kind } from '../../src/patterns/policies/rate-limit-envoy.js';
import { MS, SECOND } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

const ten = { maxTokens: 10, tokensPerFill: 4, fillInterval: '100ms' };

describe('rateLimit envoy', () => {
  it('starts full and has its tokens flow in all the time', () => {
    // 4 each 100 ms: one at 25, 50 and 75; at 100 the fourth.
    const batches = [
      [0, 12],
      [24.999999, 1],
      [25, 2],
      [74.999999, 2],
      [75, 2],
      [100, 1],
    ] as const;
    expect(admitted(kind, ten, batches)).toEqual([10, 0, 1, 1, 1, 1]);
  });

  it('never holds more than its size', () => {
    expect(
      admitted(kind, ten, [
        [0, 10],
        [5000, 20],
      ]),
    ).toEqual([10, 10]);
  });

  it('is exact for fills that make no whole number in a second', () => {
    // 3 in 7 s: tokens at 7/3, 14/3 and 7 s.
    const limiter = limiterOf(kind, { maxTokens: 1, tokensPerFill: 3, fillInterval: '7s' });
    expect(limiter.take(0, 0)).toBe(0);
    expect(limiter.take(2_333_333_333, 0)).toBe(-1);
    expect(limiter.take(2_333_333_334, 0)).toBe(0);
    expect(rateOver(3, 7 * SECOND)).toEqual({ events: 3, spanNs: 7 * SECOND });
    expect(rateOver(500_000, 50 * MS)).toEqual({ events: 1, spanNs: 100 });
  });

  it('is near to a part in 10^9 where fill and interval outgrow the arithmetic', () => {
    const day = 86_400 * SECOND;
    const { events, spanNs } = rateOver(499_979, day + 7);
    expect(events * spanNs).toBeLessThan(2 ** 52);
    expect(Math.abs((events / spanNs) * ((day + 7) / 499_979) - 1)).toBeLessThan(1.01e-9);
  });

  it('with a timer: has a whole fill at the multiples of its interval and nothing between', () => {
    const timed = { ...ten, refill: 'timer' };
    const batches = [
      [30, 12],
      [99.999999, 1],
      [100, 6],
      [199, 1],
      [200, 1],
      [400, 20],
    ] as const;
    // At 400 three tokens are left of the fill at 200, and two fills have been added: 11, but 10 is the size.
    expect(admitted(kind, timed, batches)).toEqual([10, 0, 4, 0, 1, 10]);
  });

  it('with a timer: counts its intervals from the first call after a restart', () => {
    const timed = { maxTokens: 1, fillInterval: '100ms', refill: 'timer' };
    expect(afterRestart(kind, timed, [70, 100, 169, 170])).toEqual([true, false, false, true]);
  });

  it('takes one token a fill where nothing else is said, and no interval below 50 ms', () => {
    const one = { maxTokens: 1, fillInterval: '50ms', refill: 'timer' };
    expect(
      admitted(kind, one, [
        [0, 2],
        [50, 2],
        [99, 1],
        [100, 2],
      ]),
    ).toEqual([1, 1, 0, 1]);
    expect(kind.schema.safeParse({ maxTokens: 1, fillInterval: '49ms' }).success).toBe(false);
  });

  it('forgets only keys whose bucket is full', () => {
    const slow = { maxTokens: 2, fillInterval: '400ms' };
    expectNothingForgotten(kind, slow, MS);
    expectNothingForgotten(kind, { ...slow, refill: 'timer' }, MS);
  });
});
