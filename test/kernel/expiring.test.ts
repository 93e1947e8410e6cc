import { describe, expect, it } from 'vitest';
import { Expiring } from '../../src/kernel/expiring.js';

describe('numbers that are kept for a time', () => {
  it('are valid until their time, that instant not included', () => {
    const kept = new Expiring(100);
    kept.set(0, 7, 5, 100);
    expect([0, 99, 100].map((now) => kept.get(now, 7))).toEqual([5, 5, 0]);
    expect(kept.get(0, 8)).toBe(0);
  });

  it('take the place of the one of the same key', () => {
    const kept = new Expiring(100);
    kept.set(0, 7, 5, 90);
    kept.set(10, 7, 6, 40);
    expect([39, 40].map((now) => kept.get(now, 7))).toEqual([6, 0]);
    // The older one is in the older map by now.
    kept.set(100, 7, 8, 150);
    expect([100, 149, 150].map((now) => kept.get(now, 7))).toEqual([8, 8, 0]);
  });

  it('outlast the rotation of the maps while they are valid', () => {
    const kept = new Expiring(100);
    kept.set(0, 1, 5, 50);
    kept.set(99, 2, 6, 199);
    kept.set(100, 3, 7, 200);
    expect([1, 2, 3].map((key) => kept.get(100, key))).toEqual([0, 6, 7]);
    kept.set(199, 4, 8, 299);
    expect([1, 2, 3, 4].map((key) => kept.get(198, key))).toEqual([0, 6, 7, 8]);
  });

  it('are forgotten when the maps have taken two turns', () => {
    const kept = new Expiring(100);
    kept.set(0, 1, 5, Infinity);
    kept.set(99, 2, 6, Infinity);
    kept.set(100, 3, 7, Infinity);
    expect([1, 2, 3].map((key) => kept.get(100, key))).toEqual([5, 6, 7]);
    kept.set(200, 4, 8, Infinity);
    expect([1, 2, 3, 4].map((key) => kept.get(200, key))).toEqual([0, 0, 7, 8]);
    kept.set(299, 5, 9, Infinity);
    expect([3, 4, 5].map((key) => kept.get(299, key))).toEqual([7, 8, 9]);
  });

  it('are removed when it is cleared', () => {
    const kept = new Expiring(100);
    kept.set(0, 1, 5, Infinity);
    kept.set(100, 2, 6, Infinity);
    kept.clear();
    expect([1, 2].map((key) => kept.get(100, key))).toEqual([0, 0]);
  });
});
