import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { Histogram } from '../../src/stats/histogram.js';
import { differenceInterval } from '../../src/stats/difference.js';
import { sectionInterval } from '../../src/stats/interval.js';
import { pairedInterval, pairedP } from '../../src/stats/paired.js';
import { studentQuantile } from '../../src/stats/student.js';
import {
  uncertainDifference,
  uncertainInterval,
  uncertainP,
  type Uncertain,
} from '../../src/stats/uncertain.js';
import { UncertainQuantile } from '../../src/stats/uncertain-quantile.js';

/** A figure that is linear in its error. */
function line(estimate: number, error: number, residuals: readonly number[]): Uncertain {
  return { estimate, residuals, events: 29, at: (z) => estimate + z * error };
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function p99Of(runs: readonly Histogram[], p = 0.99): UncertainQuantile {
  const all = new Histogram();
  for (const run of runs) all.merge(run);
  return new UncertainQuantile(all, runs, p, 1);
}

const constant = (ms: number): Histogram => histogramOf(new Array<number>(100).fill(ms * 2 ** 20));

/** The sojourn times of a run of M/M/1 at 60 % load, by Lindley's recursion: mean 20 ms, p99 92.1 ms. */
function station(seed: number, run: number, workMs: number): Histogram {
  const values: number[] = [];
  let wait = 0;
  for (let i = 0; i < 600; i++) {
    const [gap, work] = [0, 1].map((which) => -Math.log(unit(seed, which, run, i, 0)));
    wait = Math.max(0, wait - (gap! * 40e6) / 3) + work! * workMs * 1e6;
    if (i >= 150) values.push(Math.round(wait));
  }
  return histogramOf(values);
}

describe('a difference of two figures', () => {
  const one = [3, -1, -2, 1, -1];
  it('of linear ones has the usual interval of correlated errors', () => {
    const other = [2, -2, -1, 2, -1];
    // Sums 16, 14, and 13 of the products: r^2 = 169 / 224, and 1 - r^2 grows by 4 / 3.
    const together = Math.sqrt(1 - ((1 - 169 / 224) * 4) / 3);
    const found = uncertainDifference(line(9, 2, other), line(5, 3, one), 0.95)!;
    const t = studentQuantile(0.975, 4);
    // 64 angles miss the extreme by at most 1 - cos(pi / 64), 0.12 %.
    const half = t * Math.sqrt(4 + 9 - 12 * together);
    expect(found.estimate).toBe(4);
    expect(Math.abs(found.halfWidth / half - 1)).toBeLessThan(0.0013);
    const p = uncertainP(line(9, 2, other), line(5, 3, one))!;
    const at = (error: number) =>
      uncertainDifference(line(9, 2, other), line(5, 3, one), 1 - error)!.low;
    expect(at(p * 1.001)).toBeGreaterThan(0);
    expect(at(p * 0.999)).toBeLessThan(0);
  });

  it('is exact where both have the same error', () => {
    const found = uncertainDifference(line(9, 2, one), line(5, 2, one), 0.95)!;
    expect(found.low).toBeCloseTo(4, 12);
    expect(found.high).toBeCloseTo(4, 12);
    expect(uncertainDifference(line(9, 2, one), line(5, 1, one), 0.95, 2)!.estimate).toBe(-1);
  });

  it('needs five replications, the same of both', () => {
    expect(uncertainDifference(line(1, 1, [0]), line(1, 1, [0]), 0.95)).toBeNull();
    expect(uncertainDifference(line(1, 1, [1, -1]), line(1, 1, [1, 0, -1]), 0.95)).toBeNull();
    expect(uncertainInterval(line(1, 1, [0]), 0.95)).toBeNull();
    expect(uncertainP(line(2, 1, one), line(2, 1, one))).toBe(1);
    const many = { ...line(1, 1, one), events: 30 };
    for (const own of [many, line(1, 1, [1, -1])]) {
      expect(uncertainDifference(own, own, 0.95)).toBeNull();
      expect(uncertainP(own, own)).toBeNull();
    }
  });

  it('excludes 0 only where the pairs do, and reaches at least as far as they do away from it', () => {
    const other = [2, -2, -1, 2, -1];
    const uncertain = [line(1, 0.1, one), line(9, 0.2, other)] as const;
    const figures = uncertainDifference(uncertain[1], uncertain[0], 0.95)!;
    // Mean 8 and standard error sqrt(2) in both directions: t = 5.7 of 4 degrees of freedom, p = 0.005.
    const clear = [4, 6, 8, 10, 12];
    const found = pairedInterval({ difference: 8, differences: clear, uncertain }, 0.95)!;
    const pairs = differenceInterval(8, clear)!;
    expect([found.low, found.high]).toEqual([figures.low, pairs.high]);
    expect(pairs.high).toBeGreaterThan(figures.high);
    // One pair makes all of it: t = 1.
    const single = [0, 0, 0, 0, 40];
    const open = pairedInterval({ difference: 8, differences: single, uncertain }, 0.95)!;
    expect(open.low).toBe(0);
    expect(pairedP({ difference: 8, differences: single, uncertain })).toBeCloseTo(0.374, 3);
    for (const differences of [clear.map((x) => -x), [8], []])
      expect(pairedP({ difference: 8, differences, uncertain })).toBe(1);
    const p = pairedP({ difference: 8, differences: clear, uncertain })!;
    expect(p).toBeCloseTo(0.0048, 4);
    for (const [error, excludes] of [
      [p * 1.001, true],
      [p * 0.999, false],
    ] as const) {
      const { low } = pairedInterval({ difference: 8, differences: clear, uncertain }, 1 - error)!;
      expect(low > 0).toBe(excludes);
    }
  });
});

describe('the interval of a quantile', () => {
  it('is the value itself where all values are alike', () => {
    const found = uncertainInterval(p99Of(Array.from({ length: 5 }, () => constant(10))), 0.95)!;
    expect([found.low, found.high]).toEqual([10 * 2 ** 20, 10 * 2 ** 20]);
  });

  it('has both values where one run of ten decides it', () => {
    const runs = Array.from({ length: 10 }, (_, i) => constant(i === 3 ? 100 : 10));
    const found = uncertainInterval(p99Of(runs), 0.95)!;
    // The lower end is the middle of a bucket of 10 ms.
    expect(found.low / 2 ** 20).toBeCloseTo(10, 1);
    expect([found.estimate, found.high]).toEqual([100 * 2 ** 20, 100 * 2 ** 20]);
  });

  it('is at least that of independent values', () => {
    // Each run has the same 1,000 values, so the runs do not vary: sqrt(0.9 * 0.1 / 4000) = 0.00474.
    const values = Array.from({ length: 1000 }, (_, i) => (i + 1) * 2 ** 20);
    const found = uncertainInterval(p99Of(new Array(4).fill(histogramOf(values)), 0.9), 0.95)!;
    const t = studentQuantile(0.975, 3);
    const [low, high] = [-1, 1].map((side) => (0.9 + side * t * Math.sqrt(0.09 / 4000)) * 1000);
    expect(Math.abs(found.low / 2 ** 20 / low! - 1)).toBeLessThan(0.006);
    expect(Math.abs(found.high / 2 ** 20 / high! - 1)).toBeLessThan(0.006);
  });

  it('covers the truth of short runs, and of their differences, where quantiles of single runs do not', () => {
    const truth = 20 * Math.log(100) * 1e6;
    // A station that works 5 % longer: 8.4 ms at 63 % load.
    const apart = (8.4e6 / 0.37) * Math.log(100) - truth;
    const covers = ({ low, high }: { low: number; high: number }, value: number): number =>
      low <= value && value <= high ? 1 : 0;
    const counts = [0, 0, 0, 0];
    const experiments = 300;
    for (let seed = 1; seed <= experiments; seed++) {
      const runs = [8, 8.4].map((ms) =>
        Array.from({ length: 5 }, (_, run) => station(seed, run, ms)),
      );
      const [one, other] = runs.map((own) => p99Of(own)) as [UncertainQuantile, UncertainQuantile];
      const [each, others] = runs.map((own) => own.map((run) => run.quantile(0.99)));
      const pairs = others!.map((value, i) => value - each![i]!);
      counts[0]! += covers(uncertainInterval(one, 0.95)!, truth);
      counts[1]! += covers(sectionInterval(one.estimate, each!)!, truth);
      counts[2]! += covers(uncertainDifference(other, one, 0.95)!, apart);
      counts[3]! += covers(sectionInterval(other.estimate - one.estimate, pairs)!, apart);
    }
    // Seed by seed the same, so the counts are exact.
    const [own, alone, difference, paired] = counts.map((count) => count / experiments);
    expect([own! > 0.91, alone! < own!]).toEqual([true, true]);
    expect([difference! > 0.92, paired! < 0.85]).toEqual([true, true]);
  });
});
