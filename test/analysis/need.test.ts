import { describe, expect, it } from 'vitest';
import type { Ending } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

const SHOP = 'shop: { concurrency: 80, queue: { capacity: 60 }, endpoints: { list:';

/** Five at a time take 50 ms each, so that 100/s pass, of 130/s that are offered. Everything else has room. */
const FIVE: Readonly<Record<string, { readonly of: string; readonly rest: string }>> = {
  pool: {
    of: 'the connection pool of shop to catalog',
    rest: `services: { ${SHOP} [ query: catalog.read ] } } }
databases: { catalog: { cpu: 8, pool: { maxOpen: 5, acquireTimeout: 300ms }, operations: { read: { wait: exponential(50ms) } } } }`,
  },
  // Callers that give up end some queries early: their work at the database takes 50 ms all the same.
  pooler: {
    of: 'the connection pool of shop to catalog',
    rest: `services: { ${SHOP} [ { query: catalog.read, policy: { timeout: 400ms } } ] } } }
databases: { catalog: { kind: postgres, cpu: 8, pool: { kind: pgbouncer, defaultPoolSize: 5 }, operations: { read: { wait: exponential(50ms) } } } }`,
  },
  connections: {
    of: 'the connection pool of shop to stock',
    rest: `services:
  ${SHOP} [ { call: stock.get, policy: { connections: { max: 5 }, timeout: 300ms } } ] } }
  stock: { protocol: http1, concurrency: 200, cpu: 8, endpoints: { get: [ wait: exponential(50ms) ] } }`,
  },
  bulkhead: {
    of: 'the bulkhead of shop for stock',
    rest: `services:
  ${SHOP} [ { call: stock.get, policy: { bulkhead: { maxConcurrent: 5 } } } ] } }
  stock: { concurrency: 200, cpu: 8, endpoints: { get: [ wait: exponential(50ms) ] } }`,
  },
  threadPool: {
    of: 'the bulkhead of shop for stock',
    rest: `services:
  ${SHOP} [ { call: stock.get, policy: { bulkhead: { kind: threadPool, coreThreads: 5, maxThreads: 5, queueCapacity: 20 } } } ] } }
  stock: { concurrency: 200, cpu: 8, endpoints: { get: [ wait: exponential(50ms) ] } }`,
  },
  limit: {
    of: 'the concurrency limit of stock.get',
    rest: `services:
  ${SHOP} [ call: stock.get ] } }
  stock: { concurrency: 200, cpu: 8, endpoints: { get: { concurrency: 5, steps: [ wait: exponential(50ms) ] } } }`,
  },
  search: {
    of: 'the thread pool search of es',
    rest: `services: { ${SHOP} [ query: es.find ] } } }
databases: { es: { kind: elasticsearch, cpu: 8, replicas: 0, threadPools: { search: { size: 5, queueSize: 20 } }, operations: { find: { wait: exponential(50ms) } } } }`,
  },
  workers: {
    of: 'stock',
    rest: `services:
  ${SHOP} [ call: stock.get ] } }
  stock: { concurrency: 5, queue: { capacity: 20 }, cpu: 8, endpoints: { get: [ wait: exponential(50ms) ] } }`,
  },
};

function runOf(kind: string, rate: number): { endings: readonly Ending[]; sentence: string } {
  const { cascade } = run(`faultline: 1
title: Five at a time
run: { duration: 45s, warmup: 5s, seed: 21, replications: 2 }
${FIVE[kind]!.rest}
workloads: { users: { arrivals: poisson(${rate}/s), patience: 3s, requests: [ { call: shop.list } ] } }
`).variant();
  return cascade;
}

describe('a resource that is too small from the start', () => {
  it.each(Object.keys(FIVE))(
    'is overloaded in each run, by what waits and is refused: %s',
    (kind) => {
      const { endings, sentence } = runOf(kind, 130);
      for (const { verdict, reason, subject, value } of endings) {
        expect({ verdict, reason, subject }).toEqual({
          verdict: 'overloaded',
          reason: 'load',
          subject: FIVE[kind]!.of,
        });
        // 130/s x 50 ms of 5; 4,700 exponential times have a mean within 5 %.
        expect(value).toBeGreaterThan(1.3 * 0.95);
        expect(value).toBeLessThan(1.3 * 1.05);
      }
      expect(sentence).toContain(`% of the capacity of ${FIVE[kind]!.of}.`);
    },
  );

  it.each([
    [90, 'untouched'],
    [110, 'overloaded'],
  ])('is judged by the load: %i/s, %s', (rate, verdict) => {
    expect(runOf('pool', rate).endings.map((ending) => ending.verdict)).toEqual([verdict, verdict]);
  });

  it('is not the pool, where the database behind it is full', () => {
    const { endings } = run(`faultline: 1
title: A full database
run: { duration: 45s, warmup: 5s, seed: 21 }
services: { ${SHOP} [ query: catalog.read ] } } }
databases: { catalog: { cpu: 2, pool: { maxOpen: 20, acquireTimeout: 300ms }, operations: { read: { work: exponential(20ms) } } } }
workloads: { users: { arrivals: poisson(130/s), patience: 3s, requests: [ { call: shop.list } ] } }
`).variant().cascade;
    expect(endings).toMatchObject([{ verdict: 'overloaded', subject: 'catalog' }]);
    expect(endings[0]!.value).toBeCloseTo(1.3, 1);
  });
});
