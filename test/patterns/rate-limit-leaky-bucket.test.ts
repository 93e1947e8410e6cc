import { describe, expect, it } from 'vitest';
import { rateLimitLeakyBucket as kind } from '../../src/patterns/policies/rate-limit-leaky-bucket.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';
import {
  afterRestart,
  expectNothingForgotten,
  limiterOf,
  waits,
} from '../support/limited-calls.js';

describe('rateLimit leakyBucket', () => {
  it('lets one go on, keeps as many as it is deep, evenly spaced, and refuses the rest', () => {
    const got = waits(kind, { rate: '10/s', burst: 3 }, [0, 0, 0, 0, 0, 50, 100, 100]);
    // At 50 the three wait still; at 100 the first of them has left and there is room for one.
    expect(got).toEqual([0, 100, 200, 300, null, null, 300, null]);
  });

  it('delays only calls after the first ones above the rate', () => {
    // limit_req rate=5r/s burst=12 delay=8, 15 at once: 1 + 8 at once, 4 in their turn less 8 / 5 s, 2 refused.
    const got = waits(kind, { rate: '5/s', burst: 12, delay: 8 }, Array<number>(15).fill(0));
    expect(got).toEqual([...Array<number>(9).fill(0), 200, 400, 600, 800, null, null]);
    const none = waits(kind, { rate: '5/s', burst: 2, delay: 2 }, [0, 0, 0, 0, 200, 200]);
    expect(none).toEqual([0, 0, 0, null, 0, null]);
  });

  it('keeps the distance to the call before, however long ago that was', () => {
    expect(waits(kind, { rate: '10/s', burst: 1 }, [0, 30, 199, 250, 500])).toEqual([
      0, 70, 1, 50, 0,
    ]);
  });

  it('refuses whatever comes too early where it has no depth', () => {
    expect(waits(kind, { rate: '10/s' }, [0, 99.999999, 100, 199, 200])).toEqual([
      0,
      null,
      0,
      null,
      0,
    ]);
  });

  it('has room at the very ns a waiter leaves and not before', () => {
    const limiter = limiterOf(kind, { rate: '3/s', burst: 1 });
    // Departures at 0 and 333,333,333.3; the next at 666,666,666.7.
    expect(limiter.take(0, 0)).toBe(0);
    expect(limiter.take(0, 0)).toBe(333_333_334);
    expect(limiter.take(333_333_333, 0)).toBe(-1);
    expect(limiter.take(333_333_334, 0)).toBe(666_666_667 - 333_333_334);
  });

  it('does not drift in a busy period of a million calls', () => {
    const limiter = limiterOf(kind, { rate: '801/s', burst: 1_000_000 });
    for (let k = 0; k < 1_000_000; k++) {
      const exact = (BigInt(k) * BigInt(SECOND) + 800n) / 801n;
      const got = limiter.take(0, 0);
      if (got !== Number(exact)) expect(got, `call ${k}`).toBe(Number(exact));
    }
  });

  it('leaves the turn of a waiter unused that gives up', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, kind, { rate: '10/s', burst: 2 });
    const all = [0, 0, 0].map(() => calls.call([policy], 0));
    calls.giveUp(all[1].frame, 10 * MS);
    const next = calls.call([policy], 20 * MS);
    calls.at(30 * MS, () => expect(policy.held()).toBe(1));
    calls.run();
    expect(all[2].endNs).toBe(200 * MS);
    // The queue counts turns: the one at 100 is occupied until then, so there is no room at 20.
    expect(next.outcome! & 31).toBe(15);
    expect(policy.held()).toBe(0);
  });

  it('is empty after a restart', () => {
    expect(afterRestart(kind, { rate: '1/s' }, [2, 3])).toEqual([true, false]);
  });

  it('forgets only keys whose queue is empty', () => {
    expectNothingForgotten(kind, { rate: '2/s', burst: 1 }, MS);
  });
});
