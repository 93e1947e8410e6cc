import { afterAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/** One fault slows all calls down, the other one fails half of them. */
const TEXT = `faultline: 1
title: Two faults
run: { duration: 60s, seed: 3 }
services:
  shop: { endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 50, endpoints: { pay: [ wait: 10ms ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: slow-calls, kind: delay, target: shop->bank, add: 200ms, at: 20s, for: 20s }
  - { id: half, kind: abort, target: shop->bank, share: 50%, at: 20s, for: 20s }
`;

const folder = new Folder();
afterAll(() => folder.remove());

it.each([
  ['users.success >= 99%', /why {3}the proxies of callers end 50 % of the calls/],
  ['users.successLatency.p99 < 100ms', /why {3}the proxies of callers hold all calls/],
])('of two faults the one without which %s holds is first', (budget, why) => {
  const path = folder.put('two.yaml', `${TEXT}budgets: [ ${budget} ]\n`);
  expect(faultline(['run', path, '--out', folder.at('out')]).stdout).toMatch(why);
});
