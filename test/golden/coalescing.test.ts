import { describe, expect, it } from 'vitest';
import { golden, latencies, sent, times } from './tracing.js';

/** `shop` calls `stock` by item; every request has one of `items` values. */
const shop = (policy: string, at: string, items = 1): string => `
keys: { item: sequence(count=${items}) }
policies: { ask: { ${policy} } }
services:
  shop: { endpoints: { buy: [ { call: stock.get, policy: ask } ], list: [ { call: stock.list, policy: ask } ] } }
  stock: { endpoints: { get: { readOnly: true, steps: [ wait: 100ms ] }, list: { readOnly: true, steps: [ wait: 50ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
`;

describe('calls that ask the same', () => {
  it('G28 without coalescing: 5 requests @0 are 5 upstream calls, all answered @100', () => {
    const { requests, at } = golden(shop('timeout: 1s', times(5, '0ms')));
    expect(latencies(requests)).toEqual([100, 100, 100, 100, 100]);
    expect(at('stock.get').length).toBe(5);
  });

  it('G28 with coalescing: 1 upstream call, all answered @100; amplification is 1 in 5', () => {
    const { requests, at, ran } = golden(shop('coalesce: { key: item }', times(5, '0ms')));
    expect(latencies(requests)).toEqual([100, 100, 100, 100, 100]);
    expect(sent(at('stock.get'))).toEqual([0]);
    const edge = ran.variant().edges['shop->stock'];
    expect([edge.calls, edge.attempts, edge.counters['coalesced']]).toEqual([5, 1, 4]);
    expect(edge.amplification).toBe(0.2);
  });

  it('with TTL 1000: a call @999 is answered at once, one @1000 asks again', () => {
    const policy = 'coalesce: { key: item, window: 1s }';
    const { requests, at } = golden(shop(policy, '0ms, 40ms, 999ms, 1000ms'));
    expect(latencies(requests)).toEqual([100, 60, 0, 100]);
    expect(sent(at('stock.get'))).toEqual([0, 1000]);
  });

  it('ask apart for each value of the key', () => {
    const { at } = golden(shop('coalesce: { key: item }', times(6, '0ms'), 3));
    expect(at('stock.get').length).toBe(3);
  });

  it('never get the answer of another endpoint', () => {
    const body = shop('coalesce: { key: item }', '0ms').replace(
      'call: shop.buy',
      'name: both, steps: [ parallel: [ call: shop.buy, call: shop.list ] ]',
    );
    const { at } = golden(body);
    expect(sent(at('stock.get'))).toEqual([0]);
    expect(sent(at('stock.list'))).toEqual([0]);
  });

  it('8.2 cache and coalescing, retry outside: a retry joins the call that still runs', () => {
    // Leader @0 fails @100 with its follower; both retry @110: one leads, one follows again.
    const policy =
      'retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 10ms } }, ' +
      'coalesce: { key: item }, order: [ retry, coalesce ]';
    const failing = shop(policy, '0ms, 0ms').replace('wait: 100ms', 'wait: 100ms, fail: 503');
    const { at } = golden(failing);
    expect(sent(at('stock.get'))).toEqual([0, 110]);
  });

  it('8.2 cache and coalescing, retry inside: retries happen only for the leader', () => {
    const policy =
      'retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 10ms } }, ' +
      'coalesce: { key: item }';
    const failing = shop(policy, '0ms, 0ms').replace('wait: 100ms', 'wait: 100ms, fail: 503');
    const { at, requests } = golden(failing);
    expect(sent(at('stock.get'))).toEqual([0, 110]);
    expect(latencies(requests)).toEqual([210, 210]);
  });

  it('of two branches of a request, the one that leads may be stopped by the answer it gave', () => {
    const body = shop('coalesce: { key: item }', '0ms').replace(
      'buy: [ { call: stock.get, policy: ask } ]',
      'buy: [ parallel: { join: any, branches: [ { call: stock.get, policy: ask }, { call: stock.get, policy: ask } ] } ]',
    );
    const { requests, at } = golden(body);
    expect(latencies(requests)).toEqual([100]);
    expect(at('stock.get').length).toBe(1);
  });
});
