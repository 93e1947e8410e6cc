import { describe, expect, it } from 'vitest';
import { shardOf } from '../../src/model/replication/shards.js';
import { answered, golden, latencies, metered, outcomes, times } from './tracing.js';
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
    const ends = (part: string): readonly number[] => traced.at(`es.${part}`).map((row) => row.answered).sort((a, b) => a - b);
    expect(ends('find')).toEqual([10, 10, 10, 10, 20, 20, 20, 20, 30]);
    expect(ends('put')).toEqual([10, 10, 20, 20, 30]);
    expect(ends('get')).toEqual([10, 10, 10, 10, 20]);
  });

  it('rejects with 429 who finds the queue full, at once', () => {
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
