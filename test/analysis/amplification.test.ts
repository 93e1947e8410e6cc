import { describe, expect, it } from 'vitest';
import { amplificationOf } from '../../src/analysis/measure/amplification.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, shopPlan, shopVariant } from '../support/study.js';

function amplification(build: (builder: RecordBuilder) => RecordBuilder): number | null {
  const plan = shopPlan();
  const record = build(new RecordBuilder(plan)).record();
  return amplificationOf(variantData(shopVariant(), plan, [record], wholeRun(plan)), record);
}

describe('the amplification of a run', () => {
  it('is the largest attempts per call of any edge', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .calls('users.look->shop.look', CELL.s0, 'ok', 300)
        .calls('shop.buy->store.insert', CELL.s20, 'timeout', 30, 3)
        .calls('shop.buy->store.insert', CELL.s30, 'ok', 30);
    expect(amplification(build)).toBe(2);
  });

  it('passes over edges with fewer than 20 calls', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.calls('shop.buy->store.insert', CELL.s20, 'timeout', 19, 3);
    expect(amplification(build)).toBeNull();
  });
});
