import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Account of a run in which one of two processes dies at 20 s; each request takes 100 ms. */
const accountOf = (serve: string, rate: string): string =>
  run(`
faultline: 1
title: Requests in flight
run: { duration: 60s, warmup: 0s, seed: 1 }
services: { shop: { replicas: 2, endpoints: { buy: [ ${serve} ] } } }
workloads: { users: { arrivals: constant(${rate}), requests: [ { call: shop.buy } ] } }
faults: [ { id: dies, kind: crash, target: 'shop[0]', at: 20s, for: 5s } ]
`).variant().cascade.sentence;

describe('requests that a fault finds in flight', () => {
  it('count among those that fail because of it', () => {
    expect(accountOf('wait: 100ms', '20/s')).toBe('shop[0] crashes: 1 of 800 user requests fail.');
  });

  it('are those that fail anyway where some failed before', () => {
    expect(accountOf('wait: 100ms, { fail: 500, probability: 2% }', '400/s')).toContain(
      'no more of their requests fail than before',
    );
  });
});
