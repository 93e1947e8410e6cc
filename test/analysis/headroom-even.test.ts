import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** The load of evenly spaced calls that a limit holds, of one run at more than it. */
function heldBy(rate: number, shop: string, call: string, policy: string, load = ''): number {
  const { headroom } = run(`
faultline: 1
title: Evenly spaced
run: { duration: 22s, warmup: 2s, seed: 3, replications: 1 }
workloads: { users: { arrivals: constant(${rate}/s), requests: [ { call: ${call} } ] }${load} }
services:
  shop: { ${shop}, endpoints: { buy: [ call: psp.pay ], page: [ { parallel: [ [ call: psp.pay ], [ call: psp.pay ] ] } ], list: [ { parallel: [ [ call: db.read ], [ call: db.read ], [ call: db.read ], [ call: db.read ] ] } ] }, outbound: { psp: psp } }
  psp: { endpoints: { pay: [ wait: 1s ] } }
  db: { concurrency: 4, queue: { capacity: 2 }, endpoints: { read: [ wait: 50ms ] } }
defaults: { services: { concurrency: 1000 } }
policies: { psp: { ${policy} } }
`).variant();
  const { components, rate: users } = headroom!;
  return components[0]!.factor * users;
}

/** By hand: the whole limit, though at a fifth more nearly half of the calls come too early. */
const CASES: Readonly<Record<string, readonly [hold: number, shop: string, policy: string]>> = {
  'a bucket of one token': [16, '', 'rateLimit: { rate: 16/s }'],
  'a leaky bucket in which none waits': [16, '', 'rateLimit: { kind: leakyBucket, rate: 16/s }'],
  'a bucket of each of three instances': [48, 'replicas: 3', 'rateLimit: { rate: 16/s }'],
  'a limit of the requests': [16, 'admission: { rateLimit: { rate: 16/s } }', 'timeout: 60s'],
  'two permits of calls of 1 s': [2, '', 'bulkhead: { maxConcurrent: 2 }'],
  'two workers without a queue': [2, 'concurrency: 2, queue: { capacity: 0 }', 'timeout: 60s'],
};

describe('the headroom of a limit that refuses many evenly spaced calls', () => {
  it.each(Object.entries(CASES))('is all of %s', (_, [hold, shop, policy]) => {
    const held = heldBy(hold * 1.2, shop === '' ? 'replicas: 1' : shop, 'shop.buy', policy);
    expect(held / hold).toBeCloseTo(1, 1);
  });

  it('counts calls of a request that come at once', () => {
    const one = 'replicas: 1';
    // Of two calls at once a bucket of one token refuses one at any load.
    expect(heldBy(6, one, 'shop.page', 'rateLimit: { rate: 10/s }')).toBeLessThan(0.1);
    expect(heldBy(6, one, 'shop.page', 'rateLimit: { rate: 10/s, burst: 2 }') / 5).toBeCloseTo(
      1,
      1,
    );
    // Four workers for 50 ms serve four calls at once 20 times a second, and two places take no other four.
    expect(heldBy(25, one, 'shop.list', 'timeout: 60s') / 20).toBeCloseTo(1, 1);
    // Those of two users at once are as many, but no run shows it.
    const others = ', others: { arrivals: constant(6/s), requests: [ { call: shop.buy } ] }';
    expect(heldBy(6, one, 'shop.buy', 'rateLimit: { rate: 10/s }', others)).toBeLessThan(7);
  });
});
