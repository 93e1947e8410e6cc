import { describe, expect, it } from 'vitest';
import { mser5 } from '../../src/stats/mser.js';

/** 500 observations: `value` for the number of an observation. */
const series = (value: (i: number) => number): number[] =>
  Array.from({ length: 500 }, (_, i) => value(i));
/** A sum of sines, so that the test has no random numbers. */
const noise = (i: number): number => Math.sin(12.9898 * i) + Math.sin(78.233 * i * i);

/** White's definition, without the shortcut: the d with the least sum of squares over (n - d)^2. */
function byDefinition(values: readonly number[]): number {
  const batches = Array.from({ length: values.length / 5 }, (_, b) =>
    values.slice(5 * b, 5 * b + 5).reduce((sum, value) => sum + value / 5, 0),
  );
  let [best, least] = [0, Infinity];
  for (let d = 0; batches.length - d >= batches.length / 4; d++) {
    const rest = batches.slice(d);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    const error = rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
    if (error < least) [best, least] = [d, error];
  }
  return 5 * best;
}

describe('MSER-5', () => {
  it('cuts a step where it is', () => {
    const found = mser5(series((i) => (i < 120 ? 9 : 1) + 0.1 * noise(i)));
    expect(found).toEqual({ drop: 120, isSettled: true });
  });

  it('cuts nothing of a steady series', () => {
    expect(mser5(series((i) => 5 + noise(i)))!.drop).toBeLessThan(50);
    expect(mser5(series(() => 5))).toEqual({ drop: 0, isSettled: true });
  });

  it('is what White defines', () => {
    const ramp = series((i) => Math.min(1, i / 100) + 0.2 * noise(i));
    const decay = series((i) => 3 * Math.exp(-i / 40) + 0.5 * noise(i));
    for (const values of [ramp, decay, series((i) => noise(i * i))])
      expect(mser5(values)!.drop).toBe(byDefinition(values));
  });

  it('says that a series without a steady part is too short', () => {
    expect(mser5(series((i) => i + noise(i)))!.isSettled).toBe(false);
    expect(mser5(series((i) => Math.min(i, 320) + noise(i)))!.isSettled).toBe(false);
  });

  it('needs 20 batches', () => {
    expect(mser5(new Float64Array(99))).toBeNull();
    expect(mser5(new Float64Array(100))).not.toBeNull();
  });
});
