import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, outcomes, times } from './tracing.js';

const asked = (database: string, operation: string, at: string, more = ''): string => `
services: { shop: { endpoints: { page: [ query: db.ask ] } } }
databases: { db: { ${database}operations: { ask: ${operation} } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.page } ] } }
${more}`;

describe('DB-5: a statement ends by itself or at statementTimeout', () => {
  it('is ended by its server', () => {
    const traced = golden(asked('statementTimeout: 30ms, ', '{ wait: 50ms }', '0ms'));
    expect(answered(traced.requests)).toEqual([30]);
    expect(outcomes(traced.requests)).toEqual(['serverError']);
  });

  it('succeeds when it ends at that very instant (G-3)', () => {
    const traced = golden(asked('statementTimeout: 50ms, ', '{ wait: 50ms }', '0ms'));
    expect(outcomes(traced.requests)).toEqual(['ok']);
  });
});

describe('DB-7: a knee', () => {
  const knee = 'knee: { connections: 2, alpha: 0.5 }, ';

  it('stretches steps by the statements above it, itself among them', () => {
    const traced = golden(asked(knee, '{ wait: 10ms }', times(4, '0ms')));
    // The third and fourth find 3 and 4 under way: 1.5 and 2 times as long.
    expect(latencies(traced.requests)).toEqual([10, 10, 15, 20]);
  });

  it('leaves alone what is not above it', () => {
    const traced = golden(asked(knee, '{ wait: 10ms }', times(2, '0ms')));
    expect(latencies(traced.requests)).toEqual([10, 10]);
  });
});

describe('kinds of databases', () => {
  const refused = (kind: string, count: number): number => {
    const body = asked(`kind: ${kind}, connect: 1ms, `, '{ wait: 50ms }', times(count, '0ms'));
    return outcomes(golden(body).requests).filter((outcome) => outcome !== 'ok').length;
  };

  it('DB-3: postgres takes 100 connections and keeps three of them', () => {
    expect(refused('postgres', 98)).toBe(1);
    expect(refused('postgres', 97)).toBe(0);
  });

  it('DB-3: mysql takes 151', () => {
    expect(refused('mysql', 152)).toBe(1);
  });

  it('CA-12: redis runs one command after the other', () => {
    const traced = golden(asked('kind: redis, ', '10ms', times(3, '0ms')));
    expect(latencies(traced.requests)).toEqual([10, 20, 30]);
  });
});

describe('a connection leak', () => {
  const leaking = (pool: string): string =>
    asked(
      `pool: { ${pool} }, `,
      '{ wait: 10ms }',
      '0ms, 100ms, 200ms, 300ms, 500ms',
      'faults: [ { id: leak, kind: connectionLeak, target: shop, at: 50ms, for: 100ms } ]',
    );

  it('keeps what it has taken for ever', () => {
    const traced = golden(leaking('maxOpen: 1, acquireTimeout: 20ms'));
    expect(outcomes(traced.requests)).toEqual([
      'ok',
      'ok',
      'serverError',
      'serverError',
      'serverError',
    ]);
  });

  it.each([
    'maxOpen: 1, acquireTimeout: 20ms',
    'kind: go, maxOpen: 1',
    'kind: hikari, maximumPoolSize: 1, connectionTimeout: 250ms',
  ])('is over when the process is started again: %s', (pool) => {
    const dies = '{ id: dies, kind: crash, target: shop, at: 400ms, for: 1ms } ]';
    const traced = golden(leaking(pool).replace(' ]\n', ' ]\n').replace(/ \]$/, `, ${dies}`));
    expect(outcomes(traced.requests)[4]).toBe('ok');
  });
});

describe('a pool whose connections take time to open', () => {
  it('opens one for a waiter in full, though its time to wait is over on the way', () => {
    // The first is opened until 50 ms, too old at 60; the second until 110 ms.
    const traced = golden(`
services: { shop: { endpoints: { page: [ query: db.ask ] } } }
databases:
  db:
    connect: 50ms
    pool: { maxOpen: 1, maxLifetime: 5ms, acquireTimeout: 20ms }
    operations: { ask: { wait: 10ms } }
workloads:
  users: { arrivals: { at: [ 0ms, 50ms ] }, requests: [ { call: shop.page } ] }`);
    expect(answered(traced.requests)).toEqual([60, 120]);
  });
});

