import { describe, expect, it } from 'vitest';
import type { ComponentHeadroom } from '../../src/contracts/result/headroom.js';
import { useWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

const file = (keys: string, service: string, more = ''): string => `
faultline: 1
title: One lock
run: { duration: 100s, warmup: 5s }
keys: { event: ${keys} }
services: { shop: ${service} }
${more}
workloads: { users: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] } }
`;
const LOCKED = (scope: string): string =>
  `{ replicas: 2, concurrency: 100, endpoints: { buy: [ { lock: { on: event, scope: ${scope}, steps: [ wait: 8ms ] } } ] } }`;

function tightest(text: string): ComponentHeadroom {
  return run(text).variant().headroom!.components[0]!;
}

describe('the lock of the most frequent value', () => {
  it('is full where its requests per second times the time held are 1', () => {
    // 50/s x 8 ms = 0.4 of the only value: 125/s.
    const one = tightest(file('uniform(count=1)', LOCKED('service')));
    expect(one).toMatchObject({ component: 'shop', resource: 'lock', of: 'event', limit: 1 });
    expect(one.used).toBeCloseTo(0.4, 2);
    expect(one.saturatesAt).toBeCloseTo(125, 0);
    expect(useWords(one)).toContain('the lock of its busiest event');
    // No request waits long below it, and above it the line grows to the end.
    const p99 = (rate: number): number => {
      const text = file('uniform(count=1)', LOCKED('service')).replace('50/s', `${rate}/s`);
      return run(text).variant().components.users.latency.p99!;
    };
    expect(p99(118)).toBeLessThan(0.1);
    expect(p99(132)).toBeGreaterThan(3);
  });

  it('is one of each instance with that scope, and of the share of the value', () => {
    // 50/s among two instances: 0.2 of each. Of four values, a quarter of 0.4.
    expect(tightest(file('uniform(count=1)', LOCKED('instance'))).used).toBeCloseTo(0.2, 2);
    expect(tightest(file('uniform(count=4)', LOCKED('service'))).used).toBeCloseTo(0.1, 2);
    // Three quarters of the requests on one value: 0.3.
    const hot = tightest(file('hot(count=100 hotShare=75%)', LOCKED('service')));
    expect(hot.used).toBeCloseTo(0.3, 2);
  });

  it('is held to the end of the transaction, of a row', () => {
    // The statement takes 4 ms and the rest of its transaction 6 ms: 50/s x 10 ms = 0.5 of the row.
    const steps = '[ query: db.take, wait: 6ms ]';
    const shop = `{ concurrency: 100, endpoints: { buy: [ { transaction: { database: db, steps: ${steps} } } ] } }`;
    const db = `databases: { db: { kind: postgres, cpu: 8, maxConnections: 200, operations: { take: { wait: 4ms, write: true, lock: true, key: event } } } }`;
    const row = tightest(file('uniform(count=1)', shop, db));
    expect(row).toMatchObject({ component: 'db', resource: 'lock', of: 'event' });
    expect(row.saturatesAt).toBeCloseTo(100, 0);
    // Beyond it workers and connections are all held by requests that wait for the row, which is what is full.
    const more = file('uniform(count=1)', shop.replace('100', '20'), db).replace('50/s', '150/s');
    const [first] = run(more).variant().headroom!.components;
    expect(first).toMatchObject({ component: 'db', resource: 'lock' });
    expect(first.factor).toBeLessThan(1.02);
  });
});
