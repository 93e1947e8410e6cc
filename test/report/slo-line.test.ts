import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { sloLine } from '../../src/report/words/slo.js';
import { sampleResult } from '../support/sample-result.js';

/** The line for variants with these successes. */
function line(aim: number | null, ...successes: readonly number[]): string {
  const sample = sampleResult();
  const [like] = sample.variants;
  const variants = successes.map((value, k) => ({
    ...like,
    name: `v${k}`,
    baseline: k === 0,
    summary: { ...like.summary, success: { ...like.summary.success, value } },
  }));
  const slo = aim === null ? null : { success: aim, latency: 0.5 };
  const report = { ...sample.report, slo };
  return plainWords(sloLine(viewOf({ ...sample, variants, report })));
}

describe('the objective of the report', () => {
  it('is named where no variant keeps it, whatever the budgets say', () => {
    expect(line(0.999, 0.99, 0.995)).toBe(
      'No variant keeps the SLO of 99.9 % over this run: v1, the best, has 99.5 %.',
    );
    expect(line(0.999, 0.99)).toBe('Success over this run is 99 %, less than its SLO of 99.9 %.');
  });

  it('is not named where one keeps it, and without one', () => {
    expect(line(0.999, 0.99, 0.9991)).toBe('');
    expect(line(null, 0.99)).toBe('');
  });
});
