import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { differenceInterval, differenceP } from '../../src/stats/difference.js';
import { sectionInterval, wilsonLimits } from '../../src/stats/interval.js';
import { studentQuantile } from '../../src/stats/student.js';

describe('the interval of a difference', () => {
  it('reaches further away from 0 where a few pairs make most of it', () => {
    // Mean 3, deviations -1 (four times) and 4: second moment 4, third 12, skewness 1.5, adjusted by sqrt(20) / 3; of the
    // mean over sqrt(5): 1.
    const values = [2, 2, 2, 2, 7];
    const t = studentQuantile(0.9, 4);
    const back = (x: number): number => 3 * (Math.cbrt(1 + (x - 1 / 6)) - 1);
    const found = differenceInterval(3, values, 0.8)!;
    expect(found.low).toBeCloseTo(3 - t, 12);
    expect(found.high).toBeCloseTo(3 - back(-t), 12);
    expect(found.high - 3).toBeGreaterThan(1.2 * t);
    const other = differenceInterval(
      -3,
      values.map((value) => -value),
      0.8,
    )!;
    expect([other.low, other.high]).toEqual([-found.high, -found.low]);
    expect(differenceInterval(3, [2, 2, 2, 6])).toEqual(sectionInterval(3, [2, 2, 2, 6]));
  });

  it('includes what no run of a share has seen, where 0 is inside and at most one pair differs', () => {
    // Of 1,000 requests none has two outcomes: Wilson's limit t^2 / (n + t^2).
    const values = [-1e-6, 1e-6, 0, -1e-6, 1e-6];
    const t = studentQuantile(0.975, 4);
    const none = (t * t) / (1000 + t * t);
    const found = differenceInterval(0, values, 0.95, 1000)!;
    expect([found.low, found.high]).toEqual([-found.high, expect.closeTo(none, 12)]);
    // One of 1,000 more: its own limits, and those of none in the other direction.
    const [low, high] = wilsonLimits(0.001, 1000, t);
    const one = differenceInterval(0.001, [0, 0, 0, 0, 0.005], 0.95, 1000)!;
    expect(one.high).toBeCloseTo(
      Math.max(high, differenceInterval(0.001, [0, 0, 0, 0, 0.005])!.high),
      12,
    );
    expect(one.low).toBeCloseTo(0.001 - Math.sqrt((0.001 - low) ** 2 + none ** 2), 12);
    // Two pairs that differ show how far they do; one that is less than half a request apart does not.
    const two = [0, 0, 0, 0.005, 0.01];
    expect(differenceInterval(0.003, two, 0.95, 1000)).toEqual(differenceInterval(0.003, two));
    const nearly = differenceInterval(0.001, [0, 0, 0, 1e-4, 0.0049], 0.95, 1000)!;
    expect(nearly.low).toBeCloseTo(one.low, 12);
    // Pairs that all have the same outcomes, and pairs that decide.
    const sure = [0.3, 0.31, 0.3, 0.29, 0.3];
    expect(differenceInterval(0, [0, 0, 0, 0, 0], 0.95, 1000)).toMatchObject({ low: 0, high: 0 });
    expect(differenceInterval(0.3, sure, 0.95, 10)).toEqual(differenceInterval(0.3, sure));
  });

  it('is the usual one of symmetric differences', () => {
    const values = [-2, -1, 0, 1, 2];
    const [found, plain] = [differenceInterval(0, values)!, sectionInterval(0, values)!];
    expect([found.low, found.high]).toEqual([plain.low, plain.high]);
    expect(differenceInterval(0, [1])).toBeNull();
    expect(differenceP(0, [1])).toBeNull();
    expect([differenceP(0, [0, 0]), differenceP(1, [1, 1])]).toEqual([1, 0]);
  });

  it('excludes 0 exactly where its p-value is below the error', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const values = Array.from({ length: 10 }, (_, i) => 0.7 + Math.log(unit(seed, 1, i, 0, 0)));
      const pooled = values.reduce((sum, value) => sum + value, 0) / 10;
      const { low, high } = differenceInterval(pooled, values)!;
      expect(low > 0 || high < 0).toBe(differenceP(pooled, values)! < 0.05);
    }
  });

  it('covers the truth more often where few runs make most of it', () => {
    // Of cubes of exponential values, mean 6, a tenth make 80 %.
    let [own, plain] = [0, 0];
    for (let seed = 1; seed <= 1000; seed++) {
      const values = Array.from({ length: 5 }, (_, i) => (-Math.log(unit(seed, 2, i, 0, 0))) ** 3);
      const pooled = values.reduce((sum, value) => sum + value, 0) / 5;
      const covers = ({ low, high }: { low: number; high: number }): number =>
        low <= 6 && 6 <= high ? 1 : 0;
      own += covers(differenceInterval(pooled, values)!);
      plain += covers(sectionInterval(pooled, values)!);
    }
    expect([own > 700, plain < 550]).toEqual([true, true]);
  });
});
