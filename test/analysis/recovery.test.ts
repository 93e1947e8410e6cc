import { describe, expect, it } from 'vitest';
import { goodputOf } from '../../src/analysis/measure/goodput.js';
import { recoveryGrid, recoveryOf } from '../../src/analysis/measure/recovery.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { compile } from '../../src/plan/compile.js';
import { RecordBuilder } from '../support/records.js';
import { fileOf } from '../support/scenario.js';
import { shopScenario, shopVariant } from '../support/study.js';

/** This number of requests in each cell; those that arrive from 30 s until `wellFrom` fail. The fault ends at 30 s. */
function recovery(wellFrom: number, illAgain: readonly number[] = [], perCell = 10): number | null {
  const { variant, file } = fileOf(shopScenario());
  const plan = compile(variant, file);
  const builder = new RecordBuilder(plan, 0);
  const { edges } = plan.grid;
  for (let cell = 0; cell + 1 < edges.length; cell++) {
    const at = (edges[cell]! - plan.warmupNs) / 1e9;
    const ill = (at >= 30 && at < wellFrom) || illAgain.includes(at);
    builder.answers('users.buy', cell, ill ? 'timeout' : 'ok', perCell);
  }
  const record = builder.record();
  const data = variantData(shopVariant(), plan, [record], wholeRun(plan));
  return recoveryOf(goodputOf(data, record, data.requests), recoveryGrid(data, 'slow')!);
}

describe('recovery from a fault', () => {
  it('is found to the half second', () => {
    // A window that begins at 32.5 s holds no failure; one at 32.0 s has 10 of 100.
    expect(recovery(32.5)).toBe(2.5);
  });

  it('is 0 when nothing fails after the fault', () => {
    expect(recovery(30)).toBe(0);
  });

  it('waits for the last window that is not well', () => {
    // 10 of 100 in the window around 41 s: the first start after which no window holds it is 41.5 s.
    expect(recovery(32.5, [41])).toBe(11.5);
  });

  it('takes windows with fewer than 20 requests together with the next', () => {
    // 10 requests in 5 s: one failure is 10 % of its window, and 5 % of two, which is not more than may fail.
    expect(recovery(30, [41], 1)).toBe(0);
    expect(recovery(30, [41, 43], 1)).not.toBe(0);
  });

  it('is never when the end is not well', () => {
    expect(recovery(60)).toBe(Infinity);
  });
});
