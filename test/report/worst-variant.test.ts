import { describe, expect, it } from 'vitest';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { worstVariantOf } from '../../src/report/view/worst-variant.js';
import { sampleResult } from '../support/sample-result.js';

/** Another variant than the baseline: slow requests as a share, and the number of budgets that it does not hold. */
interface Other {
  readonly success: number;
  readonly slow?: number;
  readonly broken?: number;
}

/** The variant that a report is about, of a baseline with this success and another one that is listed before it. */
function worst(baseline: number, other: number | Other): string {
  const sample = sampleResult();
  const [like] = sample.variants;
  const of = (
    name: string,
    isBaseline: boolean,
    { success, slow = 0, broken = 0 }: Other,
  ): VariantResult => ({
    ...like,
    name,
    baseline: isBaseline,
    budgets: like.budgets.map((budget, i) => ({
      ...budget,
      verdict: i < broken ? 'fail' : 'pass',
    })),
    summary: {
      ...like.summary,
      success: { ...like.summary.success, value: success },
      slow: { ...like.summary.success, value: slow },
    },
  });
  const own = typeof other === 'number' ? { success: other } : other;
  const variants = [of('other', false, own), of('as-is', true, { success: baseline })];
  return worstVariantOf({ ...sample, variants }).name;
}

describe('the variant that a report is about', () => {
  it('is the one with the lowest success', () => {
    expect(worst(0.9, 0.95)).toBe('as-is');
    expect(worst(0.95, 0.9)).toBe('other');
    expect(worst(1, 0.9985)).toBe('other');
  });

  it('is the baseline where the two are alike', () => {
    expect(worst(0.9, 0.9)).toBe('as-is');
    // 4.31 in place of 4.27 % of all requests: the next run may have it the other way round.
    expect(worst(0.9573, 0.9569)).toBe('as-is');
    expect(worst(1, 0.99995)).toBe('as-is');
  });

  it('is the one with more slow requests, or the one that does not hold its budgets, where as many succeed', () => {
    expect(worst(1, { success: 1, slow: 0.25 })).toBe('other');
    expect(worst(1, { success: 1, slow: 0.005 })).toBe('as-is');
    expect(worst(1, { success: 1, broken: 1 })).toBe('other');
    expect(worst(0.9, { success: 1, slow: 0.25, broken: 1 })).toBe('as-is');
  });
});
