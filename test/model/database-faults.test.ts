import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** All faults of a database at once; audits at the end of a run check the remaining state. */
const scenario = (pool: string, mode: string, fencing: boolean, seed: number): string => `
faultline: 1
title: Everything at once
run: { duration: 20s, seed: ${seed}, replications: 2 }
keys: { account: { kind: hot, count: 20, hotShare: 50%, hotKeys: 1 } }
services:
  shop:
    replicas: 3
    endpoints:
      pay: [ { transaction: { database: bank, steps: [ query: bank.debit, wait: 2ms, query: bank.debit ], commit: 1ms } } ]
      look: [ query: bank.read ]
databases:
  bank:
    connect: 3ms
    pool: { ${pool} }
    replicas: { count: 2, lag: exponential(20ms), mode: ${mode} }
    route: nearest
    failover: { detect: 200ms, promote: 100ms, reconnect: 50ms, fencing: ${fencing} }
    lockTimeout: 60ms
    deadlockTimeout: 20ms
    statementTimeout: 400ms
    operations:
      debit: { wait: exponential(3ms), write: true, lock: true, key: account }
      read: { wait: 1ms, key: account }
workloads:
  users:
    arrivals: poisson(150/s)
    requests: [ { call: shop.pay, weight: 2 }, { call: shop.look } ]
    policy: { timeout: 120ms, retry: { attempts: 2 } }
faults:
  - { id: apart, kind: splitBrain, target: bank, at: 1s, for: 1500ms, every: 4s, until: 18s }
  - { id: planned, kind: failover, target: bank, at: 500ms, every: 700ms, until: 19s }
  - { id: dies, kind: crash, target: bank, role: primary, at: 1200ms, for: 400ms, every: 1700ms, until: 18s }
  - { id: follower, kind: crash, target: bank, role: replica, at: 700ms, for: 300ms, every: 1300ms, until: 18s }
  - { id: client, kind: crash, target: shop, instances: 1, at: 900ms, for: 60ms, every: 1100ms, until: 18s }
  - { id: held, kind: lockRow, target: bank.debit, hold: 70ms, at: 300ms, for: 900ms, every: 2s, until: 18s }
  - { id: leak, kind: connectionLeak, target: shop, share: 5%, at: 3s, for: 2s }
`;

const SESSIONS =
  'kind: pgbouncer, mode: session, defaultPoolSize: 4, queryWaitTimeout: 90ms, ' +
  'clients: { maxOpen: 3, maxIdleTime: 40ms, acquireTimeout: 60ms }';

describe('a database with everything at once', () => {
  it.each([
    ['by session, asynchronous and not fenced', SESSIONS, 'async', false],
    ['by session, confirmed by one and not fenced', SESSIONS, 'semiSync', false],
    ['by session, fenced', `${SESSIONS}, maxClientConn: 6`, 'async', true],
    ['by transaction, confirmed by all', 'kind: pgbouncer, defaultPoolSize: 4', 'sync', true],
    ['with pools of clients', 'maxOpen: 4, acquireTimeout: 50ms', 'semiSync', true],
    [
      'with too few connections',
      'maxOpen: 4, acquireTimeout: 50ms }\n    maxConnections: 6\n    knee: { connections: 1, alpha: 1',
      'async',
      true,
    ],
  ] as const)('leaves nothing behind: %s', (_, pool, mode, fencing) => {
    for (const seed of [1, 2, 3]) {
      const { records } = run(scenario(pool, mode, fencing, seed));
      const stops = records.flat().map(({ stop }) => stop);
      expect(stops.filter((stop) => stop !== 'horizon' && stop !== 'drained')).toEqual([]);
    }
  });

  it('has all of it', () => {
    const [meters] = run(scenario(SESSIONS, 'async', false, 1)).records[0]!.map(
      (record) => record.meters,
    );
    const total = (name: string): number =>
      meters!
        .filter((meter) => meter.name === name && meter.form === 'counter')
        .flatMap((meter) => (meter.form === 'counter' ? [...meter.counts] : []))
        .reduce((sum, count) => sum + count, 0);
    const names = ['failovers', 'lostCommits', 'divergedWrites', 'lockTimeouts', 'staleReads'];
    expect(names.filter((name) => total(name) === 0)).toEqual([]);
  });
});
