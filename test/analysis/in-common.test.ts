import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Half of the shop is behind a bank of which one of two instances fails all charges. */
function world(more = ''): string {
  return `
faultline: 1
title: One bad instance
run: { duration: 60s, replications: 2 }
services:
  bank: { replicas: 2, loadBalancing: { kind: roundRobin }, endpoints: { charge: [ wait: 5ms ] } }
  shop: { endpoints: { buy: [ call: bank.charge ], look: [ wait: 2ms ] } }
workloads:
  users: { arrivals: constant(50/s), requests: [ { name: buy, weight: 1, call: shop.buy }, { name: look, weight: 1, call: shop.look } ] }
${more}`;
}

describe('what failed requests have in common', () => {
  const fault = 'faults: [ { id: bad, kind: error, target: "bank[1]", at: 0s, for: none } ]';
  const { result } = run(world(fault), { traceShare: 1 });
  const common = result.variants[0]!.blame!.inCommon!;
  const of = (kind: string, value: string) =>
    common.traits.find((trait) => trait.kind === kind && trait.value === value);

  it('is the instance that fails, and how the call ends', () => {
    // All failures go through the bad instance; of the good requests a third pay, at the other one.
    expect(of('instance', 'bank[1]')).toMatchObject({ failed: 1, good: 0 });
    expect(of('ends', 'shop->bank: server error')).toMatchObject({ failed: 1, good: 0 });
    expect(of('instance', 'bank[0]')).toBeUndefined();
  });

  it('is their kind, as far as good ones are of another', () => {
    const kind = of('request', 'users.buy')!;
    expect(kind.failed).toBe(1);
    expect(kind.good).toBeCloseTo(1 / 3, 1);
  });

  it('counts all traced requests, and lists the clearest trait first', () => {
    // The last one of each run is still under way.
    expect(common.failed + common.good).toBeGreaterThan(2 * 60 * 50 - 10);
    expect(common.failed / (common.failed + common.good)).toBeCloseTo(0.25, 1);
    const gaps = common.traits.map(({ failed, good }) => failed - good);
    expect(gaps).toEqual([...gaps].sort((a, b) => b - a));
  });

  it('is not said where no request fails', () => {
    const calm = run(world(), { traceShare: 1 }).result.variants[0]!;
    expect(calm.blame!.inCommon).toBeUndefined();
  });
});
