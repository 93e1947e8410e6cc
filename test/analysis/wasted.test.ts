import { describe, expect, it } from 'vitest';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wastedOf } from '../../src/analysis/measure/wasted.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, shopPlan, shopVariant } from '../support/study.js';

function wasted(plan: Plan, build: (builder: RecordBuilder) => RecordBuilder): number | null {
  const record = build(new RecordBuilder(plan)).record();
  return wastedOf(variantData(shopVariant(), plan, [record], wholeRun(plan))).value;
}

const external = (plan: Plan, name: string): Plan => ({
  ...plan,
  components: plan.components.map((one) => (one.name === name ? { ...one, external: true } : one)),
});

describe('wasted work of a system', () => {
  it('is the share of worker time whose result was not used, over all components', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.busy('shop.look', CELL.s0, 300, 60).busy('store.insert', CELL.s0, 100, 40);
    expect(wasted(shopPlan(), build)).toBeCloseTo(0.25, 12);
  });

  it('counts the wait for another component there only', () => {
    const plan = shopPlan();
    const shop = plan.components.findIndex(({ name }) => name === 'shop');
    const store = plan.components.findIndex(({ name }) => name === 'store');
    const { firstInstance } = plan.components[shop];
    // 6 s of calls under way: 0.1 over 60 s. Of the 10 s of the shop 4 s are its own, half of them wasted.
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .busy('shop.buy', CELL.s0, 10_000, 5000)
        .busy('store.insert', CELL.s0, 6000, 0)
        .gauge(
          'inFlight',
          firstInstance,
          () => 0.1,
          () => 1,
          store,
        );
    expect(wasted(plan, build)).toBeCloseTo(2 / 10, 9);
  });

  it('leaves out what an external component is held by, not the wait for it', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.busy('shop.buy', CELL.s0, 10_000, 1000).busy('store.insert', CELL.s0, 90_000, 90_000);
    expect(wasted(external(shopPlan(), 'store'), build)).toBeCloseTo(0.1, 12);
  });

  it('is unknown if no worker is used', () => {
    expect(wasted(shopPlan(), (builder) => builder)).toBeNull();
  });
});
