import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

const cascadeOf = (steps: string, rest: string): CascadeResult =>
  run(`
faultline: 1
title: Failures that are handled
run: { duration: 60s, warmup: 10s, seed: 3 }
services:
  shop: { replicas: 3, concurrency: 100, endpoints: { item: [ ${steps} ] } }
${rest}
workloads: { users: { arrivals: poisson(500/s), requests: [ { call: shop.item } ] } }
`).variant().cascade;

/**
 * A cache that is bypassed while it is down. A hundred lookups a second miss before; then 500/s of 10 ms reach a server
 * with 2 cores, which serve 200/s, so that its 20 connections are used up.
 */
const CACHE = `keys: { item: zipf(count=2000) }
caches: { items: { keys: item, levels: [ { name: shared, kind: redis, ttl: 300s, capacity: 1500 } ] } }
databases: { pg: { kind: postgres, maxConnections: 20, cpu: 2, operations: { item: { work: 10ms } } } }
faults: [ { id: gone, kind: crash, target: items, at: 20s, for: 5s } ]`;

describe('failures that the caller handles', () => {
  it('of a cache that is bypassed are no reason why requests fail: those that its database refuses are', () => {
    const { events, influences, sentence } = cascadeOf(
      'cache: { get: items, onMiss: [ query: pg.item ] }',
      CACHE,
    );
    const onShop = influences.filter(({ to }) => to === 'shop');
    expect(onShop.map(({ from, mechanism }) => [from, mechanism])).toEqual([['pg', 'cacheMisses']]);
    expect(sentence).not.toContain('errors from items');
    const full = events.find(({ kind }) => kind === 'poolFull')!;
    expect([full.subject, Math.floor(full.at)]).toEqual(['shop->pg', 20]);
    expect(full.text).toMatch(
      /^all 17 connections of the server in use: [\d,]+ of [\d,]+ calls are refused until [\d.]+ s$/u,
    );
  });

  it('of a primary that is down are not said to be those of a full server', () => {
    const { events } = cascadeOf(
      'query: pg.item',
      `databases: { pg: { kind: postgres, maxConnections: 90, pool: { maxOpen: 20 }, replicas: { count: 1 }, cpu: 8, operations: { item: { work: 1ms } } } }
faults: [ { id: gone, kind: crash, target: 'pg[0]', at: 20s, for: 20s } ]`,
    );
    // 30 s pass until it is noticed: all calls are refused, and no connection is open.
    expect(events.some(({ kind, subject }) => kind === 'fault' && subject === 'gone')).toBe(true);
    expect(events.filter(({ kind }) => kind === 'poolFull')).toEqual([]);
  });

  it('of an optional step are none either', () => {
    const { influences } = cascadeOf(
      '{ call: hints.get, optional: true }, { call: stock.get }',
      `  hints: { endpoints: { get: [ wait: 5ms ] } }
  stock: { endpoints: { get: [ wait: 5ms ] } }
faults:
  - { id: hints-down, kind: error, target: hints, share: 100%, at: 20s, for: 20s }
  - { id: stock-half, kind: error, target: stock, share: 50%, at: 20s, for: 20s }`,
    );
    expect(influences.filter(({ to }) => to === 'shop').map(({ from }) => from)).toEqual(['stock']);
  });

  it('of a step without it are the reason', () => {
    const { influences } = cascadeOf(
      '{ call: hints.get }',
      `  hints: { endpoints: { get: [ wait: 5ms ] } }
faults: [ { id: hints-down, kind: error, target: hints, share: 50%, at: 20s, for: 20s } ]`,
    );
    expect(influences.filter(({ to }) => to === 'shop').map(({ from }) => from)).toEqual(['hints']);
  });
});

it('a server that refuses calls until the end of the run has no end of that', () => {
  const { events } = cascadeOf(
    'query: pg.item',
    `databases: { pg: { kind: postgres, maxConnections: 20, cpu: 2, operations: { item: { work: 10ms } } } }
faults: [ { id: slow, kind: slow, target: pg, factor: 3, at: 20s, for: 40s } ]`,
  );
  const full = events.find(({ kind }) => kind === 'poolFull')!;
  expect(full.text).toMatch(/calls are refused$/u);
});
