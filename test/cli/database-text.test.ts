import { describe, expect, it } from 'vitest';
import { databaseLines } from '../../src/cli/explain/database-text.js';
import { lines } from '../../src/cli/explain/values.js';
import { load } from '../theory/program.js';

const linesOf = (yaml: string): readonly string[] =>
  lines(load(yaml).variants[0]!.scenario.databases, databaseLines);

const explained = (database: string): readonly string[] =>
  linesOf(`
faultline: 1
title: A search engine
run: { duration: 1s }
keys: { doc: { kind: uniform, count: 10 } }
databases: { es: { kind: elasticsearch, ${database}, operations: { find: { work: 1ms } } } }
services: { shop: { endpoints: { find: [ query: es.find ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.find } ] } }
`);

describe('what explain says about a search engine', () => {
  it('is what it has where nothing is written: a part of a core counts as one', () => {
    expect(explained('cpu: 2.5, shards: { count: 2, key: doc }')).toEqual([
      'es: elasticsearch, failover: { detect: 1s, promote: 0s, reconnect: 0s }, shards: { count: 2, key: doc }, ' +
        'copies: 2 of each shard (a write waits for all of them, reads take turns), ' +
        'threadPools: { search: { size: 5, queueSize: 1000 }, get: { size: 5, queueSize: 1000 }, ' +
        'write: { size: 3, queueSize: 10000 } }, refresh: { interval: 1s, idleAfter: 30s }',
      'es.find: work: 1ms, scan: true',
    ]);
  });

  it('is what is written', () => {
    const written =
      'cpu: 1, replicas: 0, refresh: { interval: none }, ' +
      'threadPools: { search: { size: 3, queueSize: unlimited }, write: { queueSize: 0 } }';
    expect(explained(written)).toEqual([
      'es: elasticsearch, copies: 1 of each shard (a write waits for all of them, reads take turns), ' +
        'threadPools: { search: { size: 3, queueSize: unlimited }, get: { size: 2, queueSize: 1000 }, ' +
        'write: { size: 1, queueSize: 0 } }, refresh: { interval: none, idleAfter: none }',
    ]);
  });
});

describe('what explain says about a table', () => {
  it('is what it gives, and to which recipients', () => {
    const scenario = (capacity: string): string => `
faultline: 1
title: A table
run: { duration: 1s }
databases: { votes: { kind: dynamodb, ${capacity}operations: { put: { wait: 1ms, write: true } } } }
services: { shop: { endpoints: { vote: [ query: votes.put ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.vote } ] } }
`;
    expect(linesOf(scenario(''))).toEqual([
      'votes: dynamodb, capacity: { read: unlimited, write: unlimited, partitions: 4, burst: 5m, adaptive: true }',
    ]);
    // 4000 / 3000 + 1500 / 1000 partitions.
    const written = 'capacity: { read: 4000/s, write: 1500/s, burst: 60s, adaptive: false }, ';
    expect(linesOf(scenario(written))).toEqual([
      'votes: dynamodb, capacity: { read: 4000/s, write: 1500/s, partitions: 3, burst: 1m, adaptive: false }',
    ]);
  });
});
