import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, metered, outcomes, times } from './tracing.js';

/** A service whose requests run a transaction of a database with these steps. */
const shop = (pool: string, steps: string, at: string, more = ''): string => `
keys: { account: { kind: uniform, count: 1 } }
services:
  shop:
    endpoints:
      buy: [ transaction: { database: db, steps: [ ${steps} ] } ]
  slow: { endpoints: { ask: [ wait: 100ms ] } }
databases:
  db:
    pool: { ${pool} }
    operations:
      read: { wait: 10ms }
      change: { wait: 10ms, write: true, key: account, lock: true }
${more}
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
`;

describe('DB-1: a connection is held from the first step to behind the commit', () => {
  it('GS-30: two connections, five requests, 100 ms each', () => {
    const traced = golden(
      shop('maxOpen: 2, acquireTimeout: 150ms', 'call: slow.ask', times(5, '0ms')),
    );
    expect(answered(traced.requests).sort((a, b) => a - b)).toEqual([100, 100, 150, 200, 200]);
    expect(outcomes(traced.requests).filter((outcome) => outcome === 'ok')).toHaveLength(4);
  });

  it('GS-30: a call that waits until 200 ms gets the connection released at 200 ms', () => {
    const traced = golden(
      shop('maxOpen: 2, acquireTimeout: 200ms', 'call: slow.ask', times(5, '0ms')),
    );
    expect(answered(traced.requests)).toEqual([100, 100, 200, 200, 300]);
  });

  it('uses one connection for all queries inside, and a branch another one', () => {
    const two = golden(shop('maxOpen: 1', 'query: db.read, query: db.read', '0ms'));
    expect(latencies(two.requests)).toEqual([20]);
    const stuck = shop('maxOpen: 1, acquireTimeout: 1s', 'parallel: [ { query: db.read } ]', '0ms');
    // DB-4: a request that holds a connection and needs another one waits for itself.
    expect(latencies(golden(stuck).requests)).toEqual([1000]);
    expect(outcomes(golden(stuck).requests)).toEqual(['serverError']);
  });
});

