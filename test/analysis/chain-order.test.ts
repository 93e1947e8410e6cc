import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const sentenceOf = (seed: number): string =>
  run(`
faultline: 1
title: Workers that run out later than calls fail
run: { duration: 90s, warmup: 10s, seed: ${seed} }
gateways:
  edge: { concurrency: 500, routes: [ { name: home, match: { path: / }, to: shop.home }, { name: buy, match: { path: /buy }, to: shop.buy } ] }
services:
  shop: { replicas: 2, concurrency: 100, queue: { capacity: 50 }, endpoints: { home: [ work: 1ms, query: db.sel ], buy: [ work: 1ms, query: db.ins ] } }
databases:
  db: { cpu: 8, pool: { kind: simple, maxOpen: 10, acquireTimeout: 1s }, operations: { sel: exponential(5ms), ins: exponential(10ms) } }
workloads:
  users: { arrivals: poisson(220/s), patience: 3s, requests: [ { call: edge, path: /, weight: 80 }, { call: edge, path: /buy, weight: 20 } ] }
faults: [ { id: slow-db, kind: slow, target: db.ins, factor: 40, at: 40s, for: 20s } ]
`).variant().cascade.sentence;

describe('the chain of the sentence', () => {
  it('lists a failing component after its cause, even if that one runs out of workers later', () => {
    for (const seed of [1, 4]) {
      const sentence = sentenceOf(seed);
      const parts = sentence.split(' -> ').map((part) => part.split(':')[0]);
      expect(parts.slice(1, 4)).toEqual(['db', 'shop', 'edge']);
      // It fails before it runs out of workers, and both times are there.
      expect(sentence).toMatch(
        /shop: waits for connections to db, [^>]*, 200 of 200 workers [^>]* from 4\d(?:\.\d)? s on, queue of 100 full at 4\d(?:\.\d)? s -> edge: errors from shop, success [\d.]+ % -> /u,
      );
    }
  });
});
