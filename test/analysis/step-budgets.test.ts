import { describe, expect, it } from 'vitest';
import type { Study } from '../../src/analysis/verdicts/study.js';
import { judge } from '../../src/analysis/verdicts/verdict.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, judged, studyOf } from '../support/study.js';

const CELLS = [CELL.s0, CELL.s10, CELL.s20, CELL.s30, CELL.s40, CELL.s50];

/** Runs with this number of successes of 1000 in each step of 10 s; null = no requests. */
const steps = (...ok: (number | null)[]): Study =>
  studyOf({
    base: (plan) =>
      [0, 1, 2].map((run) => {
        const builder = new RecordBuilder(plan, run);
        ok.forEach((count, step) => {
          if (count === null) return;
          builder.answers('users.buy', CELLS[step], 'ok', count, 10);
          builder.answers('users.buy', CELLS[step], 'timeout', 1000 - count, 10);
        });
        return builder.record();
      }),
  });

describe('a budget that asks every step', () => {
  it('fails for one bad step that the whole window does not show', () => {
    const study = steps(1000, 1000, 700, 1000, 1000, 1000);
    expect(judged(study, 'users.success >= 90%')!.verdict).toBe('pass');
    expect(judged(study, 'users.success >= 90% always')).toMatchObject({
      verdict: 'fail',
      value: 5 / 6,
      limit: 1,
      unit: 'share',
      ci95: null,
      steps: {
        of: 6,
        held: 5,
        empty: 0,
        unit: 'share',
        worst: { from: 20, to: 30, value: 0.7, limit: 0.9 },
      },
    });
  });

  it('passes when all hold, and a share of them passes with as many', () => {
    const study = steps(1000, 990, 700, 980, 600, 1000);
    expect(judged(study, 'users.success >= 90% always before slow')!.verdict).toBe('pass');
    expect(judged(study, 'users.success >= 90% for 66% of steps')!.verdict).toBe('pass');
    expect(judged(study, 'users.success >= 90% for 67% of steps')!.verdict).toBe('fail');
    expect(judged(study, 'users.success >= 90% always')!.steps!.worst).toMatchObject({
      from: 40,
      value: 0.6,
    });
  });

  it('does not blame a step that may be bad by chance', () => {
    // 2679 of 3000 are 89.3 %: below 90 % in one step, but one of six, and the interval reaches 90.3 %.
    const study = steps(1000, 1000, 893, 1000, 1000, 1000);
    expect(judged(study, 'users.success >= 90% always')).toMatchObject({
      verdict: 'inconclusive',
      value: 5 / 6,
    });
    const lax = judged(study, 'users.success >= 90% always', { confidence: null });
    expect(lax!.verdict).toBe('fail');
  });

  it('leaves steps out in which nothing was measured', () => {
    const study = steps(1000, null, 1000, null, 1000, 1000);
    expect(judged(study, 'users.success >= 90% always')).toMatchObject({
      verdict: 'pass',
      steps: { of: 4, held: 4, empty: 2, worst: null },
    });
    const none = steps(null, null, null, null, null, null);
    expect(judged(none, 'users.success >= 90% always')).toMatchObject({
      verdict: 'fail',
      value: null,
      note: 'no samples',
    });
    const allowed = judged(none, 'users.success >= 90% always', { allowEmpty: true });
    expect(allowed!.verdict).toBe('pass');
  });

  it('is held against the same step of another metric, and against the whole time before', () => {
    const study = steps(1000, 1000, 700, 1000, 1000, 1000);
    expect(judged(study, 'users.buy.success >= users.success always')).toMatchObject({
      verdict: 'pass',
      steps: { of: 6 },
    });
    expect(judged(study, 'users.success >= 80% of before always during slow')).toMatchObject({
      verdict: 'fail',
      steps: { of: 1, worst: { from: 20, to: 30, limit: 0.8 } },
    });
  });

  it('judges exact figures on the point', () => {
    const study = steps(1000, 1000, 990, 1000, 1000, 1000);
    expect(judged(study, 'users.outcomes.timeout <= 9 always')).toMatchObject({
      verdict: 'fail',
      steps: { held: 5, worst: { value: 10 } },
    });
    expect(judged(study, 'users.outcomes.timeout <= 9 for 80% of steps')!.verdict).toBe('pass');
  });
});

describe('room beside a measured limit', () => {
  it('lets go of what is beyond it by less, sure or not', () => {
    const sure = { low: 10.05, high: 10.15 };
    expect(judge('<', 10.1, 10, sure)).toBe('fail');
    expect(judge('<', 10.1, 10, sure, 0.02)).toBe('pass');
    expect(judge('<', 10.3, 10, { low: 10.2, high: 10.4 }, 0.02)).toBe('fail');
    expect(judge('>=', 9.9, 10, { low: 9.85, high: 9.95 }, 0.02)).toBe('pass');
    expect(judge('>=', 9.7, 10, { low: 9.6, high: 9.79 }, 0.02)).toBe('fail');
    expect(judge('<', 10.1, 10, null, 0.02)).toBe('pass');
    expect(judge('==', 10.1, 10, null, 0.02)).toBe('pass');
    expect(judge('==', 10.3, 10, null, 0.02)).toBe('fail');
  });

  it('stays undecided where more than that may be true', () => {
    expect(judge('<', 10.1, 10, { low: 9.9, high: 10.19 }, 0.02)).toBe('pass');
    expect(judge('<', 10.1, 10, { low: 9.5, high: 10.7 }, 0.02)).toBe('inconclusive');
  });
});

describe('a budget beside what is saved', () => {
  const TEXT = 'users.success >= 99% of saved before slow';
  const KEY = 'users.success before slow';
  const study = (value: number | null, each: readonly (number | null)[]): Study => ({
    ...steps(990, 990, 500, 990, 990, 990),
    saved: new Map([['base', new Map([[KEY, { value, each }]])]]),
  });

  it('is a share of that figure, paired by replication', () => {
    expect(judged(study(0.99, [0.99, 0.99, 0.99]), TEXT)).toMatchObject({
      verdict: 'pass',
      value: 0.99,
      limit: 0.99 * 0.99,
      saved: { key: KEY, value: 0.99, each: [0.99, 0.99, 0.99] },
    });
    expect(judged(study(1, [1, 1, 1]), 'users.success >= 100% of saved before slow')).toMatchObject(
      { verdict: 'fail' },
    );
    expect(
      judged(study(1, [1.1, 1, 0.9]), 'users.success >= 100% of saved before slow'),
    ).toMatchObject({ verdict: 'inconclusive' });
  });

  it('breaks where the figure is not among them, and waits for a baseline where there is none', () => {
    const other = { ...study(1, []), saved: new Map() };
    expect(judged(other, TEXT)).toMatchObject({ verdict: 'fail', note: 'not in the baseline' });
    const none = { ...study(1, []), saved: null };
    const waits = judged(none, TEXT, { strict: true });
    expect(waits).toMatchObject({
      verdict: 'inconclusive',
      note: 'compared by check --baseline',
    });
    // More runs would not make it decided.
    expect(waits!.strict).toBeUndefined();
  });

  it('is compared with itself if the figures are saved again', () => {
    expect(judged({ ...study(0, []), saved: 'own' }, TEXT)).toMatchObject({
      verdict: 'pass',
      saved: { value: 0.99 },
    });
  });
});
