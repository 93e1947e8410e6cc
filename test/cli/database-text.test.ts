import { describe, expect, it } from 'vitest';
import { databaseLines } from '../../src/cli/explain/database-text.js';
import { load } from '../theory/program.js';

const explained = (database: string): readonly string[] =>
  databaseLines(
    load(`
faultline: 1
title: A search engine
run: { duration: 1s }
keys: { doc: { kind: uniform, count: 10 } }
databases: { es: { kind: elasticsearch, ${database}, operations: { find: { work: 1ms } } } }
services: { shop: { endpoints: { find: [ query: es.find ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.find } ] } }
`).variants[0]!.scenario,
  );

describe('what explain says about a search engine', () => {
  it('is what it has where nothing is written: a part of a core counts as one', () => {
    expect(explained('cpu: 2.5, shards: { count: 2, key: doc }')).toEqual([
      'es (elasticsearch): 2 shards by doc; find at all of them; ' +
        '2 copies of each shard, written all before the answer, read in turn; ' +
        'threads of each node: search 5 (queue 1000), get 5 (queue 1000), write 3 (queue 10000); ' +
        'refresh every 1s, idle after 30s; failover { detect: 1s, promote: 0s, reconnect: 0s }',
    ]);
  });

  it('is what is written', () => {
    const written =
      'cpu: 1, replicas: 0, refresh: { interval: none }, ' +
      'threadPools: { search: { size: 3, queueSize: unlimited }, write: { queueSize: 0 } }';
    expect(explained(written)).toEqual([
      'es (elasticsearch): 1 copy of each shard, written all before the answer, read in turn; ' +
        'threads of each node: search 3 (queue unlimited), get 2 (queue 1000), write 1 (queue 0); no refresh',
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
    const lines = (capacity: string): readonly string[] =>
      databaseLines(load(scenario(capacity)).variants[0]!.scenario);
    expect(lines('')).toEqual([
      'votes (dynamodb): units of capacity: read as many as asked for, write as many as asked for, kept for 5m; ' +
        'shared by 1 partition',
    ]);
    // 4000 / 3000 + 1500 / 1000 partitions.
    expect(
      lines('capacity: { read: 4000/s, write: 1500/s, burst: 60s, adaptive: false }, '),
    ).toEqual([
      'votes (dynamodb): units of capacity: read 4000/s, write 1500/s, kept for 1m; in equal parts for 3 partitions',
    ]);
  });
});
