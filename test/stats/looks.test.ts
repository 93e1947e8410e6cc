import { describe, expect, it } from 'vitest';
import { LOOKS_ERROR, looksOf } from '../../src/stats/looks.js';

describe('looks at a growing number of runs', () => {
  it('double up to the most', () => {
    expect(looksOf(5, 39).map(({ replications }) => replications)).toEqual([5, 10, 20]);
    expect(looksOf(5, 3).map(({ replications }) => replications)).toEqual([5]);
  });

  it('spend the error as Lan and DeMets write it for bounds like those of Pocock', () => {
    // 0.05 ln(1 + (e - 1) t) at t = 1/4, 1/2, 1
    const [first, second, third] = looksOf(5, 20).map(({ error }) => error);
    expect(first).toBeCloseTo(0.017869, 5);
    expect(first! + second!).toBeCloseTo(0.031006, 5);
    expect(first! + second! + third!).toBeCloseTo(LOOKS_ERROR, 12);
  });
});
