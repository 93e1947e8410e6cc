import { describe, expect, it } from 'vitest';
import { answered, golden, instants, metered } from './tracing.js';

describe('SN-1: what a load costs', () => {
  const load = (length: number, more = ''): readonly number[] =>
    answered(
      golden(`
keys: { account: uniform(count=1) }
eventStores:
  ledger: { stream: { key: account, initialLength: ${length} }, read: 5ms, readPerEvent: 10us, apply: 100us${more} }
services: { accounts: { endpoints: { look: [ load: ledger ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: accounts.look } ] } }
`).requests,
    );

  it('is the read, what each event takes to read, and what each takes to apply', () => {
    expect(load(1250)).toEqual([5 + 12.5 + 125]);
    expect(load(0)).toEqual([5]);
    // After a snapshot of the first 1200: a read of it and of the tail of 50.
    expect(load(1250, ', snapshots: { every: 100, read: 3ms }')).toEqual([3 + 5 + 0.5 + 5]);
  });
});

describe('CQ-4: a projector beside 100 appends a second', () => {
  const consumed = (work: string, concurrency = 1): number =>
    metered(
      golden(
        `
keys: { order: sequence(count=1000) }
eventStores: { orders: { stream: { key: order } } }
projections: { list: { from: orders, service: worker, work: ${work}, concurrency: ${concurrency} } }
services:
  shop: { endpoints: { buy: [ append: orders ] } }
  worker: { cpu: 4, endpoints: { other: [ work: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 59_990, 10, 'ms')} ] }, requests: [ { call: shop.buy } ] } }
`,
        '60s',
      ),
      'consumed',
      'list',
    );

  it('keeps up while an event takes less than 10 ms', () => {
    expect(consumed('9ms')).toBe(6000);
    // 60 s / 11 ms: the other 546 wait, and so would ever more.
    expect(consumed('11ms')).toBe(5454);
  });

  it('keeps up with more work in two segments, which have each about half of the streams', () => {
    // The 5000th would be done with the last instant of the run.
    expect(consumed('12ms')).toBe(4999);
    expect(consumed('12ms', 2)).toBeGreaterThan(5990);
  });
});

describe('DB-2: the most that a pool lets through', () => {
  const answers = (pool: number, hold: string): number =>
    golden(
      `
databases: { db: { pool: { maxOpen: ${pool} }, operations: { read: { wait: ${hold} } } } }
services: { s: { runtime: async, endpoints: { look: [ query: db.read ] } } }
workloads: { users: { arrivals: { at: [ ${instants(0, 9_998, 2, 'ms')} ] }, requests: [ { call: s } ] } }
`,
      '10s',
    ).requests.filter(({ outcome, answered: at }) => outcome === 'ok' && at < 10_000).length;

  it('is its size over the time for which a connection is held', () => {
    // Every connection ends its first request at 20 ms or soon after, and then one every 20 ms before 10 s.
    expect(answers(4, '20ms')).toBe(4 * 499);
    expect(answers(4, '40ms')).toBe(4 * 249);
    expect(answers(8, '40ms')).toBe(8 * 249);
  });
});
