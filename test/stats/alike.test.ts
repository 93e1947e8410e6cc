import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/analysis/against/rows.js';
import { compareFamily } from '../../src/stats/comparison.js';
import { documentedInterval } from '../../src/stats/paired.js';
import { uncertainInterval } from '../../src/stats/uncertain.js';
import { stationQuantile, stationRuns } from '../support/stations.js';

const EXPERIMENTS = 80;

/** By quantile: in how many experiments two alike stations are found to differ. */
function found(runs: number, quantiles: readonly number[]): readonly number[] {
  const counts = quantiles.map(() => 0);
  for (let seed = 1; seed <= EXPERIMENTS; seed++) {
    const [one, other] = [seed, 1000 + seed].map((own) => stationRuns(own, runs));
    quantiles.forEach((p, k) => {
      const [base, own] = [one!, other!].map((each) => stationQuantile(each, p));
      const member = {
        value: own!.value,
        baseValue: base!.value,
        pairs: base!.each.map((value, i) => [value, own!.each[i]!] as const),
        uncertain: [base!.uncertain, own!.uncertain] as const,
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
    // These seeds have more than usual with 5 runs: of 530 seeds 19 differ.
    expect(p999).toBeLessThanOrEqual(0.12);
  });

  it('seldom differ in `check --against`', () => {
    let differ = 0;
    for (let seed = 1; seed <= EXPERIMENTS; seed++) {
      const [there, here] = [seed, 1000 + seed].map((own) => figuresOf(own, 10));
      const row = rowsOf(there!, here!, 0.05).find(({ figure }) => figure === 'p99 of successes')!;
      if (row.verdict === 'better' || row.verdict === 'worse') differ++;
    }
    // Single runs, in pairs, find 30 % to differ: most of them miss the busy time that decides the quantile.
    expect(differ / EXPERIMENTS).toBeLessThanOrEqual(0.1);
  });

  it('seldom differ by what a sweep has of them: intervals, and the values of the runs', () => {
    let differ = 0;
    for (let seed = 1; seed <= EXPERIMENTS; seed++) {
      const [one, other] = [seed, 1000 + seed].map((own) => {
        const { uncertain, ...figure } = stationQuantile(stationRuns(own, 10), 0.99);
        const { low, high } = uncertainInterval(uncertain, 0.95)!;
        return { ...figure, ci95: [low, high] as const };
      });
      const { low, high } = documentedInterval(one!, other!)!;
      if (low > 0 || high < 0) differ++;
    }
    // Pairs of single runs alone find 30 %.
    expect(differ / EXPERIMENTS).toBeLessThanOrEqual(0.1);
  });
});

/** A side of a comparison in which only the latency varies. */
function figuresOf(seed: number, runs: number) {
  const each = stationRuns(seed, runs);
  const always = (value: number) => ({ value, each: each.map(() => value) });
  return {
    success: always(1),
    p50: stationQuantile(each, 0.5),
    p99: stationQuantile(each, 0.99),
    attemptsPerCall: always(1),
    hasUnsent: false,
    wasted: always(0),
    degraded: always(0),
    cost: null,
    within: null,
  };
}
