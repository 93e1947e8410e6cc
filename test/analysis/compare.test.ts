import { describe, expect, it } from 'vitest';
import { compareAll } from '../../src/analysis/verdicts/compare.js';
import { headline, type Headline } from '../../src/analysis/measure/summary.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { Comparison } from '../../src/contracts/result/budgets.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, studyOf } from '../support/study.js';

/** Figures of runs in which every response takes this many ms and this many of 100 requests fail. */
function figures(latencyMs: readonly number[], failing: readonly number[] = []): Headline {
  const build = (plan: Plan): RunRecord[] =>
    latencyMs.map((ms, run) => {
      const failed = failing[run] ?? 0;
      return new RecordBuilder(plan, run)
        .answers('users.buy', CELL.s0, 'ok', 100 - failed, ms)
        .answers('users.buy', CELL.s0, 'timeout', failed, ms)
        .record();
    });
  return headline(studyOf({ base: build }).variants[0], [], 'slow');
}

function compared(base: Headline, other: Headline, metric: string): Comparison {
  const all = compareAll(
    [
      { name: 'base', figures: base },
      { name: 'other', figures: other },
    ],
    'base',
    'users',
  );
  return all.find((comparison) => comparison.metric === metric)!;
}

/** Windows of 5 s after the fault from which on a run is well; null = never. */
function recovering(...windows: (number | null)[]): Headline {
  const build = (plan: Plan): RunRecord[] =>
    windows.map((from, run) => {
      const builder = new RecordBuilder(plan, run)
        .answers('users.buy', CELL.s0, 'ok', 100)
        .answers('store.insert', CELL.s0, 'ok', 100);
      for (let i = 0; i < 6; i++) {
        builder.answers(
          'users.buy',
          CELL.s30 + i,
          from !== null && i >= from ? 'ok' : 'timeout',
          100,
        );
      }
      return builder.record();
    });
  return headline(studyOf({ base: build }).variants[0], [], 'slow');
}

describe('comparing variants', () => {
  it('pairs runs, so that what all runs share does not blur the difference', () => {
    // Latencies swing between 10 and 50 ms from run to run; the other is 20 % faster in each.
    const base = figures([10, 50, 20, 40, 30, 15]);
    const other = figures([8, 40, 16, 32, 24, 12]);
    const median = compared(base, other, 'users.successLatency.p50');
    expect(median).toMatchObject({ n: 6, of: 'other', baseline: 'base', unit: 'seconds' });
    expect(median.verdict).not.toBe('worse');
    expect(median.varianceRatio!).toBeGreaterThan(10);
  });

  it('calls a difference better when its adjusted p is below 5 %', () => {
    const base = figures([10, 11, 10, 11, 10, 11]);
    const other = figures([5, 5.5, 5, 5.5, 5, 5.5]);
    const tail = compared(base, other, 'users.successLatency.p99');
    expect(tail.verdict).toBe('better');
    expect(tail.adjustedP!).toBeLessThan(0.05);
    expect(tail.interval![1]).toBeLessThan(0);
    expect(compared(other, base, 'users.successLatency.p99').verdict).toBe('worse');
  });

  it('calls a difference within 1 % the same', () => {
    const base = figures([100, 110, 90, 100]);
    const other = figures([100.2, 110.3, 90.1, 100.2]);
    expect(compared(base, other, 'users.successLatency.p95').verdict).toBe('same');
    expect(compared(base, base, 'users.success')).toMatchObject({ verdict: 'same', difference: 0 });
  });

  it('says unknown when the interval spans 0', () => {
    const base = figures([10, 20, 30, 40]);
    const other = figures([20, 10, 40, 30]);
    expect(compared(base, other, 'users.successLatency.p95').verdict).toBe('unknown');
  });

  it('knows for shares that more is better', () => {
    const base = figures([10, 10, 10, 10, 10], [20, 21, 22, 21, 20]);
    const other = figures([10, 10, 10, 10, 10], [2, 3, 2, 3, 2]);
    expect(compared(base, other, 'users.success').verdict).toBe('better');
    expect(compared(base, other, 'users.goodput').verdict).toBe('better');
  });

  it('has no interval and no verdict from a single run', () => {
    expect(compared(figures([10]), figures([5]), 'users.successLatency.p50')).toMatchObject({
      n: 1,
      interval: null,
      adjustedP: null,
      verdict: 'unknown',
    });
  });

  it('sets recovering over never recovering when all pairs agree', () => {
    const metric = 'users.recovery after slow';
    const stuck = recovering(null, null, null);
    expect(compared(stuck, recovering(1, 2, 1), metric)).toMatchObject({
      verdict: 'better',
      difference: null,
      value: 20 / 3,
      baselineValue: null,
    });
    expect(compared(recovering(1, 2, 1), stuck, metric).verdict).toBe('worse');
    expect(compared(stuck, recovering(null, 1, 1), metric).verdict).toBe('unknown');
    expect(compared(stuck, recovering(null, null, null), metric).verdict).toBe('unknown');
  });

  it('adjusts the p-values of each figure for the variants, not for the other figures', () => {
    const base = figures([10, 11, 10, 12]);
    const other = figures([9, 10, 9.5, 10]);
    const alike = figures([10, 11, 10, 12.5]);
    const metric = 'users.successLatency.p95';
    const alone = compared(base, other, metric);
    const all = compareAll(
      [
        { name: 'base', figures: base },
        { name: 'other', figures: other },
        { name: 'alike', figures: alike },
      ],
      'base',
      'users',
    ).filter((comparison) => comparison.metric === metric);
    expect(alone.confidence).toBe(0.95);
    expect(all[0]!.adjustedP).toBeCloseTo(2 * alone.adjustedP!, 9);
    expect(all[0]!.confidence).toBe(0.975);
  });
});
