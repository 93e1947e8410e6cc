import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

/** A database that becomes slow behind pools that are too small. Attempts wait long for a connection. */
const cascadeOf = (seed: number, policy: string): CascadeResult =>
  run(`
faultline: 1
title: Calls that wait for a connection
run: { duration: 90s, warmup: 10s, seed: ${seed} }
policies: { p: { ${policy} } }
services:
  shop:
    replicas: 2
    concurrency: 100
    queue: { capacity: 50 }
    endpoints:
      home: [ work: 1ms, { query: db.sel, policy: p } ]
      buy: [ work: 1ms, { query: db.ins, policy: p } ]
databases:
  db:
    cpu: 8
    pool: { kind: simple, maxOpen: 10, acquireTimeout: 1s }
    operations: { sel: exponential(5ms), ins: exponential(10ms) }
workloads:
  users:
    arrivals: poisson(220/s)
    patience: 3s
    requests: [ { call: shop.home, weight: 80 }, { call: shop.buy, weight: 20 } ]
faults: [ { id: slow-db, kind: slow, target: db.ins, factor: 40, at: 40s, for: 20s } ]
`).variant().cascade;

const loadOf = ({ influences }: CascadeResult): readonly string[] =>
  influences.filter(({ mechanism }) => mechanism === 'retryLoad').map(({ text }) => text);

describe('calls that wait for a connection', () => {
  it('are no retries, though many are sent in a step in which few are made', () => {
    for (const seed of [1, 2, 3, 4]) {
      const cascade = cascadeOf(seed, 'timeout: 30s');
      expect(cascade.loops).toEqual([]);
      expect(loadOf(cascade)).toEqual([]);
      expect(cascade.sentence).not.toContain('retries');
    }
  });

  it('are retries where they are tried again', () => {
    const cascade = cascadeOf(
      1,
      'timeout: 300ms, retry: { attempts: 3, on: [any], backoff: { kind: constant, base: 10ms } }',
    );
    expect(cascade.loops).toEqual([{ through: ['shop', 'db'], mechanism: 'retryLoad' }]);
    expect(loadOf(cascade).join()).toMatch(
      /^[12]\.\d+ attempts sent per call made: \d\d(\.\d)? % of them/u,
    );
  });
});
