import { describe, expect, it } from 'vitest';
import { golden } from './tracing.js';

describe('a key that is a sequence', () => {
  it('has the values 0, 1, 2, 0 ... in the order of arrival, however deep the call is', () => {
    const { at } = golden(
      `
keys: { turn: sequence(count=7) }
services:
  shop: { endpoints: { buy: [ parallel: [ call: store.get, call: store.get ] ] } }
  store:
    replicas: 3
    loadBalancing: { kind: ringHash, key: turn }
    endpoints: { get: { readOnly: true, steps: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
`,
      '3s',
    );
    const reads = at('store.get').map(({ instance }) => instance);
    expect(reads.length).toBe(58);
    const pairs = Array.from({ length: 29 }, (_, k) => reads.slice(2 * k, 2 * k + 2));
    pairs.forEach(([one, two], k) => {
      // Both branches of a request, and every seventh request, have the same value.
      expect(two).toBe(one);
      expect(one).toBe(pairs[k % 7][0]);
    });
    expect(new Set(reads).size).toBeGreaterThan(1);
  });
});
