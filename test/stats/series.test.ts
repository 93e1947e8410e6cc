import { describe, expect, it } from 'vitest';
import { Moments, momentsOf } from '../../src/stats/moments.js';

describe('moments', () => {
  it('give mean and sample variance, also far from 0', () => {
    const moments = momentsOf([4, 7, 13, 16].map((x) => x + 1e9));
    expect(moments.mean).toBe(1e9 + 10);
    expect(moments.variance).toBe(30);
    expect(moments.sd).toBeCloseTo(Math.sqrt(30), 12);
    expect(new Moments().mean).toBe(NaN);
    expect(momentsOf([1]).variance).toBe(NaN);
  });
});
