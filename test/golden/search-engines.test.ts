import { describe, expect, it } from 'vitest';
import { shardOf } from '../../src/model/resources/replication/shards.js';
import { answered, golden, instants, latencies, metered, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** A search engine with `cpu` cores; `find` searches, `get` reads and `put` writes one document. */
const engine = (database: string, workloads: string, more = '', operations = ''): string => `
keys: { doc: { kind: sequence, count: 4 } }
services:
  shop:
    endpoints: { find: [ query: es.find ], get: [ query: es.get ], put: [ query: es.put ] }
databases:
  es:
    kind: elasticsearch
    ${database}
    operations:
      ${operations || 'find: { wait: 10ms }'}
      get: { wait: 10ms, key: doc }
      put: { wait: 10ms, write: true, key: doc }
workloads:
${workloads}
${more}`;

const users = (endpoint: string, at: string): string =>
  `  ${endpoint}s: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.${endpoint} } ] }`;

const nodesOf = (traced: Traced, operation: string): readonly number[] =>
  traced.at(`es.${operation}`).map(({ instance }) => Number(/\d+/.exec(instance)![0]));

describe('SE-2: thread pools', () => {
  it('has one and a half threads per core and one more for searches, one per core for writes', () => {
    // cpu 2: 4 searches at once, 2 writes at once, of 9 each.
    const body = engine(
      'cpu: 2\n    replicas: 0',
      `${users('find', times(9, '0ms'))}\n${users('put', times(5, '0ms'))}\n${users('get', times(5, '0ms'))}`,
    );
    const traced = golden(body);
    const ends = (part: string): readonly number[] =>
      traced
        .at(`es.${part}`)
        .map((row) => row.answered)
        .sort((a, b) => a - b);
    expect(ends('find')).toEqual([10, 10, 10, 10, 20, 20, 20, 20, 30]);
    expect(ends('put')).toEqual([10, 10, 20, 20, 30]);
    expect(ends('get')).toEqual([10, 10, 10, 10, 20]);
  });

  it('rejects with 429 at once if the queue is full', () => {
    const body = engine(
      'cpu: 1\n    replicas: 0\n    threadPools: { search: { queueSize: 3 } }',
      users('find', times(7, '0ms')),
    );
    const traced = golden(body);
    expect(outcomes(traced.at('es.find')).filter((one) => one === 'throttled')).toHaveLength(2);
    expect(outcomes(traced.requests).filter((one) => one === 'throttled')).toHaveLength(2);
    // Two threads: 2 at 10 ms, 2 at 20 ms, 1 at 30 ms.
    expect(latencies(traced.requests).sort((a, b) => a - b)).toEqual([0, 0, 10, 10, 20, 20, 30]);
  });

  it('answers searches while writes wait for their threads', () => {
    const body = engine(
      'cpu: 1\n    replicas: 0\n    threadPools: { write: { queueSize: 2 } }',
      `${users('put', times(6, '0ms'))}\n${users('find', '1ms, 12ms')}`,
    );
    const traced = golden(body);
    expect(latencies(traced.at('es.find'))).toEqual([10, 10]);
    expect(outcomes(traced.at('es.put')).filter((one) => one === 'throttled')).toHaveLength(3);
  });

  it('a crash empties threads and queues', () => {
    const body = engine(
      'cpu: 1\n    replicas: 0',
      users('find', '0ms, 0ms, 0ms, 50ms, 50ms, 50ms'),
      "faults: [ { id: dies, kind: crash, target: 'es[0]', at: 5ms, for: 15ms } ]",
    );
    const traced = golden(body);
    expect(answered(traced.at('es.find'))).toEqual([5, 5, 5, 60, 60, 70]);
  });
});

describe('SE-4: a primary and replicas', () => {
  it('a write is done by the primary, then by every replica at once, before the answer', () => {
    const latency = (replicas: number): readonly number[] =>
      latencies(golden(engine(`cpu: 1\n    replicas: ${replicas}`, users('put', '0ms'))).requests);
    expect([latency(0), latency(1), latency(3)]).toEqual([[10], [20], [20]]);
  });

  it('has one replica where nothing is said', () => {
    const traced = golden(
      engine('cpu: 1', `${users('put', '0ms')}\n${users('find', times(4, '30ms'))}`),
    );
    expect(latencies(traced.at('es.put'))).toEqual([20]);
    expect(new Set(nodesOf(traced, 'find'))).toEqual(new Set([0, 1]));
  });

  it('reads take turns over the copies, writes go to the primary', () => {
    const at = '0ms, 1ms, 2ms, 3ms, 4ms, 5ms';
    const traced = golden(
      engine('cpu: 8\n    replicas: 2', `${users('find', at)}\n${users('put', at)}`),
    );
    expect(nodesOf(traced, 'find')).toEqual([0, 1, 2, 0, 1, 2]);
    expect(nodesOf(traced, 'put')).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('a replica does the work in its own threads, and holds no thread of the primary meanwhile', () => {
    // One thread each: the primary is through at 10, 20 and 30 ms, the replica 10 ms later each time.
    const traced = golden(engine('cpu: 1', users('put', times(3, '0ms'))));
    expect(latencies(traced.requests)).toEqual([20, 30, 40]);
  });

  it('a replica takes what the primary sends even where its queue is full', () => {
    // The primary writes twice as fast as the slow replica, whose queue has one place.
    const traced = golden(
      engine(
        'cpu: 1\n    threadPools: { write: { queueSize: 1 } }',
        users('put', instants(0, 90, 10, 'ms')),
        "faults: [ { id: slow, kind: slow, target: 'es[1]', factor: 2, at: 0s, for: 1s } ]",
      ),
    );
    expect(outcomes(traced.requests)).toEqual(Array(10).fill('ok'));
    // Write k is at the replica at 10k + 10 ms and done there at 10 + 20(k + 1) ms.
    expect(latencies(traced.requests)).toEqual([30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
  });

  it('a replica that dies holds no write up, and takes part again when it is back', () => {
    const traced = golden(
      engine(
        'cpu: 1',
        `${users('put', '0ms, 30ms, 60ms')}\n${users('find', '31ms, 32ms, 61ms, 62ms')}`,
        "faults: [ { id: dies, kind: crash, target: 'es[1]', at: 15ms, for: 35ms } ]",
      ),
    );
    expect(latencies(traced.at('es.put'))).toEqual([15, 10, 20]);
    expect(nodesOf(traced, 'find')).toEqual([0, 0, 0, 1]);
  });

  it('a replica in sync takes the place of a primary that has died', () => {
    const traced = golden(
      engine(
        'cpu: 1',
        users('put', '0ms, 500ms, 1099ms, 1100ms, 3s'),
        "faults: [ { id: dies, kind: crash, target: 'es[0]', at: 100ms, for: 2s } ]",
      ),
    );
    // Seen after 1 s; alone at 1.1 s, with the other one again at 3 s.
    expect(outcomes(traced.at('es.put'))).toEqual(['ok', 'refused', 'refused', 'ok', 'ok']);
    expect(nodesOf(traced, 'put')).toEqual([0, 0, 0, 1, 1]);
    expect(latencies(traced.at('es.put')).slice(3)).toEqual([10, 20]);
    expect(metered(traced, 'failovers', 'es')).toBe(1);
  });

  it('the way between nodes counts there and back', () => {
    const zones =
      'network: { zones: { a: {}, b: {} }, links: [ { between: [ a, b ], latency: 3ms } ] }';
    const body = engine('cpu: 1\n    zone: [ a, b ]', users('put', '0ms'), zones);
    expect(latencies(golden(body).at('es.put'))).toEqual([26]);
  });
});

describe('SE-3: shards and their copies', () => {
  const sharded = 'cpu: 1\n    shards: { count: 2, key: doc }';

  it('a search asks a copy of every shard, and is over with the slowest', () => {
    const traced = golden(
      engine(
        sharded,
        users('find', '0ms, 50ms'),
        "faults: [ { id: slow, kind: slow, target: 'es[3]', factor: 3, at: 0s, for: 1s } ]",
      ),
    );
    // Nodes 0 and 1 are the first shard, 2 and 3 the second; both take turns.
    expect([...nodesOf(traced, 'find')].sort()).toEqual([0, 1, 2, 3]);
    expect(latencies(traced.requests)).toEqual([10, 30]);
  });

  it('a write and a read by key go to the shard of their document', () => {
    const at = '0ms, 30ms, 60ms, 90ms';
    const traced = golden(engine(sharded, `${users('put', at)}\n${users('get', at)}`));
    const shards = [0, 1, 2, 3].map((doc) => shardOf(doc, 2));
    expect(nodesOf(traced, 'put')).toEqual(shards.map((shard) => 2 * shard));
    expect(nodesOf(traced, 'get').map((node) => Math.floor(node / 2))).toEqual(shards);
  });

  it('a search that names its shard asks no other', () => {
    const routed = engine(sharded, users('find', '0ms'), '', 'find: { wait: 10ms, scan: false }');
    expect(golden(routed).at('es.find')).toHaveLength(1);
  });
});

describe('SE-1: refreshes', () => {
  const stale = (traced: Traced): number => metered(traced, 'staleReads', 'es');
  const everyMs = users('find', instants(10, 1029, 1, 'ms'));

  it('a write is found after the next refresh, at the latest after the interval', () => {
    // Written at 10 ms, before the search of that instant; the refresh clock of the node has a random phase within
    // the second.
    const traced = golden(engine('cpu: 4\n    replicas: 0', `${users('put', '0ms')}\n${everyMs}`));
    const missed = stale(traced);
    expect(missed).toBeGreaterThan(0);
    expect(missed).toBeLessThanOrEqual(1000);
    expect(metered(traced, 'reads', 'es')).toBe(1020);
  });

  it('refreshes come at even distances, by a clock for each node', () => {
    const at = (second: number): number =>
      stale(
        golden(
          engine(
            'cpu: 4\n    replicas: 0',
            `${users('put', `${second}s`)}\n${users('find', instants(second * 1000 + 10, second * 1000 + 1029, 1, 'ms'))}`,
          ),
        ),
      );
    expect(at(7)).toBe(at(0));
  });

  it('a read by key sees it at once', () => {
    const traced = golden(
      engine('cpu: 4', `${users('put', '0ms')}\n${users('get', '10ms, 20ms')}`),
    );
    expect(stale(traced)).toBe(0);
    expect(metered(traced, 'reads', 'es')).toBe(0);
  });

  it('without an interval no search ever finds it', () => {
    const traced = golden(
      engine(
        'cpu: 4\n    replicas: 0\n    refresh: { interval: none }',
        `${users('put', '0ms')}\n${users('find', '5ms, 10ms, 1h')}`,
      ),
      '2h',
    );
    expect(stale(traced)).toBe(2);
  });

  it('without searches for 30 s: refreshes are skipped, and the next search triggers one', () => {
    const late = (refresh: string, at: string): number =>
      stale(
        golden(
          engine(
            `cpu: 4\n    replicas: 0${refresh}`,
            `${users('put', '40s')}\n${users('find', at)}`,
          ),
        ),
      );
    // Idle since 30 s. Written at 40.01 s; the refresh of the second after that is left out.
    expect(late('', '41200ms, 41201ms')).toBe(0);
    expect(late('\n    refresh: { interval: 1s }', '41200ms')).toBe(0);
    // Before that nothing was left out, so a search has nothing done and misses it.
    expect(late('', '40010ms')).toBe(1);
    // One search before it keeps refreshes going.
    expect(late('', '39s, 40010ms, 41011ms')).toBe(1);
  });
});
