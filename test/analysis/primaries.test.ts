import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** The replica takes over 5 s after the crash; the pool gives no connection until then, so that no query arrives. */
const CRASH = `faultline: 1
title: The primary dies
run: { duration: 60s, warmup: 10s, seed: 5 }
services:
  orders:
    concurrency: 32
    endpoints: { place: [ query: db.insert ] }
databases:
  db:
    cpu: 8
    maxConnections: 100
    pool: { kind: hikari, maximumPoolSize: 10, connectionTimeout: 2s }
    replicas: { count: 1, lag: 200ms }
    failover: { detect: 4s, promote: 1s }
    operations: { insert: { work: exponential(3ms), write: true } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: orders.place } ] }
faults: [ { id: dies, kind: crash, target: 'db[0]', at: 20s, for: 20s } ]
`;

describe('a database without a primary', () => {
  it('is down, although no request reaches it, until the replica takes over', () => {
    const { states, events } = run(CRASH).variant().cascade;
    expect(states.db).toEqual([{ from: 20, state: 'down', until: 25 }]);
    expect(events.find(({ kind }) => kind === 'down')).toMatchObject({ subject: 'db', at: 20 });
  });

  it('is as healthy as before while only a replica is down', () => {
    const { states } = run(CRASH.replace('db[0]', 'db[1]')).variant().cascade;
    expect(states.db ?? []).toEqual([]);
  });
});
