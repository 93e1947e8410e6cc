import { describe, expect, it } from 'vitest';
import {
  distributionOf,
  intervalOf,
  pairedValues,
  statistic,
} from '../../src/analysis/measure/estimate.js';
import { mergeAll } from '../../src/analysis/measure/sums.js';
import { unit } from '../../src/kernel/rng.js';
import { Histogram } from '../../src/stats/histogram.js';
import { sectionInterval } from '../../src/stats/interval.js';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

const p99Of = (runs: readonly Histogram[]) => distributionOf(mergeAll(runs), runs, 'p99');
const constant = (ms: number): Histogram => histogramOf(new Array<number>(100).fill(ms * 2 ** 20));

/** The sojourn times of a run of M/M/1 at 80 % load, by Lindley's recursion; 7 times as long as it remembers. */
function station(seed: number, run: number): Histogram {
  const values: number[] = [];
  let wait = 0;
  for (let i = 0; i < 700; i++) {
    const [gap, work] = [0, 1].map((which) => -Math.log(unit(seed, which, run, i, 0)));
    wait = Math.max(0, wait - gap! * 10e6) + work! * 8e6;
    if (i >= 200) values.push(Math.round(wait));
  }
  return histogramOf(values);
}
const TRUE_P99 = Math.log(100) / 25;

describe('the interval of a quantile', () => {
  it('comes from the runs where they show about the same', () => {
    const { sections, each } = p99Of(Array.from({ length: 20 }, () => constant(10)));
    expect([sections!.count, each.length]).toEqual([20, 20]);
    // Every second run has the large values: pairs of runs all have them.
    const halves = Array.from({ length: 20 }, (_, i) => constant(10 + (i % 2)));
    expect(p99Of(halves).sections!.count).toBe(10);
  });

  it('comes from longer sections where most runs miss what decides it', () => {
    // One run of ten has all large values: the pooled p99 is theirs, and nine runs show a tenth of it.
    const runs = Array.from({ length: 10 }, (_, i) => constant(i === 3 ? 100 : 10));
    const measured = p99Of(runs);
    expect(measured.sections!.count).toBe(5);
    const [low, high] = [10, 100].map((ms) => statistic(constant(ms), 'p99')!);
    const found = intervalOf(measured, 0.95)!;
    const expected = sectionInterval(high!, [low!, high!, low!, low!, low!])!;
    expect(found.halfWidth).toBeCloseTo(expected.halfWidth, 12);
    expect(found.n).toBe(5);
  });

  it('covers the truth of short runs more often than the runs alone', () => {
    let own = 0;
    let alone = 0;
    const experiments = 120;
    for (let seed = 1; seed <= experiments; seed++) {
      const runs = Array.from({ length: 20 }, (_, run) => station(seed, run));
      const measured = p99Of(runs);
      const covers = ({ low, high }: { low: number; high: number }): boolean =>
        low <= TRUE_P99 && TRUE_P99 <= high;
      if (covers(intervalOf(measured, 0.95)!)) own++;
      if (covers(sectionInterval(measured.value!, measured.each as number[])!)) alone++;
    }
    // 120 experiments, seed by seed the same: the count is exact.
    expect(own / experiments).toBeGreaterThan(0.82);
    expect(alone / experiments).toBeLessThan(0.78);
  });

  it('is from the runs with fewer than ten, and without a value in one', () => {
    const nine = Array.from({ length: 9 }, (_, i) => constant(i === 3 ? 100 : 10));
    expect(p99Of(nine).sections).toBeUndefined();
    expect(p99Of([...nine, new Histogram()]).sections).toBeUndefined();
    expect(distributionOf(mergeAll(nine), nine, 'mean').sections).toBeUndefined();
  });
});

describe('paired values', () => {
  it('are those of the same groups of runs, as many as the coarser figure has', () => {
    const biased = p99Of(Array.from({ length: 10 }, (_, i) => constant(i === 3 ? 100 : 10)));
    const alike = p99Of(Array.from({ length: 10 }, () => constant(10)));
    expect(pairedValues(biased, alike)).toHaveLength(5);
    expect(pairedValues(alike, alike)).toHaveLength(10);
    const { sections: _sections, ...mean } = alike;
    expect(pairedValues(biased, mean)).toHaveLength(10);
  });
});
