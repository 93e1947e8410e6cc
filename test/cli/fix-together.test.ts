import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** 22 connections are in use at 280/s: the workers, the pool and the server each have fewer. */
const CHAIN = `
faultline: 1
title: a pool behind workers, and a server behind the pool
run: { duration: 8s, warmup: 2s, seed: 3, replications: 2 }
services:
  pay: { concurrency: 16, queue: { capacity: 50 }, endpoints: { charge: [ query: db.write ] } }
databases:
  db:
    maxConnections: 20
    pool: { kind: hikari, maximumPoolSize: 16, connectionTimeout: 1s }
    operations: { write: { wait: exponential(80ms), write: true } }
workloads:
  users: { arrivals: poisson(280/s), requests: [ { call: pay.charge } ] }
budgets: [ users.success >= 99% ]
`;

it('finds settings of which none helps alone', () => {
  const file = folder.put('chain.yaml', CHAIN);
  const json = folder.at('chain.json');
  // More workers alone wait for the pool, a larger pool alone has no more workers, and both need more of the server.
  const over =
    'services.pay.concurrency,databases.db.pool.maximumPoolSize,databases.db.maxConnections';
  const args = ['fix', file, '--over', over, '--max-runs', '80', '--json', json];
  const { status } = faultline(args);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  expect(status).toBe(0);
  expect(fixed.answer!.settings.map(({ path }) => path).sort()).toEqual([
    'databases.db.maxConnections',
    'databases.db.pool.maximumPoolSize',
    'services.pay.concurrency',
  ]);
  for (const { to } of fixed.answer!.settings) expect(Number(to)).toBeGreaterThan(22);
});
