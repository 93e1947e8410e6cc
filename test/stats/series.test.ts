import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { Level } from '../../src/stats/gauge.js';
import { Moments, exactSum, momentsOf } from '../../src/stats/moments.js';
import { mser } from '../../src/stats/mser.js';

describe('a level', () => {
  it('adds up value times time, exactly', () => {
    const level = new Level();
    level.add(2, 10);
    level.add(3, 20);
    level.add(-4, 25);
    level.close(30);
    // 0 * 10 + 2 * 10 + 5 * 5 + 1 * 5 = 50.
    expect([level.closedArea, level.closedMax, level.value]).toEqual([50, 5, 1]);
  });

  it('starts the next interval with the value it has', () => {
    const level = new Level();
    level.set(4, 0);
    level.set(1, 6);
    level.close(10);
    level.close(15);
    expect([level.closedArea, level.closedMax]).toEqual([5, 1]);
    level.close(15);
    expect([level.closedArea, level.closedMax]).toEqual([0, 1]);
  });

  it('counts a peak that lasts no time in the maximum but not in the area', () => {
    const level = new Level();
    level.add(7, 5);
    level.add(-7, 5);
    level.close(10);
    expect([level.closedArea, level.closedMax]).toEqual([0, 7]);
  });
});

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

  it('sum without losing the small beside the large', () => {
    expect(exactSum([1, 1e100, 1, -1e100])).toBe(2);
    expect(exactSum([])).toBe(0);
    expect(exactSum(new Array(10).fill(0.1))).toBe(1);
  });
});

describe('the warm-up by MSER-5', () => {
  it('cuts off a start that is unlike the rest', () => {
    // After 60 observations batches of +1 and -1 in turn, whose tail errors grow with every cut.
    const series = Array.from({ length: 500 }, (_, i) =>
      i < 60 ? 30 - i / 3 : Math.floor(i / 5) % 2 === 0 ? 1 : -1,
    );
    expect(mser(series)).toEqual({ drop: 60, settled: true });
  });

  it('cuts nothing off a series that is level', () => {
    expect(mser(new Array(100).fill(4))).toEqual({ drop: 0, settled: true });
    const step = Array.from({ length: 100 }, (_, i) => (i % 10 < 5 ? 1 : 2));
    expect(mser(step)).toEqual({ drop: 0, settled: true });
  });

  it('says when a series has not settled', () => {
    const rising = Array.from({ length: 200 }, (_, i) => i);
    expect(mser(rising)).toEqual({ drop: 100, settled: false });
    expect(mser([1, 2, 3])).toEqual({ drop: 0, settled: false });
  });
});
