import { describe, expect, it } from 'vitest';
import { run, type Ran } from '../theory/program.js';

/** A caller with a pool of 10 connections per node, to a database with these settings; `steps`: what it queries. */
const ask = (database: string, steps: string): Ran =>
  run(`
faultline: 1
title: Pools by node
run: { duration: 60s, warmup: 10s }
services: { a: { runtime: async, endpoints: { go: [ ${steps} ] } } }
databases:
  db:
    kind: postgres
    ${database}
    pool: { kind: hikari, maximumPoolSize: 10, connectionTimeout: 30s }
    operations: { write: { wait: 1s, write: true }, read: { wait: 100ms } }
workloads: { users: { arrivals: 'constant(20/s)', requests: [ { call: a } ] } }
budgets: [ a->db.pool.utilization >= 99.9%, db.pool.utilization.max >= 99.9% ]
`);

const utilization = (ran: Ran): readonly (number | null)[] =>
  ran.variant().budgets.map(({ value }) => value);

describe('the use of a pool', () => {
  it('is full if calls wait for it, with and without a replica that nothing uses', () => {
    for (const database of ['', 'replicas: 1', 'replicas: 2']) {
      const ran = ask(database, 'query: db.write');
      expect(utilization(ran)).toEqual([1, 1]);
      expect(ran.result.variants[0]!.components.db!.pools!.a).toMatchObject({ size: 10 });
    }
  });

  it('is that of the fullest node: reads leave the pools of the replicas nearly empty', () => {
    const steps = '{ parallel: [ [ query: db.write ], [ query: db.read ] ] }';
    const ran = ask('replicas: 2\n    route: replica', steps);
    // Writes: 20/s x 1 s of 10 connections. Reads: 20/s x 100 ms / 2 = 1 of 10.
    expect(utilization(ran)).toEqual([1, 1]);
    expect(ran.result.variants[0]!.components.db!.pools!.a).toMatchObject({ size: 30 });
  });

  it('is what Little says of calls that do not wait', () => {
    // 20/s x 100 ms / 2 nodes = 1 of 10 connections.
    const [mean] = utilization(ask('replicas: 2\n    route: replica', 'query: db.read'));
    expect(mean).toBeCloseTo(0.1, 2);
  });
});
