import { expect, it } from 'vitest';
import { viewOf } from '../../src/report/view/view.js';
import { badgeOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

/** A budget that all of them hold, and users that are degraded to the end. */
function badgeOfShop(fault: string): string {
  const { result } = run(`
faultline: 1
title: ends
run: { duration: 60s, warmup: 5s, seed: 3, timeline: 1s }
services: { shop: { concurrency: 50, endpoints: { get: [ wait: lognormal(p50=20ms p99=30ms) ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.get } ] } }
faults: [ { id: bad, target: shop, ${fault} } ]
budgets: [ users.success >= 5% ]
`);
  return badgeOf(viewOf(result))!.text;
}

it('requests that are late to the end are slow, and do recover', () => {
  expect(badgeOfShop('kind: slow, factor: 3, at: 20s, for: none')).toBe(
    'holds its budgets, stays slow, 1 run',
  );
});

it('requests that fail to the end never recover', () => {
  expect(badgeOfShop('kind: error, share: 80%, at: 20s, for: none')).toMatch(
    /, never recovers, 1 run$/u,
  );
});
