import { describe, expect, it } from 'vitest';
import { remarksOn, scenario } from './lint-text.js';

/** Two callers of a database with these fields. */
const shared = (db: string, replicas = 2): string =>
  scenario([
    'services:',
    `  shop: { replicas: ${replicas}, endpoints: { buy: [ query: db.read ] } }`,
    `  stock: { replicas: ${replicas}, endpoints: { take: [ query: db.read ] } }`,
    `databases: { db: { kind: postgres, ${db} operations: { read: 20ms } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: stock.take } ] } }',
  ]);

const told = (db: string, rule: string, replicas = 2): readonly (readonly unknown[])[] =>
  remarksOn(shared(db, replicas), rule).map(({ path, measured, limit }) => [path, measured, limit]);

describe('pools-exceed-server', () => {
  // PostgreSQL: max_connections 100, of which superuser_reserved_connections keeps 3.
  const rule = 'pools-exceed-server';

  it('counts a pool of a pooler for each user', () => {
    const pool = (more: string): string => `pool: { kind: pgbouncer, defaultPoolSize: 49${more} },`;
    expect(told(pool(''), rule)).toEqual([
      ['databases.db.pool.defaultPoolSize', '49 (user shop) + 49 (user stock) = 98', 'at most 97'],
    ]);
    expect(told(pool(', user: app'), rule)).toEqual([]);
    expect(told(pool(', user: app, reservePoolSize: 49'), rule)).toEqual([
      ['databases.db.pool.defaultPoolSize', '98 (user app) = 98', 'at most 97'],
    ]);
    expect(told('pool: { kind: pgbouncer, defaultPoolSize: 48 },', rule)).toEqual([]);
  });

  it('counts the workers of callers whose pool has no limit', () => {
    const text = (workers: string): string => `faultline: 1
title: No pool
run: { duration: 60s }
services:
  shop: { replicas: 3, ${workers} endpoints: { buy: [ query: db.find ] } }
databases: { db: { maxConnections: 40, operations: { find: { work: 6ms } } } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }
`;
    const found = (workers: string): readonly (readonly unknown[])[] =>
      remarksOn(text(workers), rule).map(({ measured, fixExample }) => [measured, fixExample]);
    expect(found('concurrency: 20,')).toEqual([
      ['3 x 20 workers = 60', 'databases:\n  db:\n    pool: { maxOpen: 13 }'],
    ]);
    expect(found('concurrency: 13,')).toEqual([]);
    expect(found('')).toEqual([]);
  });

  it('adds the pools of callers that use no pooler', () => {
    const db = (size: number): string =>
      `pool: { kind: pgbouncer, defaultPoolSize: 48 }, pools: { stock: { kind: simple, maxOpen: ${size} } },`;
    expect(told(db(25), rule)).toEqual([
      ['databases.db.pool.defaultPoolSize', '48 (user shop) + 2 x 25 = 98', 'at most 97'],
    ]);
    expect(told(db(24), rule)).toEqual([]);
  });

  it('makes the pools smaller that are larger than their share, each where its size is set', () => {
    const fixes = (db: string): readonly unknown[] =>
      remarksOn(shared(db), rule).map(({ path, fixExample }) => [path, fixExample]);
    expect(
      fixes('pools: { shop: { kind: hikari, maximumPoolSize: 38 }, stock: { kind: hikari } },'),
    ).toEqual([]);
    // 97 connections for 2 x 60 and 2 x 10: what the small ones leave.
    expect(
      fixes('pools: { shop: { kind: hikari, maximumPoolSize: 60 }, stock: { kind: hikari } },'),
    ).toEqual([
      [
        'databases.db.pools.shop.maximumPoolSize',
        'databases:\n  db:\n    pools:\n      shop: { maximumPoolSize: 38 }',
      ],
    ]);
    expect(
      fixes('pool: { maxOpen: 30 }, pools: { stock: { kind: hikari, maximumPoolSize: 40 } },'),
    ).toEqual([
      [
        'databases.db.pool.maxOpen',
        'databases:\n  db:\n    pool: { maxOpen: 24 }\n    pools:\n      stock: { maximumPoolSize: 24 }',
      ],
    ]);
  });
});

describe('sessions-exceed-pooler', () => {
  const rule = 'sessions-exceed-pooler';

  it('counts the sessions of each user, which has a pool of its own', () => {
    const pool = 'pool: { kind: pgbouncer, mode: session },';
    expect(told(pool, rule, 20)).toEqual([]);
    // One remark of a place in the file.
    expect(told(pool, rule, 21)).toEqual([['databases.db.pool.mode', '21 x 1 = 21', 'at most 20']]);
    expect(told('pool: { kind: pgbouncer, mode: session, user: app },', rule, 11)).toEqual([
      ['databases.db.pool.mode', '11 x 1 + 11 x 1 = 22', 'at most 20'],
    ]);
  });

  it('knows a caller with a pool of its own', () => {
    const db = `pool: { maxOpen: 5 }, pools: { stock: { kind: pgbouncer, mode: session } },`;
    expect(told(db, rule, 21)).toEqual([
      ['databases.db.pools.stock.mode', '21 x 1 = 21', 'at most 20'],
    ]);
  });
});
