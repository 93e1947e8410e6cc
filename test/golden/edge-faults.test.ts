import { describe, expect, it } from 'vitest';
import { run, type Ran } from '../theory/program.js';

/** Two callers of one endpoint, and a second endpoint that one of them calls. Each sends 50/s for 40 s. */
const text = (faults: string): string => `faultline: 1
title: Faults of an edge
run: { duration: 40s, seed: 2 }
services:
  shop: { endpoints: { buy: [ call: bank.pay ], look: [ call: bank.check ] } }
  desk: { endpoints: { sell: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 5ms ], check: [ wait: 5ms ] } }
workloads:
  buyers: { arrivals: constant(50/s), requests: [ { name: buy, call: shop.buy } ] }
  visitors: { arrivals: constant(50/s), requests: [ { name: look, call: shop.look } ] }
  clerks: { arrivals: constant(50/s), requests: [ { name: sell, call: desk.sell } ] }
faults: [ ${faults} ]
`;

/** By workload: the share of requests that fails, and the mean time of those that succeed, in ms. */
function seen(ran: Ran): Readonly<Record<string, readonly [number, number]>> {
  const { components } = ran.variant();
  return Object.fromEntries(
    Object.entries(components)
      .filter(([, { kind }]) => kind === 'workload')
      .map(([name, { success, successLatency }]) => [
        name,
        [1 - success!, 1000 * (successLatency.mean ?? 0)] as const,
      ]),
  );
}

describe('faults of the calls of an edge', () => {
  it('end the calls of one caller to one endpoint, and no others', () => {
    const own = seen(
      run(text('{ id: cut, kind: abort, target: shop->bank.pay, share: 50%, at: 10s, for: 20s }')),
    );
    expect(own.buyers![0]).toBeCloseTo(0.25, 1);
    expect([own.visitors![0], own.clerks![0]]).toEqual([0, 0]);
    const both = seen(run(text('{ id: cut, kind: abort, target: shop->bank, at: 10s, for: 20s }')));
    expect(
      [both.buyers![0], both.visitors![0], both.clerks![0]].map((share) => Math.round(100 * share)),
    ).toEqual([50, 50, 0]);
    // Without a caller in its name, the target is the endpoint of all.
    const all = seen(run(text('{ id: cut, kind: abort, target: bank.pay, at: 10s, for: 20s }')));
    expect(
      [all.buyers![0], all.visitors![0], all.clerks![0]].map((share) => Math.round(100 * share)),
    ).toEqual([50, 0, 50]);
  });

  it('hold the calls of one caller', () => {
    const own = seen(
      run(text('{ id: hold, kind: delay, target: desk->bank, add: 200ms, at: 10s, for: 20s }')),
    );
    expect(own.clerks![1] - own.buyers![1]).toBeCloseTo(100, -1);
    expect(own.visitors![1]).toBeCloseTo(own.buyers![1], 3);
  });

  it('are refused with a zone, and of a kind that acts at the callee', () => {
    expect(() =>
      run(text('{ id: cut, kind: error, target: shop->bank, at: 10s, for: 20s }')),
    ).toThrow(
      'error cannot target shop->bank; expected components and instances, endpoints and operations; the calls of one caller: abort, delay',
    );
    expect(() =>
      run(text('{ id: cut, kind: abort, target: bank->shop, at: 10s, for: 20s }')),
    ).toThrow('no call goes along bank->shop');
  });
});