describe('DB-6: PgBouncer', () => {
  const pooled = (pool: string, steps: string, at: string, more = ''): string => `
services:
  shop: { endpoints: { page: [ ${steps} ] } }
  stock: { endpoints: { page: [ ${steps} ] } }
databases:
  db: { pool: { kind: pgbouncer, user: app, ${pool} }, operations: { ask: { wait: 10ms } } }
workloads:
  a: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.page } ] }
  b: { arrivals: { at: [ ${at} ] }, requests: [ { call: stock.page } ] }
${more}`;

  it('is one for all callers with the same user', () => {
    const traced = golden(pooled('defaultPoolSize: 1', 'query: db.ask', times(2, '0ms')));
    expect(answered(traced.requests).sort((a, b) => a - b)).toEqual([10, 20, 30, 40]);
  });

  it('gives a connection for a transaction', () => {
    const steps = 'transaction: { database: db, steps: [ query: db.ask, wait: 5ms ] }';
    const traced = golden(pooled('defaultPoolSize: 1', steps, '0ms'));
    expect(answered(traced.requests)).toEqual([15, 30]);
  });

  it('refuses clients beyond maxClientConn, and lets none wait longer than queryWaitTimeout', () => {
    const few = pooled('defaultPoolSize: 1, maxClientConn: 3', 'query: db.ask', times(2, '0ms'));
    expect(latencies(golden(few).requests).sort((a, b) => a - b)).toEqual([0, 10, 20, 30]);
    const short = pooled(
      'defaultPoolSize: 1, queryWaitTimeout: 10ms',
      'query: db.ask',
      times(2, '0ms'),
    );
    expect(latencies(golden(short).requests).sort((a, b) => a - b)).toEqual([10, 10, 10, 20]);
  });

  describe('by session', () => {
    const session = (clients: string): string =>
      `mode: session, defaultPoolSize: 1, clients: { ${clients} }`;

    it('lets a client with a connection use it again, and the others wait for its end', () => {
      // The shop is connected from 0 ms on, and idle from 10 to 30 and from 40 to 90 ms; then the stock is.
      const pool = session('maxOpen: 1, maxIdleTime: 50ms');
      const traced = golden(pooled(pool, 'query: db.ask', '0ms, 30ms'));
      expect(answered(traced.requests)).toEqual([10, 100, 40, 110]);
    });

    it('gives a returned connection to the call that waits for another one', () => {
      const traced = golden(pooled(session(''), 'query: db.ask', '0ms, 1ms'));
      // Both of the shop; those of the stock wait for ever.
      expect(answered(traced.requests).filter((at) => at < 1000)).toEqual([10, 20]);
    });

    it('gives a connection up at once where the client keeps none', () => {
      const traced = golden(pooled(session('maxIdle: 0'), 'query: db.ask', '0ms, 30ms'));
      expect(answered(traced.requests)).toEqual([10, 20, 40, 50]);
    });

    it('refuses calls that wait longer than queryWaitTimeout, and clients above the limit', () => {
      const slow = `${session('')}, queryWaitTimeout: 25ms`;
      const traced = golden(pooled(slow, 'query: db.ask', '0ms'));
      expect(outcomes(traced.requests)).toEqual(['ok', 'serverError']);
      expect(answered(traced.requests)).toEqual([10, 25]);
      const few = golden(pooled(`${session('')}, maxClientConn: 1`, 'query: db.ask', '0ms'));
      expect(answered(few.requests)).toEqual([10, 0]);
    });

    it('counts queryWaitTimeout alone for calls that have waited for their own pool before', () => {
      // The second of the stock waits from 10 to 25 ms for the first to fail, then connects for 25 ms: beyond 40 ms.
      const pool = `${session('maxOpen: 1, acquireTimeout: 30ms')}, queryWaitTimeout: 25ms`;
      const traced = golden(pooled(pool, 'query: db.ask', '0ms, 10ms'));
      expect(answered(traced.requests)).toEqual([10, 25, 20, 50]);
    });

    it('ends with the process of its client, and with the server', () => {
      const dies = (target: string): string =>
        `faults: [ { id: dies, kind: crash, target: ${target}, at: 25ms, for: 5ms } ]`;
      const client = golden(pooled(session(''), 'query: db.ask', '0ms', dies('shop')));
      expect(answered(client.requests)).toEqual([10, 35]);
      const server = golden(pooled(session(''), 'query: db.ask', '0ms', dies('db')));
      expect(answered(server.requests)).toEqual([10, 40]);
    });
  });

  it('continues when one of its callers dies', () => {
    const dies = 'faults: [ { id: dies, kind: crash, target: shop, at: 5ms, for: 1ms } ]';
    const traced = golden(pooled('defaultPoolSize: 1', 'query: db.ask', '0ms', dies));
    expect(outcomes(traced.requests)).toEqual(['reset', 'ok']);
    expect(answered(traced.requests)[1]).toBe(15);
  });
});
