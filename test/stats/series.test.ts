import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
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

  it('merge as if all values had been added to one', () => {
    const values = Array.from({ length: 100 }, (_, i) => unit(1, 2, 3, 4, i) * 1000);
    const whole = momentsOf(values);
    const merged = momentsOf(values.slice(0, 30));
    merged.merge(momentsOf(values.slice(30)));
    merged.merge(new Moments());
    expect(merged.count).toBe(100);
    expect(merged.mean).toBeCloseTo(whole.mean, 10);
    expect(merged.variance).toBeCloseTo(whole.variance, 7);
    const fromEmpty = new Moments();
    fromEmpty.merge(whole);
    expect(fromEmpty.variance).toBe(whole.variance);
  });
});
