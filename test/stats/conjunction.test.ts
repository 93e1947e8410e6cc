import { describe, expect, it } from 'vitest';
import { atLeast } from '../../src/stats/conjunction.js';

const ALLOWED = 0.05;

/** Claims, by the probability that each seems true at random. */
const claims =
  (...errors: number[]) =>
  (part: number): number =>
    errors.filter((error) => error <= part * ALLOWED).length;

/** Numbers between 0 and 1 that follow each other without a pattern. Source: Park and Miller 1988. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

describe('at least u of n claims', () => {
  it('are all of them when each is sure by itself', () => {
    expect(atLeast(3, 3, claims(0.05, 0.04, 0.01))).toBe(true);
    expect(atLeast(3, 3, claims(0.06, 0.04, 0.01))).toBe(false);
  });

  it('are one when it is sure among all, or when several are that would be too many by chance', () => {
    expect(atLeast(1, 100, claims(0.0004))).toBe(true);
    expect(atLeast(1, 100, claims(0.01))).toBe(false);
    expect(atLeast(1, 100, claims(...Array.from({ length: 8 }, () => 0.003)))).toBe(true);
    expect(atLeast(1, 100, claims(...Array.from({ length: 40 }, () => 0.015)))).toBe(true);
  });

  it('are none where nothing is sure', () => {
    expect(atLeast(1, 4, claims(0.9, 0.8, 0.7, 0.6))).toBe(false);
  });

  it.each([
    [1, 100],
    [5, 100],
    [50, 100],
    [100, 100],
    [3, 12],
  ])('%i of %i are not found by chance more often than is allowed', (u, n) => {
    const chance = numbers(11 + u);
    const TRIALS = 2000;
    let found = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      // As many as can be true while fewer than u are, and they are certain.
      const errors = Array.from({ length: n }, (_, i) => (i < u - 1 ? 0 : chance.next().value));
      if (atLeast(u, n, claims(...errors))) found++;
    }
    // Three standard deviations of a share of 5 % in 2000 trials.
    expect(found / TRIALS).toBeLessThan(ALLOWED + 0.015);
  });
});
