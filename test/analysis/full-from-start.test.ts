import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

function cascadeOf(stock: string): CascadeResult {
  return run(`
faultline: 1
title: Some instances are full
run: { duration: 20s, warmup: 5s, seed: 64 }
services:
  shop: { replicas: 10, endpoints: { page: [ call: stock.get ] } }
  stock:
    replicas: 10
    concurrency: 2
    queue: { capacity: 20 }
    endpoints: { get: { readOnly: true, steps: [ wait: 32ms ] } }
    ${stock}
workloads: { users: { arrivals: poisson(500/s), patience: 1s, requests: [ { call: shop.page } ] } }
`).variant().cascade;
}

describe('some instances that are full while the others have room', () => {
  it('are the cause, and subsets that spread the load unevenly the reason', () => {
    const { causes, sentence } = cascadeOf(
      'loadBalancing: { kind: roundRobin, subset: { size: 2, kind: random } }',
    );
    expect(causes).toMatchObject([{ kind: 'capacity', subject: 'stock', resource: 'workers' }]);
    expect(sentence).toMatch(
      /^From the start \d of 10 instances of stock are full, because subsets of 2 spread its load unevenly/u,
    );
  });

  it('are none where every instance gets its part', () => {
    expect(cascadeOf('loadBalancing: { kind: roundRobin, subset: { size: 5 } }').causes).toEqual(
      [],
    );
  });

  it('are the primary of a database whose replicas serve no reads', () => {
    const { causes, sentence } = run(`
faultline: 1
title: Reads at the primary
run: { duration: 20s, warmup: 5s, seed: 27 }
keys: { account: { kind: uniform, count: 10 } }
services: { bank: { endpoints: { balance: [ query: db.balance ] } } }
databases:
  db:
    cpu: 1
    replicas: { count: 2, lag: 50ms }
    operations: { balance: { work: 3ms, key: account } }
workloads: { users: { arrivals: poisson(400/s), patience: 1s, requests: [ { call: bank.balance } ] } }
`).variant().cascade;
    expect(causes).toMatchObject([{ kind: 'capacity', subject: 'db', resource: 'cores' }]);
    expect(sentence).toContain('From the start 1 of 3 instances of db (the primary) is full');
  });
});

describe('cores that are full from the start', () => {
  it('are a cause although no request fails, with the callers that use them', () => {
    const { causes, sentence } = run(`
faultline: 1
title: Two callers of a database
run: { duration: 60s, warmup: 5s, seed: 3 }
services:
  catalog: { endpoints: { show: [ query: db.select ] } }
  audit: { endpoints: { show: [ query: db.select ] } }
databases: { db: { cpu: 1, operations: { select: exponential(5ms) } } }
workloads:
  users: { arrivals: poisson(115/s), requests: [ { call: catalog.show } ] }
  auditors: { arrivals: poisson(115/s), requests: [ { call: audit.show } ] }
`).variant().cascade;
    expect(causes).toMatchObject([{ kind: 'load', at: 0 }]);
    expect(sentence).toMatch(
      /^From the start db is full \(1 of 1 cores of db are in use; audit and catalog make [\d.]+ % and [\d.]+ % of its calls; likely\)/u,
    );
  });
});
