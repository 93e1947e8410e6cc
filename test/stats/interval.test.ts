import { describe, expect, it } from 'vitest';
import jstat from 'jstat';
import { samplers } from '../../src/kernel/distribution.js';
import { unit } from '../../src/kernel/rng.js';
import { normalQuantile } from '../../src/kernel/special.js';
import {
  batchMeansInterval,
  designEffect,
  holm,
  sectionInterval,
  wilsonInterval,
} from '../../src/stats/interval.js';
import { sortedQuantile } from '../../src/stats/rank.js';
import { incompleteBeta, studentCdf, studentQuantile } from '../../src/stats/student.js';

const { jStat } = jstat;

function normals(stream: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => normalQuantile(unit(stream, 1, 0, i, 0)));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The interval of a mean of independent values. */
const meanInterval = (values: readonly number[], confidence?: number) =>
  sectionInterval(mean(values), values, confidence);

describe("Student's t", () => {
  it('has the quantiles of the tables', () => {
    // NIST e-Handbook 1.3.6.7.2, two-sided 95 % and 99 %.
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062047364, 8);
    expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764451052, 9);
    expect(studentQuantile(0.975, 29)).toBeCloseTo(2.0452296421, 9);
    expect(studentQuantile(0.995, 9)).toBeCloseTo(3.2498355416, 9);
    expect(studentQuantile(0.025, 4)).toBe(-studentQuantile(0.975, 4));
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(studentQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
  });

  it('agrees with jStat to 1e-6', () => {
    for (const df of [1, 2, 3, 5, 9, 19, 39, 120, 1000]) {
      for (const p of [0.6, 0.9, 0.95, 0.975, 0.995, 0.9995]) {
        const own = studentQuantile(p, df);
        expect(Math.abs(own / jStat.studentt.inv(p, df) - 1)).toBeLessThan(1e-6);
        expect(studentCdf(own, df)).toBeCloseTo(p, 11);
        expect(studentCdf(-own, df)).toBeCloseTo(1 - p, 11);
      }
    }
    for (const x of [0.01, 0.3, 0.7, 0.99]) {
      expect(incompleteBeta(x, 2.5, 0.5)).toBeCloseTo(jStat.ibeta(x, 2.5, 0.5), 7);
    }
    expect([incompleteBeta(0, 1, 2), incompleteBeta(1, 1, 2)]).toEqual([0, 1]);
  });
});

describe('the interval of a mean', () => {
  it('is mean +- t sd / sqrt(n)', () => {
    // 2, 4, 6: mean 4, sd 2, t(2) = 4.302653; half width 4.302653 * 2 / sqrt(3) = 4.968276.
    const interval = meanInterval([2, 4, 6])!;
    expect(interval.estimate).toBe(4);
    expect(interval.halfWidth).toBeCloseTo(4.968276, 5);
    expect(interval.high - interval.low).toBeCloseTo(2 * interval.halfWidth, 12);
    expect(interval.n).toBe(3);
    expect(meanInterval([5])).toBeNull();
  });

  it('covers the truth as often as it says', () => {
    let covered = 0;
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      const { low, high } = meanInterval(normals(run, 5), 0.9)!;
      if (low <= 0 && 0 <= high) covered++;
    }
    // sd of the share is sqrt(0.09 / 4000) = 0.0047.
    expect(Math.abs(covered / runs - 0.9)).toBeLessThan(0.016);
  });
});

describe('batch means', () => {
  it('drop what does not fill a batch at the front', () => {
    // 5 values, 2 batches of 2: the 100 is dropped; means 1 and 3.
    const interval = batchMeansInterval([100, 0, 2, 2, 4], 2)!;
    expect(interval.estimate).toBe(2);
    expect(interval.n).toBe(2);
    // t(1) = 12.7062, sd sqrt(2): half width 12.7062.
    expect(interval.halfWidth).toBeCloseTo(12.7062, 3);
    expect(batchMeansInterval([1, 2, 3], 2)).toBeNull();
  });

  it('cover the mean of a correlated series where single observations would not', () => {
    let batched = 0;
    let naive = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      let x = 0;
      const series = normals(run + 9000, 4000).map((z) => (x = 0.9 * x + z));
      const a = batchMeansInterval(series)!;
      const b = meanInterval(series)!;
      if (a.low <= 0 && 0 <= a.high) batched++;
      if (b.low <= 0 && 0 <= b.high) naive++;
    }
    expect(batched / runs).toBeGreaterThan(0.9);
    expect(naive / runs).toBeLessThan(0.5);
  });
});

