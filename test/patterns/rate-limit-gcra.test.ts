import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { rateLimitGcra as kind } from '../../src/patterns/policies/rate-limit-gcra.js';
import { MS, SECOND } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

/** The algorithm as it is written: times in ns x rate, so that T is SECOND and nothing is rounded. */
function theoretical(perSecond: number, burst: number): (now: number) => boolean {
  const interval = BigInt(SECOND);
  const tolerance = BigInt(burst - 1) * interval;
  let tat = 0n;
  return (now) => {
    const at = BigInt(now) * BigInt(perSecond);
    if (at < tat - tolerance) return false;
    tat = (at > tat ? at : tat) + interval;
    return true;
  };
}

describe('rateLimit gcra', () => {
  it.each([
    [10, 1],
    [10, 5],
    [7, 3],
    [801, 40],
    [999_983, 9],
  ])('agrees with the theoretical arrival time at %d/s with a burst of %d', (perSecond, burst) => {
    const limiter = limiterOf(kind, { rate: `${perSecond}/s`, burst });
    const reference = theoretical(perSecond, burst);
    const interval = SECOND / perSecond;
    let now = 0;
    let through = 0;
    for (let k = 0; k < 20_000; k++) {
      // Above the rate on average, with pauses, and often at exactly the same ns.
      const u = unit(1, 2, 3, 4, k);
      if (u < 0.01) now += Math.floor(1000 * u * interval);
      else if (u > 0.3) now += Math.floor((u - 0.3) * interval);
      const expected = reference(now);
      if (expected) through++;
      expect(limiter.take(now, 0) === 0, `call ${k} at ${now}`).toBe(expected);
    }
    expect(through).toBeGreaterThan(2_000);
    expect(through).toBeLessThan(19_000);
  });

  it('lets a call through at exactly the theoretical time less the tolerance', () => {
    // T 100 ms, tolerance 100 ms: after two at 0 the theoretical arrival time is 200.
    const batches = [
      [0, 3],
      [99.999999, 1],
      [100, 2],
    ] as const;
    expect(admitted(kind, { rate: '10/s', burst: 2 }, batches)).toEqual([2, 0, 1]);
  });

  it('is fresh after a restart, and forgets only keys that are', () => {
    expect(afterRestart(kind, { rate: '1/s' }, [2, 3])).toEqual([true, false]);
    expectNothingForgotten(kind, { rate: '2/s', burst: 2 }, MS);
  });
});
