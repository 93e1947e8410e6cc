import { describe, expect, it } from 'vitest';
import { judge, marginOf } from '../../src/analysis/verdicts/verdict.js';
import { judgeHypothesis } from '../../src/analysis/verdicts/hypothesis.js';
import type { Study } from '../../src/analysis/verdicts/study.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { budgetOf } from '../support/budget.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, judged, studyOf } from '../support/study.js';

type Fill = (builder: RecordBuilder, run: number) => void;

const runs =
  (n: number, fill: Fill) =>
  (plan: Plan): RunRecord[] =>
    Array.from({ length: n }, (_, run) => {
      const builder = new RecordBuilder(plan, run);
      fill(builder, run);
      return builder.record();
    });

/** Runs of 100 requests each, with these numbers of successes. */
const shares = (...ok: number[]): Study =>
  studyOf({
    base: runs(ok.length, (builder, run) => {
      builder.answers('users.buy', CELL.s0, 'ok', ok[run], 10);
      builder.answers('users.buy', CELL.s0, 'timeout', 100 - ok[run], 10);
    }),
  });

describe('the verdict on a budget', () => {
  it('passes, fails or is inconclusive by the whole interval', () => {
    expect(judge('<', 5, 10, { low: 4, high: 6 })).toBe('pass');
    expect(judge('<', 15, 10, { low: 14, high: 16 })).toBe('fail');
    expect(judge('<', 9, 10, { low: 7, high: 11 })).toBe('inconclusive');
    expect(judge('>=', 10, 10, { low: 10, high: 11 })).toBe('pass');
  });

  it('is decided by the point without an interval', () => {
    expect(judge('<', 9, 10, null)).toBe('pass');
    expect(judge('<', 10, 10, null)).toBe('fail');
    expect(judge('==', 10, 10, null)).toBe('pass');
    expect(judge('!=', 10, 10, null)).toBe('fail');
  });

  it('is decided by the point where all or nothing is wanted and seen', () => {
    expect(judge('>=', 1, 1, { low: 0.98, high: 1 })).toBe('pass');
    expect(judge('<=', 0, 0, { low: 0, high: 0.02 })).toBe('pass');
    expect(judge('<', 0, 0, { low: 0, high: 0.02 })).toBe('fail');
  });

  it('has a margin in the good direction', () => {
    expect(marginOf('<', 4, 10)).toBe(0.6);
    expect(marginOf('>=', 0.9, 0.5)).toBeCloseTo(0.8, 12);
    expect(marginOf('<', 12, 10)).toBe(-0.2);
    expect(marginOf('<', 1, 0)).toBeNull();
  });
});

describe('an undecided budget', () => {
  it('says how many replications would decide', () => {
    // By hand: 2.8 x 0.196 / sqrt(100 n) <= 0.01 from n = 30.1 on, and 40 is the next proposal.
    expect(judged(shares(97, 95, 96), 'users.success >= 95%')).toMatchObject({
      verdict: 'inconclusive',
      runsToDecide: 40,
    });
    expect(judged(shares(99, 99), 'users.success >= 99%')!.runsToDecide).toBeNull();
    expect(judged(shares(97, 95, 96), 'users.success >= 90%')!.runsToDecide).toBeUndefined();
  });
});

describe('a budget on a share', () => {
  it('passes when the Wilson interval lies above the limit', () => {
    const result = judged(shares(99, 100, 98, 99), 'users.success >= 90%')!;
    expect(result).toMatchObject({ verdict: 'pass', value: 0.99, limit: 0.9, unit: 'share' });
    expect(result.ci95![0]).toBeGreaterThan(0.9);
    expect(result.ci95![1]).toBeLessThan(1);
  });

  it('is inconclusive when the interval spans the limit', () => {
    expect(judged(shares(99, 100, 98, 99), 'users.success >= 99%')).toMatchObject({
      verdict: 'inconclusive',
    });
  });

  it('widens the interval when runs differ more than chance lets them', () => {
    const even = judged(shares(90, 90, 90, 90), 'users.success >= 1%')!;
    const uneven = judged(shares(100, 100, 100, 60), 'users.success >= 1%')!;
    expect(even.value).toBe(uneven.value);
    const width = (ci: readonly [number, number] | null): number => ci![1] - ci![0];
    expect(width(uneven.ci95)).toBeGreaterThan(2 * width(even.ci95));
  });

  it('is judged on the point with a single run, or when no confidence is asked', () => {
    expect(judged(shares(99), 'users.success >= 99%')).toMatchObject({
      verdict: 'pass',
      ci95: null,
    });
    const lax = judged(shares(99, 100, 98, 99), 'users.success >= 99%', { confidence: null });
    expect(lax).toMatchObject({ verdict: 'pass' });
  });

  it('breaks without any sample unless that is allowed', () => {
    const study = shares(99, 99);
    expect(judged(study, 'users.success >= 1% during slow')).toMatchObject({
      verdict: 'fail',
      value: null,
      note: 'no samples',
    });
    expect(judged(study, 'users.success >= 1% during slow', { allowEmpty: true })).toMatchObject({
      verdict: 'pass',
    });
  });
});

describe('a budget on exact figures', () => {
  it('takes counts as the mean over runs, on the point', () => {
    expect(judged(shares(97, 99), 'users.outcomes.timeout <= 2')).toMatchObject({
      verdict: 'pass',
      value: 2,
      ci95: null,
    });
  });
});

