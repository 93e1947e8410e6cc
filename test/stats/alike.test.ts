import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/analysis/against/rows.js';
import { storedFiguresOf } from '../../src/analysis/against/figures.js';
import type { VariantSummary } from '../../src/contracts/result/result.js';
import { compareFamily } from '../../src/stats/comparison.js';
import { documentedError, pairedInterval } from '../../src/stats/paired.js';
import { uncertainInterval } from '../../src/stats/uncertain.js';
import { stationQuantile, stationRuns } from '../support/stations.js';

const EXPERIMENTS = 80;

/** By quantile: in how many experiments two stations are found to differ, of which the other one works that long. */
function found(runs: number, quantiles: readonly number[], workMs = 8): readonly number[] {
  const counts = quantiles.map(() => 0);
  for (let seed = 1; seed <= EXPERIMENTS; seed++) {
    const one = stationRuns(seed, runs);
    const other = stationRuns(1000 + seed, runs, workMs);
    quantiles.forEach((p, k) => {
      const [base, own] = [one, other].map((each) => stationQuantile(each, p));
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

describe('two stations', () => {
  it('of which one is 10 % slower are told apart', () => {
    const [p95, p99, p999] = found(10, [0.95, 0.99, 0.999], 8.8);
    // Seed by seed the same: 53, 25 and 59 of 80. Where nine of ten pairs had to agree it was 35, 19 and 38.
    expect([p95! > 0.6, p99! > 0.28, p999! > 0.7]).toEqual([true, true, true]);
  });
});

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

  it('seldom differ by what a stored result or a sweep has of them: intervals, and the values of the runs', () => {
    let [results, sweeps] = [0, 0];
    for (let seed = 1; seed <= EXPERIMENTS; seed++) {
      const [one, other] = [seed, 1000 + seed].map((own) => storedQuantile(own, 10));
      const [there, here] = [one!, other!].map((p99) => storedFiguresOf(summaryOf(p99)));
      const row = rowsOf(there!, here!, 0.05).find(({ figure }) => figure === 'p99 of successes')!;
      if (row.verdict === 'better' || row.verdict === 'worse') results++;
      const differences = other!.each.map((value, run) => value - one!.each[run]!);
      const difference = other!.value - one!.value;
      const uncertain = [documentedError(one!), documentedError(other!)] as const;
      const { low, high } = pairedInterval({ difference, differences, uncertain }, 0.95)!;
      if (low > 0 || high < 0) sweeps++;
    }
    // Pairs of single runs alone find 30 %.
    expect(results / EXPERIMENTS).toBeLessThanOrEqual(0.1);
    expect(sweeps / EXPERIMENTS).toBeLessThanOrEqual(0.1);
  });
});

/** A p99 as a document has it. */
function storedQuantile(seed: number, runs: number) {
  const { uncertain, ...figure } = stationQuantile(stationRuns(seed, runs), 0.99);
  const { low, high } = uncertainInterval(uncertain, 0.95)!;
  return { ...figure, ci95: [low, high] as const };
}

/** A summary in which only the p99 varies. */
function summaryOf(p99: ReturnType<typeof storedQuantile>): VariantSummary {
  const always = (value: number) => ({ value, ci95: null, each: p99.each.map(() => value) });
  const summary: Pick<VariantSummary, 'success' | 'attemptsPerCall' | 'wasted'> = {
    success: always(1),
    attemptsPerCall: always(1),
    wasted: always(0),
  };
  return { ...summary, successLatency: { p50: always(1), p99 } } as unknown as VariantSummary;
}

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
