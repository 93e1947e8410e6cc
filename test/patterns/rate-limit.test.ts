import { describe, expect, it } from 'vitest';
import {
  eventsUntil,
  rationalRate,
  timeOfEvent,
} from '../../src/patterns/mechanisms/rational-rate.js';
import { tokenBucket } from '../../src/patterns/mechanisms/token-bucket.js';
import { rateLimitTokenBucket } from '../../src/patterns/policies/rate-limit-token-bucket.js';
import { OUTCOME, statusOf } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

/** Waits in ms of instant calls at these times; null = refused. */
function waits(written: object, timesMs: readonly number[], deadlineMs = Infinity) {
  const calls = new FakeCalls();
  const { policy } = createPolicy(calls, rateLimitTokenBucket, written);
  const all = timesMs.map((at) => calls.call([policy], at * MS, deadlineMs * MS));
  calls.run();
  expect(policy.held()).toBe(0);
  return all.map((call, k) => (call.outcome === OUTCOME.ok ? call.endNs / MS - timesMs[k] : null));
}

const times = (n: number, at: number): number[] => new Array<number>(n).fill(at);
const admitted = (got: readonly (number | null)[]): number =>
  got.filter((wait) => wait !== null).length;

describe('rateLimit tokenBucket', () => {
  it('starts full, refills all the time and takes nothing for a refusal', () => {
    const got = waits({ rate: '10/s', burst: 5 }, [
      ...times(8, 0),
      ...times(2, 100),
      ...times(6, 1000),
    ]);
    expect(admitted(got.slice(0, 8))).toBe(5);
    expect(admitted(got.slice(8, 10))).toBe(1);
    expect(admitted(got.slice(10))).toBe(5);
  });

  it('reserves tokens in advance within maxWait', () => {
    expect(waits({ rate: '10/s', burst: 5, maxWait: '300ms' }, times(9, 0))).toEqual([
      0,
      0,
      0,
      0,
      0,
      100,
      200,
      300,
      null,
    ]);
  });

  it('refuses at once a wait that would end after the deadline, and takes nothing for it', () => {
    const got = waits({ rate: '10/s', burst: 1, maxWait: '1s' }, [0, 0, 0, 0], 200);
    expect(got).toEqual([0, 100, 200, null]);
  });

  it('lets a token be had at the very ns it is complete and not before', () => {
    // 3 per second: the second token is complete at 333,333,333.3 ns.
    const bucket = tokenBucket(3, 1, 'continuous');
    bucket.take(0);
    expect(bucket.waitNs(333_333_333)).toBe(1);
    expect(bucket.waitNs(333_333_334)).toBe(0);
  });

  it('does not drift: the millionth reservation is due where arithmetic says', () => {
    for (const perSecond of [3, 100 / 60, 801, 10_000 / 3600, 999_983]) {
      const bucket = tokenBucket(perSecond, 1, 'continuous');
      for (let k = 0; k < 1_000_000; k++) bucket.take(0);
      const { events, spanNs } = rationalRate(perSecond);
      const exact = (1_000_000n * BigInt(spanNs) + BigInt(events) - 1n) / BigInt(events);
      expect(bucket.waitNs(0)).toBe(Number(exact));
    }
  });

  it('keeps to burst + rate * T in every interval', () => {
    const bucket = tokenBucket(7, 3, 'continuous');
    const got: number[] = [];
    for (let now = 0; now < 5 * SECOND; now += 11_000_007) {
      if (bucket.waitNs(now) > 0) continue;
      bucket.take(now);
      got.push(now);
    }
    for (let a = 0; a < got.length; a++) {
      for (let b = a; b < got.length; b++) {
        expect(b - a + 1).toBeLessThanOrEqual(3 + (7 * (got[b] - got[a])) / SECOND + 1e-6);
      }
    }
    expect(got.length).toBeGreaterThan(3 + 7 * 4);
  });

  it('keeps a burst far larger than its rate exactly', () => {
    const bucket = tokenBucket(10, 1000, 'continuous');
    for (let k = 0; k < 1000; k++) {
      expect(bucket.waitNs(0)).toBe(0);
      bucket.take(0);
    }
    expect(bucket.waitNs(0)).toBe(100 * MS);
    expect(bucket.isFull(100 * SECOND - 1)).toBe(false);
    expect(bucket.isFull(100 * SECOND)).toBe(true);
  });

  it('ticks: has whole tokens at the multiples of 1/rate only', () => {
    const written = { rate: '10/s', burst: 2, refill: 'ticks' };
    // Two at 50 empty it; the tick at 100 brings one, however short a time ago it was emptied.
    expect(waits(written, [50, 50, 50, 99, 100, 100, 199, 200])).toEqual([
      0,
      0,
      null,
      null,
      0,
      null,
      null,
      0,
    ]);
    expect(waits({ ...written, maxWait: '1s' }, times(5, 50))).toEqual([0, 0, 50, 150, 250]);
  });

  it('gives a token back when the last waiter leaves, and not when others have reserved after it', () => {
    const endOfNext = (...leavers: number[]): number => {
      const calls = new FakeCalls();
      const { policy } = createPolicy(calls, rateLimitTokenBucket, { rate: '10/s', maxWait: '1s' });
      const all = times(4, 0).map(() => calls.call([policy], 0));
      leavers.forEach((leaver, k) => calls.giveUp(all[leaver].frame, (10 + k) * MS));
      const next = calls.call([policy], 20 * MS);
      calls.run();
      return next.endNs / MS;
    };
    // Tokens at 0, 100, 200, 300; the next call would get 400.
    expect(endOfNext()).toBe(400);
    expect(endOfNext(3)).toBe(300);
    expect(endOfNext(3, 2)).toBe(200);
    expect(endOfNext(2)).toBe(400);
    expect(endOfNext(2, 3)).toBe(300);
  });

  it('refuses with its status', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, rateLimitTokenBucket, { rate: '1/s', status: 503 });
    calls.call([policy], 0);
    const refused = calls.call([policy], 0);
    calls.run();
    expect(refused.outcome! & 31).toBe(OUTCOME.rejectedRateLimit);
    expect(statusOf(refused.outcome!)).toBe(503);
    expect(calls.counted('rateLimited')).toBe(1);
  });

  it('is full again after its process has restarted', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, rateLimitTokenBucket, { rate: '1/s' });
    calls.call([policy], 0);
    calls.at(MS, () => policy.reset!());
    const call = calls.call([policy], 2 * MS);
    calls.run();
    expect(call.outcome).toBe(OUTCOME.ok);
  });
});

