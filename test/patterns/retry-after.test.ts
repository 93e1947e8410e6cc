import { describe, expect, it } from 'vitest';
import { rateLimitEnvoy } from '../../src/patterns/policies/rate-limit-envoy.js';
import { rateLimitFixedWindow } from '../../src/patterns/policies/rate-limit-fixed-window.js';
import { rateLimitGcra } from '../../src/patterns/policies/rate-limit-gcra.js';
import { rateLimitKong } from '../../src/patterns/policies/rate-limit-kong.js';
import { rateLimitLeakyBucket } from '../../src/patterns/policies/rate-limit-leaky-bucket.js';
import { rateLimitResilience4j } from '../../src/patterns/policies/rate-limit-resilience4j.js';
import { rateLimitSlidingLog } from '../../src/patterns/policies/rate-limit-sliding-log.js';
import { rateLimitSlidingWindow } from '../../src/patterns/policies/rate-limit-sliding-window.js';
import { rateLimitTokenBucket } from '../../src/patterns/policies/rate-limit-token-bucket.js';
import { limiterOf, retryAfterMs } from '../support/limited-calls.js';
import { SECOND } from '../support/fake-calls.js';

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const DAY = 86_400;

describe('what a limiter says about coming back', () => {
  it('is the time to the next token of a bucket', () => {
    expect(retryAfterMs(rateLimitTokenBucket, { rate: '10/s', burst: 5 }, zeros(5), 30)).toBe(70);
    expect(retryAfterMs(rateLimitGcra, { rate: '10/s', burst: 5 }, zeros(5), 30)).toBe(70);
    // With an allowed wait of 40 ms, a request at 60 ms gets the token of 100 ms.
    const waiting = { rate: '10/s', burst: 1, maxWait: '40ms' };
    const bucket = limiterOf(rateLimitTokenBucket, waiting);
    expect([bucket.take(0, 0), bucket.take(30e6, 0)]).toEqual([0, -1]);
    expect(bucket.retryNs(30e6, 0)).toBe(30e6);
    expect(bucket.take(60e6, 0)).toBe(40e6);
    // Ticks fall at 100, 200 ms.
    const ticks = { rate: '10/s', burst: 1, refill: 'ticks' };
    expect(retryAfterMs(rateLimitTokenBucket, ticks, [50], 60)).toBe(40);
    const fills = { maxTokens: 2, tokensPerFill: 2, fillInterval: '250ms' };
    expect(retryAfterMs(rateLimitEnvoy, { ...fills, refill: 'timer' }, [10, 10], 20)).toBe(230);
    // One token each 125 ms, the bucket was full at 10 ms.
    expect(retryAfterMs(rateLimitEnvoy, fills, [10, 10], 20)).toBe(115);
  });

  it('is the time to the end of a window of the clock', () => {
    const written = { limit: 2, window: '1s' };
    expect(retryAfterMs(rateLimitFixedWindow, written, [300, 300], 400)).toBe(600);
    expect(retryAfterMs(rateLimitKong, { second: 2 }, [300, 300], 400)).toBe(600);
  });

  it('is the time until the oldest call of a log is forgotten', () => {
    const written = { limit: 2, window: '1s' };
    expect(retryAfterMs(rateLimitSlidingLog, written, [300, 350], 400)).toBe(900);
  });

  it('is the time until the previous window weighs less, and behind the end of a full one', () => {
    const written = { limit: 10, window: '1s' };
    // 10 x (1 - e) + 1 < 10 from just after e = 100 ms.
    const before = [...zeros(10), 1000.001];
    expect(retryAfterMs(rateLimitSlidingWindow, written, before, 1050)).toBe(50 + 1e-6);
    // The full window counts in full at the very start of the next.
    expect(retryAfterMs(rateLimitSlidingWindow, written, zeros(10), 400)).toBe(600 + 1e-6);
  });

  it('is the time until a leaky queue has a place, and the next cycle of resilience4j', () => {
    // Turns at 0, 50, 100 ms; with two waiting places the next place is free at 50 ms.
    const queue = limiterOf(rateLimitLeakyBucket, { rate: '20/s', burst: 2 });
    expect([0, 0, 0, 0].map(() => queue.take(0, 0) / 1e6)).toEqual([0, 50, 100, -1e-6]);
    expect(queue.retryNs(20e6, 0)).toBe(30e6);
    const cycles = { limitForPeriod: 1, limitRefreshPeriod: '100ms', timeoutDuration: '0ms' };
    expect(retryAfterMs(rateLimitResilience4j, cycles, [10], 20)).toBe(80);
  });

  it('is taken by Kong from the longest period that is used up; its months have 30 days', () => {
    const both = limiterOf(rateLimitKong, { second: 1, minute: 1 });
    expect([both.take(0, 0), both.take(1, 0)]).toEqual([0, -1]);
    expect(both.retryNs(1, 0)).toBe(60 * SECOND - 1);
    const shorter = limiterOf(rateLimitKong, { second: 1, minute: 5 });
    expect([shorter.take(0, 0), shorter.take(1, 0)]).toEqual([0, -1]);
    expect(shorter.retryNs(1, 0)).toBe(SECOND - 1);
    const month = limiterOf(rateLimitKong, { month: 1 });
    const late = (31 + 20) * DAY * SECOND;
    expect([month.take(late, 0), month.take(late + 1, 0)]).toEqual([0, -1]);
    expect(month.retryNs(late + 1, 0)).toBe(10 * DAY * SECOND - 1);
    const year = limiterOf(rateLimitKong, { year: 1 });
    expect([year.take(0, 0), year.take(1, 0)]).toEqual([0, -1]);
    expect(year.retryNs(1, 0)).toBe(365 * DAY * SECOND - 1);
  });
});
