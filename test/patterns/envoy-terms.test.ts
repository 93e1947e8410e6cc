import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

describe('retry.on of Envoy and Istio', () => {
  it.each([
    ['istio', '5xx'],
    ['istio', 'gateway'],
    ['envoy', '5xx'],
    ['envoy', 'gateway'],
  ])('%s: %s includes tries without a response', (kind, term) => {
    const { result } = run(`
faultline: 1
title: A pasted retry
run: { duration: 30s, warmup: 2s }
services:
  shop: { endpoints: { buy: [ { call: pay.charge, policy: { timeout: 100ms, retry: { kind: ${kind}, attempts: 3, on: [${term}] } } } ] } }
  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(1/s), patience: 5s, requests: [ { call: shop.buy } ] } }
faults: [ { id: hang, kind: hang, target: pay, at: 10s, for: 10s } ]
variants:
  - { name: pasted }
  - { name: written, set: { "services.shop.endpoints.buy.steps[0].policy.retry.on": [${term}, timeout, reset, connect] } }
`);
    const [pasted, written] = result.variants.map(({ edges }) => edges['shop->pay']!);
    expect(pasted!.attempts).toBeGreaterThan(pasted!.calls);
    expect(pasted!.attempts).toBe(written!.attempts);
    expect(result.variants[0]!.perReplication[0]!.digest).toBe(
      result.variants[1]!.perReplication[0]!.digest,
    );
  });

  it('do not include them under a single status', () => {
    const { variant } = run(`
faultline: 1
title: One status
run: { duration: 30s, warmup: 2s }
services:
  shop: { endpoints: { buy: [ { call: pay.charge, policy: { timeout: 100ms, retry: { kind: istio, attempts: 3, on: [503] } } } ] } }
  pay: { endpoints: { charge: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ call: shop.buy ] } }
faults: [ { id: hang, kind: hang, target: pay, at: 10s, for: 10s } ]
`);
    expect(variant().edges['shop->pay']!.amplification).toBe(1);
  });
});
