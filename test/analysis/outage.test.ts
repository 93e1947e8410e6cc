import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';
import type { VariantResult } from '../../src/contracts/result/result.js';

/** 100 requests/s, of which this share fails at these times: the outage is known by hand, to a step of 1 s. */
function outages(
  faults: readonly (readonly [at: string, lasts: string, rate: string])[],
  budgets: readonly string[],
  report = '',
): VariantResult['budgets'] {
  const text = `
faultline: 1
title: outages of known length
run: { duration: 120s, seed: 3, timeline: 1s }
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults:
${faults.map(([at, lasts, rate], k) => `  - { id: f${k}, kind: error, target: shop, share: ${rate}, at: ${at}, for: ${lasts} }`).join('\n')}
${report}
budgets: [ ${budgets.join(', ')} ]
`;
  return run(text).result.variants[0]!.budgets;
}

const outage = (...args: Parameters<typeof outages>): number | null => outages(...args)[0]!.value;

describe('an outage', () => {
  it('counts the time of the fault, of which recovery knows nothing', () => {
    const [whole, recovery] = outages(
      [['20s', '60s', '73%']],
      ['users.outage < 10s', 'users.recovery < 10s after f0'],
    );
    expect([whole!.value, whole!.verdict]).toEqual([60, 'fail']);
    expect([recovery!.value, recovery!.verdict]).toEqual([0, 'pass']);
  });

  it('is the longest of several, and two with less than 5 s between them are one', () => {
    const two = ['users.outage < 10s'];
    expect(
      outage(
        [
          ['20s', '10s', '100%'],
          ['60s', '25s', '100%'],
        ],
        two,
      ),
    ).toBe(25);
    expect(
      outage(
        [
          ['20s', '10s', '100%'],
          ['33s', '10s', '100%'],
        ],
        two,
      ),
    ).toBe(23);
    expect(
      outage(
        [
          ['20s', '10s', '100%'],
          ['36s', '12s', '100%'],
        ],
        two,
      ),
    ).toBe(12);
  });

  it('is 0 where the objective holds, which report.slo sets', () => {
    const asked = ['users.outage < 10s'];
    expect(outage([['20s', '10s', '1%']], asked)).toBe(0);
    expect(outage([['20s', '10s', '100%']], asked, 'report: { slo: { success: 99.9% } }')).toBe(10);
    expect(outage([['20s', '10s', '30%']], asked, 'report: { slo: { success: 40% } }')).toBe(0);
  });

  it('is never over if it lasts to the end of the run, and breaks every limit then', () => {
    const [budget] = outages([['20s', 'none', '100%']], ['users.outage < 10m']);
    expect([budget!.value, budget!.note, budget!.verdict]).toEqual([null, 'never', 'fail']);
  });

  it('is that of a window where a budget names one', () => {
    const fault = [['20s', '60s', '100%']] as const;
    expect(outage(fault, ['users.outage < 5s before f0'])).toBe(0);
    expect(outage(fault, ['users.outage < 5s from 30s to 50s'])).toBe(20);
    expect(outage(fault, ['users.outage < 5s after f0'])).toBe(0);
  });
});

it('an outage of one kind of request is one of its workload', () => {
  const text = `
faultline: 1
title: a rare kind of request is down
run: { duration: 60s, seed: 3, timeline: 1s }
services: { shop: { endpoints: { buy: [ wait: 1ms ], pay: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { name: buy, call: shop.buy, weight: 97 }, { name: pay, call: shop.pay, weight: 3 } ] } }
faults: [ { id: down, kind: error, target: shop.pay, share: 100%, at: 20s, for: 12s } ]
budgets: [ users.outage < 5s, users.buy.outage < 5s ]
`;
  const [all, buy] = run(text).result.variants[0]!.budgets;
  expect(Math.abs(all!.value! - 12)).toBeLessThanOrEqual(2);
  expect(buy!.value).toBe(0);
});
