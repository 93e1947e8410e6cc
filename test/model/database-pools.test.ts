import { describe, expect, it } from 'vitest';
import { answered, counted, golden, latencies, outcomes, times } from '../golden/tracing.js';
import { problemsOf } from '../theory/program.js';

/** Queries of 50 ms through a pool to a database that takes 10 ms to connect. */
const pooled = (at: string, pool: string, more = '', steps = 'query: db.get') =>
  golden(
    `
services: { app: { endpoints: { ask: [ ${steps} ] } } }
databases:
  db: { connect: 10ms, pool: ${pool}, ${more} operations: { get: { wait: 50ms } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
`,
    '2h',
  );

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe('a pool of HikariCP', () => {
  it('starts with one connection and adds the others 30 ms apart', () => {
    // The first is open at 10 and serves 10-60. The second is dialled 10-20 and serves 20-70. The adding thread
    // pauses until 50 and dials 50-60, while at 60 the first one is returned: it goes to the third call, the new one
    // to the fourth.
    const { requests } = pooled(times(4, '0ms'), '{ kind: hikari }');
    expect(answered(requests)).toEqual([60, 70, 110, 110]);
  });

  it('divergence 38: serves those who wait in their order', () => {
    const at = '0ms, 1ms, 2ms, 3ms, 4ms, 5ms';
    const { requests } = pooled(at, '{ kind: hikari, maximumPoolSize: 1 }');
    expect(answered(requests)).toEqual([60, 110, 160, 210, 260, 310]);
  });

  it('gives up after connectionTimeout; who gets a connection in that instant has it', () => {
    const pool = '{ kind: hikari, maximumPoolSize: 1, connectionTimeout: 250ms }';
    // Starts at 10, 60, 110, 160, 210, 260; the seventh would start at 310. Time runs from the start of the
    // pool, at 10.
    const { requests } = pooled(times(7, '0ms'), pool);
    expect(latencies(requests)).toEqual([60, 110, 160, 210, 260, 310, 260]);
    expect(outcomes(requests)[6]).toBe('serverError');
  });

  it('fills up to minimumIdle without being asked, from 100 ms after its start on', () => {
    // Start at 10, housekeeping at 110: 9 more, 40 ms each. At 1 s ten calls find ten connections.
    const at = `0ms, ${times(10, '1s')}`;
    const { requests } = pooled(at, '{ kind: hikari }');
    expect(latencies(requests).slice(1)).toEqual(Array(10).fill(50));
  });

  it('keeps no more than minimumIdle once the others have been idle for longer than idleTimeout', () => {
    // Four calls open connections; idle since about 110 ms. Housekeeping at 110 ms, 30.11 s, 60.11 s.
    const pool = '{ kind: hikari, minimumIdle: 1, idleTimeout: 40s }';
    const early = pooled(`${times(4, '0ms')}, ${times(3, '60s')}`, pool);
    expect(latencies(early.requests).slice(4)).toEqual([50, 50, 50]);
    const late = pooled(`${times(4, '0ms')}, ${times(3, '61s')}`, pool);
    // One is left: the second call of that instant has one dialled, the third gets the first one back.
    expect(latencies(late.requests).slice(4)).toEqual([50, 60, 100]);
  });

  it('closes a connection at the end of its life, less up to 25 %, and opens another one', () => {
    const pool = '{ kind: hikari, maximumPoolSize: 1, maxLifetime: 100s }';
    // Open at 10 ms; between 75 s and 100 s later it is closed while idle, and another one is dialled in 10 ms: in two
    // hours 7200 s / 87.5 s + 1 = 83 of them begin, with a standard deviation of 0.8.
    const opened = counted(pooled('0ms', pool), 'connects');
    expect(opened).toBeGreaterThanOrEqual(81);
    expect(opened).toBeLessThanOrEqual(85);
    const { requests } = pooled('0ms, 101s', pool);
    expect(latencies(requests)).toEqual([60, 50]);
  });

  it('asks a full server again after 10 ms, doubling, while a call waits', () => {
    // Room for one connection: the second call gets that of the first one when it is returned.
    const pool = '{ kind: hikari, maximumPoolSize: 2 }';
    const { requests } = pooled(times(2, '0ms'), pool, 'maxConnections: 1,');
    expect(answered(requests)).toEqual([60, 110]);
  });

  it.each([
    ['minimumIdle: 11', 'minimumIdle is above maximumPoolSize: lower it'],
    ['minimumIdle: 1, maxLifetime: 5m', 'shorten idleTimeout'],
    ['connectionTimeout: 100ms', '250ms'],
    ['maxOpen: 3', 'unknown key maxOpen'],
  ])('refuses %s', (fields, says) => {
    expect(problemsOf(bad(`{ kind: hikari, ${fields} }`))).toContain(says);
  });
});

const bad = (pool: string): string => `faultline: 1
title: Bad
run: { duration: 1s }
services: { app: { endpoints: { ask: [ query: db.get ] } } }
databases: { db: { pool: ${pool}, operations: { get: 1ms } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: app } ] } }
`;

