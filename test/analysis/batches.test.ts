import { describe, expect, it } from 'vitest';
import { batchInterval } from '../../src/analysis/measure/batch-interval.js';
import { estimateOf, intervalOf, meanOf, shareOf } from '../../src/analysis/measure/estimate.js';

const repeated = (pattern: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => pattern).flat();

describe('an interval from the batches of one run', () => {
  it('is around the ratio, with the spread of 20 batch means', () => {
    // 40 steps, two to a batch: batch means 1 and 3 in turn, mean 2, sd 2 x sqrt(10 / 19) / 2 x 2 ...
    const over = repeated([1, 1, 3, 3], 10);
    const interval = batchInterval(2, { over, under: over.map(() => 1) }, 0.95)!;
    // sd^2 = 20 x 1 / 19, error = sd / sqrt(20), t(19) = 2.093.
    expect(interval.halfWidth).toBeCloseTo(2.093 * Math.sqrt(1 / 19), 3);
    expect((interval.low + interval.high) / 2).toBeCloseTo(2, 12);
  });

  it('has no width where every step has the same ratio, however much is in it', () => {
    const under = repeated([1, 5, 2, 8], 10);
    const over = under.map((n) => 3 * n);
    expect(batchInterval(3, { over, under }, 0.95)!.halfWidth).toBeCloseTo(0, 12);
  });

  it('is none with fewer than two steps to a batch', () => {
    const over = repeated([1, 2, 3], 13);
    expect(batchInterval(2, { over, under: over.map(() => 1) }, 0.95)).toBeNull();
  });

  it('is marked in the result, and given up for that of the runs where there are two', () => {
    const batches = { over: repeated([1, 2, 3, 2], 10), under: repeated([1], 40) };
    const single = estimateOf({ ...meanOf([2]), batches });
    expect(single).toMatchObject({ value: 2, from: 'batches' });
    expect(single.ci95).not.toBeNull();
    expect(estimateOf(meanOf([2]))).toEqual({ value: 2, ci95: null, each: [2] });
    expect(estimateOf({ ...meanOf([2, 2]), batches })).not.toHaveProperty('from');
  });

  it('keeps a share between 0 and 1, and open below 1 where nothing failed', () => {
    const under = repeated([10], 40);
    const interval = intervalOf(
      { ...shareOf([400], [400]), batches: { over: under, under } },
      0.95,
    )!;
    expect(interval.high).toBe(1);
    // Wilson: 400 of 400 gives 1 / (1 + 1.96^2 / 400).
    expect(interval.low).toBeCloseTo(1 / (1 + 3.8415 / 400), 4);
  });
});
