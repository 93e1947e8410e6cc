import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { compareFamily } from '../../src/stats/comparison.js';
import { Histogram } from '../../src/stats/histogram.js';
import { UncertainQuantile } from '../../src/stats/uncertain-quantile.js';

/** The sojourn times of a run of M/M/1 at 80 % load, by Lindley's recursion, with random numbers of its own. */
function station(seed: number, run: number): Histogram {
  const histogram = new Histogram();
  let wait = 0;
  for (let i = 0; i < 2000; i++) {
    const [gap, work] = [0, 1].map((which) => -Math.log(unit(seed, which, run, i, 0)));
    wait = Math.max(0, wait - gap! * 10e6) + work! * 8e6;
    if (i >= 200) histogram.add(Math.round(wait));
  }
  return histogram;
}

const EXPERIMENTS = 80;

/** By quantile: in how many experiments two alike stations are found to differ. */
function found(runs: number, quantiles: readonly number[]): readonly number[] {
  const counts = quantiles.map(() => 0);
  for (let seed = 1; seed <= EXPERIMENTS; seed++) {
    const [one, other] = [seed, 1000 + seed].map((own) =>
      Array.from({ length: runs }, (_, run) => station(own, run)),
    );
    quantiles.forEach((p, k) => {
      const [base, own] = [one!, other!].map((each) => {
        const all = new Histogram();
        for (const run of each) all.merge(run);
        return new UncertainQuantile(all, each, p, 1e9);
      });
      const pairs = one!.map(
        (run, i) => [run.quantile(p) / 1e9, other![i]!.quantile(p) / 1e9] as const,
      );
      const member = {
        value: own!.estimate,
        baseValue: base!.estimate,
        pairs,
        uncertain: [base!, own!] as const,
      };
      const [{ verdict }] = compareFamily([member], {
        unit: 'seconds',
        better: 'less',
        limits: [],
      }) as [ReturnType<typeof compareFamily>[number]];
      if (verdict === 'better' || verdict === 'worse') counts[k]!++;
    });
  }
  return counts.map((count) => count / EXPERIMENTS);
}

describe('two alike stations', () => {
  it.each([2, 3, 5, 10])('seldom differ in a quantile of %d runs', (runs) => {
    const [p95, p99, p999] = found(runs, [0.95, 0.99, 0.999]);
    // Intervals of 95 %, and the chance of 80 experiments: at most 4 of them, and 4 more.
    expect(p95).toBeLessThanOrEqual(0.1);
    expect(p99).toBeLessThanOrEqual(0.1);
    // Runs that each miss the rare busy time are too alike.
    expect(p999).toBeLessThanOrEqual(0.15);
  });
});
