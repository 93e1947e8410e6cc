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

/** 9 consumers at once handle 450/s of 20 ms: 4 partitions are 4, and a partition needs an instance or a thread. */
const LOG = `
faultline: 1
title: partitions, consumers, and the connections of what they call
run: { duration: 30s, warmup: 2s, seed: 7, replications: 1 }
topics:
  logs: { kind: kafka, partitions: 4, subscribers: [ { group: index, call: indexer.write } ] }
keys: { host: { kind: uniform, count: 500 } }
services:
  gate: { endpoints: { put: [ publish: { topic: logs, key: host } ] } }
  indexer: { replicas: 4, endpoints: { write: { idempotent: true, steps: [ query: es.bulk ] } } }
databases:
  es: { maxConnections: 6, operations: { bulk: { wait: exponential(20ms), write: true } } }
workloads:
  agents: { arrivals: poisson(450/s), requests: [ { call: gate.put } ] }
budgets: [ logs.index.age.max < 5s ]
`;

it('finds two settings that hold one limit together, and the next limit', () => {
  const file = folder.put('log.yaml', LOG);
  const json = folder.at('log.json');
  const { status } = faultline(['fix', file, '--max-runs', '100', '--json', json]);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  expect(status).toBe(0);
  const to = Object.fromEntries(fixed.answer!.settings.map((own) => [own.path, Number(own.to)]));
  expect(to['topics.logs.partitions']).toBeGreaterThanOrEqual(9);
  expect(to['databases.es.maxConnections']).toBeGreaterThanOrEqual(9);
  expect(Object.keys(to)).toHaveLength(3);
});
