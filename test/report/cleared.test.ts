import { expect, it } from 'vitest';
import { storyText } from '../../src/report/story/render.js';
import { summaryText } from '../../src/report/text/text.js';
import { run } from '../theory/program.js';

const plain = (text: string): string => text;

it('clears the same faults in the summary of a run and in its story', () => {
  const { result } = run(`
faultline: 1
title: A flush that does no harm
run: { duration: 60s, seed: 3, replications: 1 }
services:
  shop: { endpoints: { view: [ cache: { get: items, onMiss: [ call: catalog.read ] } ] } }
  catalog: { replicas: 2, endpoints: { read: [ wait: 10ms ] } }
keys: { item: { kind: zipf, count: 20000 } }
caches: { items: { keys: item, levels: [ { name: shared, kind: redis, capacity: 10000, ttl: 60s } ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.view } ] } }
faults:
  - { id: down, kind: crash, target: catalog, at: 20s, for: 10s }
  - { id: empty, kind: flush, target: items.shared, at: 45s }
`);
  const cleared = 'items.shared is flushed: items never degraded.';
  const paint = { bold: plain, dim: plain, red: plain };
  const shown = { paint, columns: 160, wall: null, report: null };
  const summary = String(summaryText(result, { ...shown, file: 'a.yaml' }));
  const story = String(storyText(result, { ...shown, source: 'a.yaml' }));
  expect(summary).toContain(`cleared  ${cleared}`);
  expect(story).toContain(cleared);
});
