import { describe, expect, it } from 'vitest';
import { golden, instants, metered } from './tracing.js';

const figures = (traced: ReturnType<typeof golden>, subject: string): readonly number[] =>
  ['hits', 'misses', 'loads', 'evictions'].map((name) => metered(traced, name, subject));

describe('GS-19: one key, read every 100 ms, lives for a second', () => {
  const reads = (level: string): string => `
keys: { item: { kind: uniform, count: 1 } }
caches:
  items: { keys: item, levels: [ ${level} ] }
databases:
  store: { operations: { read: 0ms } }
services:
  shop: { endpoints: { show: [ cache: { get: items, onMiss: [ query: store.read ] } ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 9900, 100, 'ms')} ] }, requests: [ { call: shop } ] }
`;

  it('is missed at 0, 1000, ... 9000 ms: at the end of its time it has expired (CA-1)', () => {
    const traced = golden(reads('{ name: near, kind: local, ttl: 1s }'));
    expect(figures(traced, 'items')).toEqual([90, 10, 10, 0]);
    expect(traced.at('store.read').map(({ sent }) => sent)).toEqual(
      Array.from({ length: 10 }, (_, k) => k * 1000),
    );
  });

  it('is the same behind the network, where nothing takes time', () => {
    const traced = golden(reads('{ name: far, kind: redis, ttl: 1s }'));
    expect(figures(traced, 'items')).toEqual([90, 10, 10, 0]);
    // A GET for every read, a SET for every load.
    expect(traced.at('items.far')).toHaveLength(110);
  });

  it('never expires while it is read, where each hit begins its time anew', () => {
    const traced = golden(reads('{ name: near, kind: local, ttl: 1s, sliding: true }'));
    expect(figures(traced, 'items')).toEqual([99, 1, 1, 0]);
  });
});
