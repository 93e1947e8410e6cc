import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

/** A value that lives a second, read every 100 ms: one read in ten loads it. */
const CACHE = `
faultline: 1
title: A value that expires
run: { duration: 10s }
keys: { item: uniform(count=1) }
caches: { items: { keys: item, levels: [ { name: near, kind: local, ttl: 1s } ] } }
databases: { store: { operations: { read: 0ms } } }
services:
  shop: { endpoints: { show: [ cache: { get: items, onMiss: [ query: store.read ] } ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop } ] }
budgets:
  - items.hitRatio >= 0.9
  - items.staleReads <= 0
`;

describe('a cache in the report', () => {
  const { result } = run(CACHE);
  const [variant] = result.variants;

  it('has its reads, hits and loads in the result', () => {
    const { reads, hits, loads } = variant!.metered['items']!.meters;
    expect([reads, hits, loads].map((one) => one?.form === 'counter' && one.total)).toEqual([
      99, 89, 10,
    ]);
    expect(variant!.budgets.map(({ value }) => value)).toEqual([89 / 99, 0]);
  });

  it('has a section of its own, with the share of hits in its title', () => {
    const page = renderHtml(result, PAGE);
    expect(page).toContain('id="caches"');
    expect(page).toContain('items finds 89.9\u202f% of what it is asked for');
    expect(page).toContain('share of the reads that found the value');
  });
});