describe("a pool of Go's database/sql", () => {
  it('divergence 37: keeps two idle connections, so three of five dial again', () => {
    const { requests } = pooled(`${times(5, '0ms')}, ${times(5, '1s')}`, '{ kind: go }');
    expect(latencies(requests).slice(0, 5)).toEqual(Array(5).fill(60));
    expect(sorted(latencies(requests).slice(5))).toEqual([50, 50, 60, 60, 60]);
  });

  it('divergence 38: gives what comes free to a random one of those who wait', () => {
    const at = Array.from({ length: 30 }, (_, k) => `${k}ms`).join(', ');
    const { requests } = pooled(at, '{ kind: go, maxOpen: 1 }');
    const ends = answered(requests);
    expect(ends).not.toEqual(sorted(ends));
    expect(sorted(ends)).toEqual(Array.from({ length: 30 }, (_, k) => 60 + 50 * k));
  });

  it('closes an expired connection when it is taken, strictly after its life', () => {
    // Open at 10 ms: at 5010 it is as old as it may be, a moment later too old.
    const pool = '{ kind: go, maxLifetime: 5s }';
    expect(latencies(pooled('0ms, 5010ms', pool).requests)).toEqual([60, 50]);
    expect(latencies(pooled('0ms, 5011ms', pool).requests)).toEqual([60, 60]);
  });

  it('lets the cleaner close what has been idle for too long, at most once a second', () => {
    // Idle from 60 ms; the cleaner runs at 1060 (after 1 s at the earliest).
    const pool = '{ kind: go, maxIdleTime: 300ms }';
    expect(latencies(pooled('0ms, 1059ms', pool).requests)).toEqual([60, 50]);
    expect(latencies(pooled('0ms, 1060ms', pool).requests)).toEqual([60, 60]);
  });

  it('opens for those who wait one after the other, when a connection is lost', () => {
    // Two of two are abandoned at 30 ms and closed; the opener dials 30-40 and 40-50 for the others.
    const steps = '{ query: db.get, policy: { timeout: 30ms } }';
    const { requests } = pooled(times(4, '0ms'), '{ kind: go, maxOpen: 2 }', '', steps);
    expect(latencies(requests)).toEqual([30, 30, 30, 30]);
    expect(outcomes(requests)).toEqual(Array(4).fill('serverError'));
  });

  it('refuses what the library does not have', () => {
    expect(problemsOf(bad('{ kind: go, acquireTimeout: 1s }'))).toContain(
      'unknown key acquireTimeout',
    );
  });
});

describe('the death of a database', () => {
  const crash = 'faults: [ { id: f, kind: crash, target: db, at: 500ms, for: 100ms } ]';
  const dying = (at: string, pool: string) =>
    golden(
      `
services: { app: { endpoints: { ask: [ query: db.get ] } } }
databases:
  db: { maxConnections: 2, connect: 10ms, pool: ${pool}, operations: { get: { wait: 50ms } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
${crash}`,
      '10m',
    );

  it.each(['{}', '{ kind: go }'])(
    'ends its connections, those that were idle too, with the pool %s',
    (pool) => {
      // Two idle ones from 60 ms on; one is used at 480 and dies at 500, the other is found dead at 1 s.
      const { requests } = dying('0ms, 480ms, 1s, 1200ms', pool);
      expect(latencies(requests)).toEqual([60, 20, 60, 50]);
      // The server has room for two again: the dead ones count no more.
      const many = dying('0ms, 0ms, 1s, 1s', pool);
      expect(outcomes(many.requests)).toEqual(Array(4).fill('ok'));
    },
  );
});

describe('the pool of HikariCP at a database that dies', () => {
  it('tries again by itself until it has minimumIdle connections', () => {
    // The one in use dies at 500. The adding thread tries at 500, 510, 530, 570 and 650, and dials then.
    const { requests } = golden(
      `
services: { app: { endpoints: { ask: [ query: db.get ] } } }
databases:
  db:
    connect: 10ms
    pool: { kind: hikari, maximumPoolSize: 2, minimumIdle: 1 }
    operations: { get: { wait: 50ms } }
workloads:
  users: { arrivals: { at: [ 0ms, 480ms, 659ms, 1s ] }, requests: [ { call: app } ] }
faults: [ { id: f, kind: crash, target: db, at: 500ms, for: 100ms } ]
`,
      '10m',
    );
    expect(latencies(requests)).toEqual([60, 20, 51, 50]);
  });

  it('closes the connection of its first check where none is to be idle', () => {
    // 10 ms for the check, 10 ms for a new connection.
    const { requests } = pooled('0ms', '{ kind: hikari, minimumIdle: 0 }');
    expect(latencies(requests)).toEqual([70]);
  });
});

describe('a pool of one caller that is of another kind', () => {
  it('takes nothing over from the pool of the database', () => {
    const text = bad('{ maxOpen: 3, acquireTimeout: 1s }, pools: { app: { kind: hikari } }');
    expect(problemsOf(text)).toBe('');
  });
});