describe("Wilson's interval", () => {
  it('has the known bounds', () => {
    // 8 of 10 at 95 %: 0.4902 to 0.9433 (Newcombe 1998); 0 of 20: 0 to 0.1611.
    const eight = wilsonInterval(8, 10)!;
    expect(eight.low).toBeCloseTo(0.4902, 4);
    expect(eight.high).toBeCloseTo(0.9433, 4);
    const none = wilsonInterval(0, 20)!;
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(0.1611, 4);
    expect(wilsonInterval(20, 20)!.high).toBe(1);
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it('widens with the design effect as with fewer trials', () => {
    const clustered = wilsonInterval(800, 1000, 0.95, 10)!;
    const few = wilsonInterval(80, 100)!;
    expect(clustered.low).toBeCloseTo(few.low, 12);
    expect(clustered.n).toBe(100);
  });

  it('has the t of its clusters where these vary, and covers the truth as often as it says', () => {
    // 5 clusters: t(4) = 2.7764 instead of 1.96. 80 of 100: centre 0.83854 / 1.07709, half of the width 0.10914.
    const own = wilsonInterval(800, 1000, 0.95, 10, 5)!;
    expect(own.low).toBeCloseTo(0.66939, 5);
    expect(own.high).toBeCloseTo(0.88767, 5);
    expect(wilsonInterval(80, 100, 0.95, 1, 5)).toEqual(wilsonInterval(80, 100));
    // Clusters whose share of successes is 80 % +- 5 points.
    let covered = 0;
    const experiments = 2000;
    for (let seed = 0; seed < experiments; seed++) {
      const hits = normals(seed, 5).map((z) => Math.round(2000 * (0.8 + 0.05 * z)));
      const trials = hits.map(() => 2000);
      const sum = hits.reduce((all, one) => all + one, 0);
      const { low, high } = wilsonInterval(sum, 10_000, 0.95, designEffect(hits, trials), 5)!;
      if (low <= 0.8 && 0.8 <= high) covered++;
    }
    expect(covered / experiments).toBeGreaterThan(0.93);
    expect(covered / experiments).toBeLessThan(0.97);
  });
});

describe('the design effect', () => {
  it('is the cluster size when clusters share their fate and 1 when they do not', () => {
    // 100 clusters of 20 trials, wholly good or wholly bad: effect 20 * 100 / 99.
    const trials = new Array(100).fill(20);
    const fates = trials.map((n, i) => (i % 2 === 0 ? n : 0));
    expect(designEffect(fates, trials)).toBeCloseTo((20 * 100) / 99, 10);
    expect(designEffect(new Array(100).fill(10), trials)).toBe(1);
    expect(designEffect([5], [10])).toBe(1);
    expect(designEffect([0, 0], [10, 10])).toBe(1);
  });
});

describe("Holm's adjustment", () => {
  it('multiplies the least by their number, the next by one less, and never falls', () => {
    // Sorted 0.01 0.02 0.03 0.04 -> 0.04 0.06 0.06 0.06.
    const adjusted = holm([0.04, 0.01, 0.03, 0.02]);
    [0.06, 0.04, 0.06, 0.06].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 12));
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('a section interval', () => {
  it('measures the sections against the pooled quantile', () => {
    // Sections 9, 11, 10 around 11: squares 4 + 0 + 1 = 5, over 3 * 2; t(2) = 4.302653.
    const interval = sectionInterval(11, [9, 11, 10])!;
    expect(interval.estimate).toBe(11);
    expect(interval.halfWidth).toBeCloseTo(4.302653 * Math.sqrt(5 / 6), 5);
    expect(sectionInterval(11, [9])).toBeNull();
  });

  it('covers the true p99 of exponential draws', () => {
    const id = samplers.add({ kind: 'exponential', meanNs: 1e9 });
    const truth = 1e9 * Math.log(100);
    let covered = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const all: number[] = [];
      const sections = Array.from({ length: 10 }, (_, section) => {
        const values = Array.from({ length: 500 }, (_, i) =>
          samplers.draw(id, run, section, 3, i, 0),
        );
        all.push(...values);
        return sortedQuantile(
          values.sort((x, y) => x - y),
          0.99,
        );
      });
      const pooled = sortedQuantile(
        all.sort((x, y) => x - y),
        0.99,
      );
      const { low, high } = sectionInterval(pooled, sections)!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.91);
  });
});
