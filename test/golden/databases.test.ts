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
