import { describe, expect, it } from 'vitest';
import { SOBOL_DIMENSIONS, sobol } from '../../src/stats/sobol.js';

/** The first points without a shift, to four digits, moved back by the half step that keeps them above 0. */
function points(dimension: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => Math.round(sobol(i, dimension, 0) * 10_000) / 10_000,
  );
}

describe("the sequence of Sobol'", () => {
  it('begins as published', () => {
    // The first eight points of three dimensions as Joe and Kuo's program prints them, in binary order.
    expect(points(0, 8)).toEqual([0, 0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]);
    expect(points(1, 8)).toEqual([0, 0.5, 0.75, 0.25, 0.625, 0.125, 0.375, 0.875]);
    expect(points(2, 8)).toEqual([0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125]);
  });

  it.each(Array.from({ length: SOBOL_DIMENSIONS }, (_, i) => i))(
    'has one point in each of 64 parts of dimension %i, shifted or not',
    (dimension) => {
      for (const shift of [0, 0x5bd1e995, -7]) {
        for (const first of [0, 64, 192]) {
          const parts = new Set(
            Array.from({ length: 64 }, (_, i) =>
              Math.floor(64 * sobol(first + i, dimension, shift)),
            ),
          );
          expect(parts.size).toBe(64);
        }
      }
    },
  );

  it('has one point in each box of the first two dimensions, however it is cut', () => {
    for (const [wide, high] of [
      [4, 16],
      [8, 8],
      [32, 2],
    ] as const) {
      const boxes = new Set(
        Array.from({ length: 64 }, (_, i) =>
          [Math.floor(wide * sobol(i, 0, 99)), Math.floor(high * sobol(i, 1, 5))].join(),
        ),
      );
      expect(boxes.size).toBe(64);
    }
  });
});