describe('DB-8: a row is locked from the statement to the commit', () => {
  it('GS-31: ten writers of one row', () => {
    const traced = golden(shop('maxOpen: 10', 'query: db.change', times(10, '0ms')));
    expect(answered(traced.requests)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const sum = latencies(traced.requests).reduce((a, b) => a + b, 0);
    expect(sum / 10).toBe(55);
  });

  it('holds the row while the transaction does something else', () => {
    const traced = golden(shop('maxOpen: 10', 'query: db.change, call: slow.ask', '0ms, 1ms'));
    expect(answered(traced.requests)).toEqual([110, 220]);
  });

  it('holds it until the commit has been made', () => {
    const body = shop('maxOpen: 10', 'query: db.change', '0ms, 0ms').replace(
      'database: db,',
      'database: db, commit: 5ms,',
    );
    expect(answered(golden(body).requests)).toEqual([15, 30]);
  });

  it('is free at once when a step fails', () => {
    const traced = golden(shop('maxOpen: 10', 'query: db.change, fail: 500', '0ms, 0ms'));
    expect(answered(traced.requests)).toEqual([10, 20]);
    expect(outcomes(traced.requests)).toEqual(['serverError', 'serverError']);
  });

  it('fails calls that have waited for lockTimeout', () => {
    const body = shop('maxOpen: 10', 'query: db.change, call: slow.ask', '0ms, 0ms');
    const traced = golden(body.replace('operations:', 'lockTimeout: 30ms\n    operations:'));
    expect(answered(traced.requests)).toEqual([110, 30]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError']);
    expect(metered(traced, 'lockTimeouts', 'db')).toBe(1);
  });

  it('is kept by a statement whose client has given up, until it ends', () => {
    const body = shop('maxOpen: 10', 'query: db.change', '0ms, 1ms').replace(
      'requests: [ { call: shop.buy } ]',
      'requests: [ { call: shop.buy, policy: { timeout: 5ms } } ]',
    );
    const traced = golden(body.replace('  shop:\n', '  shop:\n    cancellation: immediate\n'));
    expect(answered(traced.requests)).toEqual([5, 6]);
    const [first, second] = traced.at('db.change');
    expect([first!.ended, second!.ended]).toEqual([10, 20]);
  });
});

describe('a deadlock', () => {
  const crossed = (timeout = ''): string => `
keys: { one: { kind: uniform, count: 1 }, other: { kind: uniform, count: 1 } }
services:
  bank:
    endpoints:
      there: [ transaction: { database: db, steps: [ query: db.first, query: db.second ] } ]
      back: [ transaction: { database: db, steps: [ query: db.second, query: db.first ] } ]
databases:
  db:
    ${timeout}
    operations:
      first: { wait: 10ms, key: one, lock: true }
      second: { wait: 10ms, key: other, lock: true }
workloads:
  a: { arrivals: { at: [ 0ms ] }, requests: [ { call: bank.there } ] }
  b: { arrivals: { at: [ 5ms ] }, requests: [ { call: bank.back } ] }
`;

  it('is found a second after the wait began, and the youngest is rolled back', () => {
    const traced = golden(crossed());
    const [there, back] = traced.requests;
    // The first waits for the second row from 10 ms on; at 1010 ms the younger one gives it up.
    expect([there!.outcome, there!.answered]).toEqual(['ok', 1020]);
    expect([back!.outcome, back!.answered]).toEqual(['serverError', 1010]);
    expect(metered(traced, 'deadlocks', 'db')).toBe(1);
  });

  it('is looked for as early as the database says', () => {
    const traced = golden(crossed('deadlockTimeout: 100ms'));
    expect(answered(traced.requests)).toEqual([120, 110]);
  });
});

describe('a transaction and the processes it is in', () => {
  it('is rolled back when its client dies, and its row is free', () => {
    const body = shop('maxOpen: 10', 'query: db.change, call: slow.ask', '0ms, 60ms', '');
    const traced = golden(
      `${body}faults: [ { id: dies, kind: crash, target: shop, at: 50ms, for: 5ms } ]`,
    );
    expect(outcomes(traced.requests)).toEqual(['reset', 'ok']);
    expect(answered(traced.requests)[1]).toBe(170);
  });

  it('fails with the next statement once its server has died', () => {
    const body = shop('maxOpen: 10', 'query: db.change, call: slow.ask, query: db.read', '0ms');
    const traced = golden(
      `${body}faults: [ { id: dies, kind: crash, target: db, at: 50ms, for: 5ms } ]`,
    );
    expect(outcomes(traced.requests)).toEqual(['serverError']);
    expect(answered(traced.requests)).toEqual([110]);
  });
});

describe('a lock step', () => {
  const locked = (lock: string, at: string): string => `
keys: { tenant: { kind: uniform, count: 1 } }
services:
  s:
    replicas: 2
    endpoints: { serve: [ lock: { on: tenant, ${lock} steps: [ wait: 10ms ] } ] }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s.serve } ] }
`;

  it('lets one run at a time in each instance', () => {
    const traced = golden(locked('', times(4, '0ms')));
    expect(answered(traced.requests)).toEqual([10, 10, 20, 20]);
  });

  it('lets one run at a time in the whole service', () => {
    const traced = golden(locked('scope: service,', times(4, '0ms')));
    expect(answered(traced.requests)).toEqual([10, 20, 30, 40]);
  });

  it('gives up after acquireTimeout, and is granted what is free at that instant', () => {
    const traced = golden(locked('scope: global, acquireTimeout: 20ms,', times(4, '0ms')));
    expect(answered(traced.requests)).toEqual([10, 20, 30, 20]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'serverError']);
  });
});
