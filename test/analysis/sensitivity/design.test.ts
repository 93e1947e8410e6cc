import { describe, expect, it } from 'vitest';
import {
  effectsOf,
  pointsOf,
  sharePoints,
  trajectory,
} from '../../../src/analysis/sensitivity/design.js';
import { sharesOf } from '../../../src/analysis/sensitivity/shares.js';

describe('a trajectory of Morris', () => {
  it('moves each input once, by two thirds of its range, and stays within it', () => {
    for (let walk = 0; walk < 40; walk++) {
      const own = trajectory(7, 5, walk);
      const points = pointsOf(own);
      expect(points).toHaveLength(8);
      expect(own.steps.map(({ input }) => input).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      for (const place of points.flat()) expect([0, 1 / 3, 2 / 3, 1]).toContainEqual(close(place));
      points.slice(1).forEach((point, i) => {
        const moved = point.filter((place, k) => place !== points[i]![k]);
        expect(moved).toHaveLength(1);
      });
    }
  });

  it('has other points with another seed or number, and the same with the same', () => {
    expect(trajectory(7, 5, 0)).toEqual(trajectory(7, 5, 0));
    expect(trajectory(7, 5, 0)).not.toEqual(trajectory(7, 5, 1));
    expect(trajectory(7, 5, 0)).not.toEqual(trajectory(7, 6, 0));
  });

  it('measures the slopes of a linear function exactly, and the absolute ones of a fold', () => {
    const walks = Array.from({ length: 8 }, (_, w) => trajectory(3, 1, w));
    const values = walks.map((walk) =>
      pointsOf(walk).map(([a, b, c]) => 5 * a! - 2 * b! + Math.abs(c! - 0.5)),
    );
    const [a, b, c] = effectsOf(walks, values);
    expect(a).toBeCloseTo(5, 9);
    expect(b).toBeCloseTo(2, 9);
    // From 0 to 2/3 and from 1/3 to 1 it changes by a third: half of the step.
    expect(c).toBeCloseTo(0.5, 9);
  });

  it('counts no change from or to a point without a value', () => {
    const walk = trajectory(2, 1, 0);
    const [first, second] = walk.steps.map(({ input }) => input);
    const effects = effectsOf([walk], [[null, 1, 2]]);
    expect([effects[first!], effects[second!]! > 0]).toEqual([null, true]);
  });
});

/** A grid point, without the noise of the sums. */
function close(place: number): unknown {
  return expect.closeTo(place, 9);
}

describe('indices of Sobol’', () => {
  const shares = (inputs: number, f: (place: readonly number[]) => number, rows: number) => {
    const { a, b, mixed } = sharePoints(inputs, rows, 3);
    return sharesOf({ a: a.map(f), b: b.map(f), mixed: mixed.map((own) => own.map(f)) });
  };

  it('are those of the function of Ishigami: 0.314, 0.442, 0; with others 0.558, 0.442, 0.244', () => {
    const ishigami = ([x, y, z]: readonly number[]): number => {
      const [a, b, c] = [x!, y!, z!].map((place) => Math.PI * (2 * place - 1)) as [
        number,
        number,
        number,
      ];
      return Math.sin(a) + 7 * Math.sin(b) ** 2 + 0.1 * c ** 4 * Math.sin(a);
    };
    const found = shares(3, ishigami, 512)!;
    const [first, total] = [
      found.map((own) => own.first.value),
      found.map((own) => own.total.value),
    ];
    [0.314, 0.442, 0].forEach((value, i) => expect(first[i]).toBeCloseTo(value, 1));
    [0.558, 0.442, 0.244].forEach((value, i) => expect(total[i]).toBeCloseTo(value, 1));
  });

  it('have intervals that hold the true value in nine of ten samples of few rows', () => {
    const linear = ([a, b]: readonly number[]): number => 3 * a! + b!;
    let held = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { a, b, mixed } = sharePoints(2, 32, seed);
      const own = sharesOf({
        a: a.map(linear),
        b: b.map(linear),
        mixed: mixed.map((rows) => rows.map(linear)),
      })!;
      const [low, high] = own[0]!.total.ci95;
      if (low <= 0.9 && high >= 0.9) held++;
    }
    expect(held).toBeGreaterThanOrEqual(18);
  });

  it('are none of a figure that does not change', () => {
    expect(shares(2, () => 1, 32)).toBeNull();
  });
});
