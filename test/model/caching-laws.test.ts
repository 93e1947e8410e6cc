import { describe, expect, it } from 'vitest';
import { Caches } from '../../src/model/modules/caching/caches.js';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import { load } from '../theory/program.js';
import { strands } from '../../src/model/data/strands/strands.js';

/** Reads and writes of few values under crashes of all components, time limits, retries, hedges and failing loads. */
const busy = (cache: string): string => `
faultline: 1
title: Caches in a storm
run: { duration: 8s, drain: 60s, seed: 8 }
keys: { item: zipf(count=20) }
network: { latency: exponential(1ms) }
policies:
  cache: { timeout: 20ms, hedge: { after: 3ms }, retry: { attempts: 2 } }
  storage: { timeout: 40ms }
caches:
  items:
    keys: item
    ${cache}
    negativeTtl: 30ms
    staleWhileRevalidate: 40ms
    levels:
      - { name: near, kind: local, capacity: 5, ttl: 50ms, eviction: sieve }
      - { name: far, kind: redis, capacity: 10, ttl: 200ms, latency: exponential(1ms), cpu: 1, pool: { maxOpen: 3 } }
databases:
  store: { cpu: 2, operations: { read: exponential(8ms), write: { work: 2ms, write: true } } }
services:
  shop:
    replicas: 3
    runtime: async
    cancellation: atSteps
    outbound: { items: cache, store: storage }
    endpoints:
      show:
        - parallel:
            branches:
              - cache:
                  get: items
                  onMiss: [ query: store.read, { fail: 404, probability: 10% }, { fail: 500, probability: 10% } ]
              - wait: 1ms
          optional: true
        - { cache: { get: items, onMiss: [ query: store.read ] }, optional: true }
      change: [ { query: store.write, optional: true }, { cache: { delete: items } } ]
workloads:
  readers: { arrivals: poisson(300/s), patience: { after: 60ms, cancel: true }, requests: [ { call: shop.show } ] }
  writers: { arrivals: poisson(30/s), requests: [ { call: shop.change } ] }
faults:
  - { id: shops, kind: crash, target: shop, instances: 1, at: 100ms, for: 30ms, every: 170ms }
  - { id: servers, kind: crash, target: items.far, at: 150ms, for: 50ms, every: 410ms }
  - { id: hangs, kind: hang, target: items.far, at: 300ms, for: 60ms, every: 530ms }
  - { id: emptied, kind: flush, target: items, share: 50%, at: 77ms, every: 270ms }
`;

describe('under any fault of loading and waiting requests', () => {
  it.each([
    ['each for itself', 'coalesce: none'],
    ['one per instance', 'coalesce: instance'],
    ['one of all', 'coalesce: cluster'],
    ['ahead of the end', 'coalesce: cluster, pattern: refreshAhead'],
    ['early', 'coalesce: instance, earlyExpiry: 2'],
  ])('nothing is left when all is over: %s', (_title, own) => {
    const file = load(busy(own.replaceAll(', ', '\n    ')));
    const plan = compile(file.variants[0]!, file);
    let world: World | null = null;
    const record = simulate(plan, 0, registry, { prepare: (own) => void (world = own) });
    expect(record.stop).toBe('drained');
    expect(record.totals.requests).toBeGreaterThan(2000);
    const caches = world!.watchers.find((own) => own instanceof Caches);
    expect(caches!.held()).toBe(0);
    expect(strands.slots.used).toBe(0);
    const { open, since, role } = caches!.columns;
    expect(Math.max(...open)).toBe(0);
    expect(Math.max(...since)).toBe(-1);
    expect(role.every((one) => one === 0)).toBe(true);
    const again = simulate(plan, 0, registry, {});
    expect(again.digest).toBe(record.digest);
  });
});
