import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Whatever ends the work of a search engine, at once: short queues, limits, crashes, pauses, slow nodes. */
const TURMOIL = `
faultline: 1
title: Everything that ends the work of a search engine
run: { duration: 25s, seed: 5 }
keys: { doc: { kind: uniform, count: 1000 } }
network:
  zones: { a: {}, b: {}, c: {} }
  links:
    - { between: [ a, b ], latency: exponential(3ms) }
    - { between: [ b, c ], latency: 2ms }
policies: { hop: { timeout: 40ms, retry: { attempts: 2 } } }
services:
  api:
    replicas: 3
    zone: [ a, b, c ]
    endpoints:
      find: [ { query: es.find, policy: hop } ]
      get: [ { query: es.get, policy: hop } ]
      put: [ { query: es.put, policy: hop } ]
databases:
  es:
    kind: elasticsearch
    cpu: 1
    zone: [ a, b, c ]
    replicas: 2
    shards: { count: 2, key: doc }
    statementTimeout: 100ms
    threadPools: { search: { queueSize: 5 }, write: { queueSize: 5 }, get: { queueSize: 1 } }
    operations:
      find: { work: exponential(5ms), wait: exponential(2ms) }
      get: { work: exponential(2ms), key: doc }
      put: { work: exponential(6ms), wait: exponential(2ms), write: true, key: doc }
workloads:
  readers: { arrivals: poisson(120/s), requests: [ { call: api.find } ] }
  getters: { arrivals: poisson(50/s), requests: [ { call: api.get } ] }
  writers: { arrivals: poisson(60/s), requests: [ { call: api.put } ] }
faults:
  - { id: primary, kind: crash, target: 'es[0]', at: 2s, for: 3s }
  - { id: promoted, kind: crash, target: 'es[1]', at: 4s, for: 3s }
  - { id: last, kind: crash, target: 'es[2]', at: 4500ms, for: 4s }
  - { id: replica, kind: crash, target: 'es[4]', at: 9s, for: 500ms }
  - { id: frozen, kind: pause, target: 'es[3]', at: 11s, for: 2s }
  - { id: slow, kind: slow, target: 'es[5]', factor: 5, at: 13s, for: 5s }
  - { id: whole, kind: crash, target: es, at: 19s, for: 2s }
  - { id: late, kind: pause, target: 'es[0]', at: 23s, for: 1900ms }
`;

describe('a search engine with all its faults', () => {
  it('balances its books: each thread and each write in flight has an owner', () => {
    const { variant } = run(TURMOIL);
    const { outcomes } = variant().components['es']!;
    // All paths were taken; an imbalance at the end of the run throws.
    for (const way of ['ok', 'refused', 'reset', 'serverError', 'throttled'] as const) {
      expect(outcomes[way], way).toBeGreaterThan(0);
    }
    // For the first shard at 3 s. At 5 s no node with all of its writes is left, at 20 s no node at all.
    const { failovers } = variant().metered['es']!.meters;
    expect(failovers?.form === 'counter' && failovers.total).toBe(1);
  });
});
