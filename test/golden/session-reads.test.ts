import { describe, expect, it } from 'vitest';
import { golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

/** A write at 0 ms; one replica of the view has it 10 ms later, the other after a second more. Four reads of one client. */
const sessions = (query: string, more = ''): Traced =>
  golden(
    `
keys: { order: uniform(count=1) }
eventStores: { orders: { stream: { key: order } } }
databases:
  views: { replicas: { count: 2, lag: 10ms }, route: replica, operations: { select: 0ms, put: { work: 1ms, write: true } } }
projections: { list: { from: orders, writes: views.put } }
services:
  shop:
    endpoints:
      buy: [ append: orders ]
      look: [ query: { database: views, operation: select, of: list, ${query} } ]
workloads:
  writers: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
  readers: { arrivals: { at: [ 50ms, 60ms, 70ms, 80ms, 2s ] }, clients: 1, requests: [ { call: shop.look } ] }
faults: [ { id: slow, kind: replicaLag, target: 'views[2]', lag: 1s, at: 0ms, for: 10ms } ]
${more}`,
    '10s',
  );

const figures = (traced: Traced): number[] =>
  ['reads', 'staleReads', 'backwardReads'].map((name) => metered(traced, name, 'list'));

describe('reads of a view with replicas', () => {
  it('go back in time where each asks another replica', () => {
    // In turn: the second and the fourth are at the replica that has nothing yet.
    expect(figures(sessions(''))).toEqual([5, 2, 2]);
  });

  it('do not with monotonic, as stale as the replica of the client may be', () => {
    expect(figures(sessions('consistency: monotonic'))).toEqual([5, 0, 0]);
  });

  it('are as they were where everything is read from the primary', () => {
    expect(figures(sessions('route: primary'))).toEqual([5, 0, 0]);
  });
});

/** Event k of two clients at 0 and 1 ms, in the view 30 ms later each; each of them looks at 10 ms. */
const merging = (consistency: string, clients: string, at = '0ms, 1ms'): Traced =>
  golden(
    `
keys: { order: uniform(count=1) }
eventStores: { orders: { stream: { key: order } } }
databases: { views: { operations: { select: 0ms } } }
projections: { list: { from: orders, work: 30ms } }
services:
  shop:
    endpoints:
      buy: [ append: orders, wait: 10ms, query: { database: views, operation: select, of: list, consistency: ${consistency} } ]
workloads:
  users: { arrivals: { at: [ ${at} ] }, ${clients}requests: [ { call: shop.buy } ] }
`,
    '10s',
  );

describe('clientMerge', () => {
  it('knows what the client has written itself, and misses what others have', () => {
    expect(metered(merging('eventual', ''), 'staleReads', 'list')).toBe(2);
    // Both miss the event of the other one: at 10 ms that of 1 ms, at 11 ms that of 0 ms.
    expect(metered(merging('clientMerge', ''), 'staleReads', 'list')).toBe(2);
    expect(metered(merging('clientMerge', 'clients: 1, '), 'staleReads', 'list')).toBe(0);
  });

  it('misses nothing without other writers', () => {
    const one = (consistency: string): number =>
      metered(merging(consistency, '', '0ms'), 'staleReads', 'list');
    expect([one('eventual'), one('clientMerge')]).toEqual([1, 0]);
  });
});
