import { describe, expect, it } from 'vitest';
import { worstVariantOf } from '../../src/report/view/worst-variant.js';
import { sampleResult } from '../support/sample-result.js';

/** The variant that a report is about, of a baseline with this success and another one that is listed before it. */
function worst(baseline: number, other: number): string {
  const sample = sampleResult();
  const [like] = sample.variants;
  const of = (name: string, isBaseline: boolean, success: number) => ({
    ...like,
    name,
    baseline: isBaseline,
    summary: { ...like.summary, success: { ...like.summary.success, value: success } },
  });
  const variants = [of('other', false, other), of('as-is', true, baseline)];
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
});