describe('a budget on recovery', () => {
  const recovering = (...windows: (number | null)[]): Study =>
    studyOf({
      base: runs(windows.length, (builder, run) => {
        builder
          .answers('users.buy', CELL.s0, 'ok', 100)
          .answers('store.insert', CELL.s0, 'ok', 100);
        for (let i = 0; i < 6; i++) {
          const well = windows[run] !== null && i >= windows[run]!;
          builder.answers('users.buy', CELL.s30 + i, well ? 'ok' : 'timeout', 100);
        }
      }),
    });

  it('is judged by the mean over runs', () => {
    expect(judged(recovering(1, 1, 1), 'users.recovery < 8s after slow')).toMatchObject({
      verdict: 'pass',
      value: 5,
    });
    expect(judged(recovering(0, 4, 0), 'users.recovery < 8s after slow')).toMatchObject({
      verdict: 'inconclusive',
    });
  });

  it('breaks every limit when a run never recovers', () => {
    expect(judged(recovering(1, null, 1), 'users.recovery < 60s after slow')).toMatchObject({
      verdict: 'fail',
      note: 'never in 1 of 3 runs',
    });
    expect(judged(recovering(null, null), 'users.recovery > 1s after slow')).toMatchObject({
      verdict: 'fail',
      value: null,
      note: 'never',
    });
  });

  it('can ask for never itself', () => {
    expect(judged(recovering(null, null), 'users.recovery == never after slow')).toMatchObject({
      verdict: 'pass',
    });
    expect(judged(recovering(0, 0), 'users.recovery == never after slow')).toMatchObject({
      verdict: 'fail',
    });
    expect(judged(recovering(0, 0), 'users.recovery != never after slow')).toMatchObject({
      verdict: 'pass',
    });
    expect(judged(recovering(0, null), 'users.recovery == never after slow')).toMatchObject({
      verdict: 'inconclusive',
    });
  });
});

describe('a relative budget', () => {
  /** Latencies by run: base 10, 20, 30 ms; fast 1 ms less than a tenth of it each. */
  const pair = (): Study =>
    studyOf({
      base: runs(
        3,
        (builder, run) => void builder.answers('users.buy', CELL.s0, 'ok', 10, 10 * (run + 1)),
      ),
      fast: runs(
        3,
        (builder, run) => void builder.answers('users.buy', CELL.s0, 'ok', 10, run + 0.9),
      ),
    });

  it('pairs runs with those of the other variant, so that what they share cancels', () => {
    // Means: 20 ms and 1.9 ms; 10 % of 20 is 2; each pair differs by 0.1 ms exactly.
    const result = judged(pair(), 'users.latency.mean <= 10% of base in fast', {}, 1)!;
    expect(result.value).toBeCloseTo(0.0019, 12);
    expect(result.limit).toBeCloseTo(0.002, 12);
    expect(result.verdict).toBe('pass');
    expect(result.ci95![1] - result.ci95![0]).toBeLessThan(1e-9);
  });

  it('is left out in variants that it does not name', () => {
    expect(judged(pair(), 'users.latency.mean <= 10% of base in fast', {}, 0)).toBeNull();
  });

  it('compares with the time before the fault that its window names', () => {
    const study = studyOf({
      base: runs(2, (builder) => {
        builder.answers('users.buy', CELL.s0, 'ok', 10, 10);
        builder.answers('users.buy', CELL.s20, 'ok', 10, 11);
      }),
    });
    expect(judged(study, 'users.latency.mean <= 120% of before during slow')).toMatchObject({
      verdict: 'pass',
    });
    expect(judged(study, 'users.latency.mean <= 105% of before during slow')).toMatchObject({
      verdict: 'fail',
    });
  });

  it('compares with another metric in the same window', () => {
    const study = studyOf({
      base: runs(2, (builder) => {
        builder.answers('users.buy', CELL.s0, 'ok', 10, 10);
        builder.answers('shop.buy', CELL.s0, 'ok', 10, 8);
      }),
    });
    expect(judged(study, 'users.latency.mean <= 130% of shop.latency.mean')).toMatchObject({
      verdict: 'pass',
    });
    expect(judged(study, 'users.latency.mean < shop.latency.mean')).toMatchObject({
      verdict: 'fail',
    });
  });
});

describe('a hypothesis', () => {
  const verdict = (study: Study, ...expectations: string[]): string =>
    judgeHypothesis(
      { statement: 'said', expect: expectations.map((text) => budgetOf(text)) },
      study,
    ).verdict;

  it('is confirmed when all expectations hold', () => {
    expect(
      verdict(shares(99, 99), 'users.success >= 90%', 'users.success >= 80% before slow'),
    ).toBe('confirmed');
  });

  it('is refuted when one fails, inconclusive when one is', () => {
    expect(verdict(shares(99, 99), 'users.success >= 90%', 'users.success < 50%')).toBe('refuted');
    expect(verdict(shares(99, 99), 'users.success >= 99%')).toBe('inconclusive');
  });

  it('is invalid when there was no steady state before the fault', () => {
    expect(
      verdict(shares(50, 50), 'users.success >= 90% before slow', 'users.success >= 10%'),
    ).toBe('invalid');
  });
});
