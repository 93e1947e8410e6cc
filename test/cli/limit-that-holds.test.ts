import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

it('a limit that keeps one caller from harming another is not advised against where the budgets hold', () => {
  const path = folder.put(
    'limit.yaml',
    `faultline: 1
title: A limit for each caller
run: { duration: 60s, warmup: 5s, replications: 3 }
gateways:
  edge:
    kind: kong
    replicas: 2
    middleware: [ rateLimit: { rate: 100/s, key: client } ]
    routes: [ { match: { path: /orders }, to: orders.get } ]
services: { orders: { replicas: 3, concurrency: 20, endpoints: { get: [ wait: 10ms ] } } }
workloads:
  mobile: { arrivals: poisson(80/s), clients: 1000, requests: [ { call: edge, path: /orders } ] }
  partner: { arrivals: poisson(40/s), clients: 1, requests: [ { call: edge, path: /orders } ] }
faults: [ { id: batch, kind: load, target: partner, factor: 10, at: 20s, for: 20s } ]
budgets: [ mobile.latency.p99 < 100ms ]
`,
  );
  const { status, stdout } = faultline([
    'run',
    path,
    '--format',
    'json',
    '--out',
    folder.at('out'),
  ]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/what +partner\.\S+ requests: success/u);
  // The partner pays for it, and no budget says how much it may.
  expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
    /do It holds every budget; no budget covers the \d+(?:\.\d+)? % of partner\.\S+ requests that are refused\./u,
  );
});

it('nothing is to be done where a fault harms users no more than the budgets allow, and nothing helps', () => {
  const path = folder.put(
    'allowed.yaml',
    `faultline: 1
title: A harm that is allowed
run: { duration: 30s, warmup: 2s, seed: 7, replications: 2 }
services:
  shop: { concurrency: 64, endpoints: { buy: [ { call: bank.pay, policy: { timeout: 400ms } } ] } }
  bank: { concurrency: 16, external: true, endpoints: { pay: [ wait: exponential(20ms) ] } }
workloads: { people: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: errors, kind: error, target: bank, share: 20%, at: 20s, for: 5s } ]
budgets: [ people.success >= 90% ]
`,
  );
  const { status, stdout } = faultline(['run', path, '--out', folder.at('out')]);
  expect(status).toBe(0);
  // A fifth of the requests of 5 s fail, of 30 s: 3.3 %.
  expect(stdout).toMatch(/what +buy requests: success [78]\d\S* % from 20 s/u);
  expect(stdout).toMatch(/do +Nothing: it holds every budget\.\n/u);
});