describe('the limiter in a middleware', () => {
  const limiter = (written: object) =>
    rateLimitTokenBucket.limiter!(rateLimitTokenBucket.schema.parse(written));

  it('has one bucket for each key', () => {
    const limit = limiter({ rate: '10/s', burst: 1, maxWait: '100ms' });
    expect([limit.take(0, 1), limit.take(0, 1), limit.take(0, 1), limit.take(0, 2)]).toEqual([
      0,
      100 * MS,
      -1,
      0,
    ]);
    limit.reset();
    expect(limit.take(0, 1)).toBe(0);
  });

  it('answers for ten thousand passing keys as if it had kept them all', () => {
    const limit = limiter({ rate: '10/s', burst: 1 });
    for (let key = 0; key < 10_000; key++) {
      const now = key * MS;
      expect(limit.take(now, key)).toBe(0);
      // The key of 50 ms ago is still empty, the one of 100 ms ago is full again.
      if (key >= 100) expect(limit.take(now, key - 50)).toBe(-1);
    }
  });
});

describe('rates as fractions', () => {
  it('are exact for what can be written', () => {
    expect(rationalRate(300)).toEqual({ events: 3, spanNs: 10 * MS });
    expect(rationalRate(100 / 60)).toEqual({ events: 1, spanNs: 600 * MS });
    expect(rationalRate(10_000 / 3600)).toEqual({ events: 1, spanNs: 360 * MS });
    expect(rationalRate(1 / 86_400)).toEqual({ events: 1, spanNs: 86_400 * SECOND });
  });

  it('are near to a part in 10^9 for the rest', () => {
    for (const perSecond of [0.333333, Math.PI, 1234.567, 99_999.99, 9_999_999]) {
      const { events, spanNs } = rationalRate(perSecond);
      expect(Math.abs((events / spanNs) * SECOND - perSecond) / perSecond).toBeLessThan(1.01e-9);
      expect(events * spanNs).toBeLessThan(2 ** 53);
    }
  });

  it('count events and find their times as inverse of each other', () => {
    const rate = rationalRate(7);
    for (const nth of [0, 1, 6, 7, 8, 7_000_003]) {
      const at = timeOfEvent(rate, nth);
      expect(eventsUntil(rate, at)).toBe(nth);
      if (nth > 0) expect(eventsUntil(rate, at - 1)).toBe(nth - 1);
    }
  });
});
