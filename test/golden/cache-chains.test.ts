import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, metered } from './tracing.js';

/** A level in the process, then a regional server, then a global one; a load takes 50 ms. */
const chain = (more: string): string => `
keys: { item: { kind: sequence, count: 1 } }
caches:
  region:
    keys: item
    levels: [ { name: near, kind: local, ttl: 1s }, { name: redis, kind: redis, ttl: 5s, latency: 2ms } ]
  edge: { keys: item, levels: [ { name: cdn, kind: cdn, ttl: 10s, latency: 7ms } ] }
databases: { store: { operations: { read: { wait: 50ms } } } }
services:
  shop:
    replicas: 2
    runtime: async
    endpoints:
      show: [ cache: { get: region, onMiss: [ cache: { get: edge, onMiss: [ query: store.read ] } ] } ]
workloads:
  users: { arrivals: { at: [ 0ms, 100ms, 200ms, 1200ms, 6100ms, 20s ] }, requests: [ { call: shop.show } ] }
${more}`;

describe('CA-10: two shared levels are two caches, one in the miss of the other', () => {
  it('asks one after the other, and fills all on the way back', () => {
    const traced = golden(chain(''));
    expect(latencies(traced.requests)).toEqual([
      // Missed at 2 and 7 ms, loaded in 50, set at 7 and 2.
      2 + 7 + 50 + 7 + 2,
      // The other process: the redis of the region. Then near.
      2,
      0,
      // Near has expired, redis has not.
      2,
      // Redis has expired at 5.068 s, the edge has not: 2 + 7 ms, and it is set in Redis.
      2 + 7 + 2,
      2 + 7 + 50 + 7 + 2,
    ]);
    expect(metered(traced, 'loads', 'edge')).toBe(2);
    expect(metered(traced, 'loads', 'region')).toBe(3);
  });

  it('continues without a level that is down', () => {
    const down = 'faults: [ { id: down, kind: crash, target: region, at: 5s, for: 10s } ]';
    const took = latencies(golden(chain(down)).requests);
    // Refused at once, found at the edge: 7 ms.
    expect(took[4]).toBe(7);
  });

  it('says so where both are written as levels of one', () => {
    const one = chain('').replace(
      '{ name: redis, kind: redis, ttl: 5s, latency: 2ms } ]',
      '{ name: redis, kind: redis }, { name: cdn, kind: cdn } ]',
    );
    const problems = problemsOf(`faultline: 1\ntitle: x\nrun: { duration: 1s }\n${one}`);
    expect(problems).toContain('onMiss: [ cache: { get: OTHER');
  });
});
