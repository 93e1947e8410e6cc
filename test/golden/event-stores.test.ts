import { describe, expect, it } from 'vitest';
import {
  answered,
  ended,
  golden,
  instants,
  latencies,
  metered,
  outcomes,
  times,
} from './tracing.js';
import type { Traced } from './tracing.js';

/** Requests do not wait for snapshots, so the traces do not have them. */
function snapshotsWritten({ ran }: Traced): number {
  const { edges, parts } = ran.plans[0]!;
  const written = ran.records[0]![0]!.edges.filter(
    (_, index) => parts[edges[index]!.to]!.name === 'writeSnapshot',
  );
  return written.reduce(
    (sum, { attempts }) => attempts.reduce((all, count) => all + count, sum),
    0,
  );
}

/** A store with accounts of 1250 events; a read takes 5 ms, an event 0.1 ms to apply. */
const long = (store: string, endpoint: string): string => `
keys: { account: uniform(count=1) }
eventStores:
  ledger: { stream: { key: account, initialLength: 1250 }, read: 5ms, apply: 100us, ${store} }
services:
  accounts: { endpoints: { look: ${endpoint} } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: accounts.look } ] }
`;

describe('GS-16: replay cost', () => {
  it('applies the whole stream without a snapshot: 5 + 125 ms', () => {
    const traced = golden(long('', '[ load: ledger ]'));
    expect(answered(traced.requests)).toEqual([130]);
  });

  it('reads a snapshot and the tail of 50 behind it: 5 + 5 + 5 ms (SN-3)', () => {
    const traced = golden(long('snapshots: { every: 100, read: 5ms }', '[ load: ledger ]'));
    expect(answered(traced.requests)).toEqual([15]);
  });

  it('replays everything for an audit, whatever snapshots there are', () => {
    const audit = '[ load: { store: ledger, fromVersion: start } ]';
    const traced = golden(long('snapshots: { every: 100, read: 5ms }', audit));
    expect(answered(traced.requests)).toEqual([130]);
  });

  it('applies no more than the version that is asked for, from a snapshot that is not behind it', () => {
    const at = (version: number, keep: string): number => {
      const step = `[ load: { store: ledger, version: ${version} } ]`;
      const traced = golden(long(`snapshots: { every: 100, read: 5ms, keep: ${keep} }`, step));
      return answered(traced.requests)[0]!;
    };
    // The last snapshot holds 1200 events; of those kept before it the one of 200.
    expect(at(250, 'last')).toBe(5 + 5 + 25);
    expect(at(250, 'all')).toBe(5 + 5 + 5);
    expect(at(1230, 'last')).toBe(5 + 5 + 3);
    expect(at(9999, 'last')).toBe(5 + 5 + 5);
    const without = golden(long('batch: 100', '[ load: { store: ledger, version: 250 } ]'));
    expect(answered(without.requests)).toEqual([3 * 5 + 25]);
  });

  it('reads a range of the events of all streams in pages, without a snapshot', () => {
    const load = (range: number, fields: string): ReturnType<typeof golden> =>
      golden(long(fields, `[ load: { store: ledger, range: ${range} } ]`));
    // 1250 events in the one stream: 1000 of them in ten pages, or in one; never more than there are.
    const paged = load(1000, 'batch: 100, snapshots: { every: 100, read: 5ms }');
    expect(answered(paged.requests)).toEqual([10 * 5 + 100]);
    expect(paged.at('ledger.readSnapshot')).toHaveLength(0);
    expect(answered(load(1000, '').requests)).toEqual([5 + 100]);
    expect(answered(load(9999, '').requests)).toEqual([5 + 125]);
    expect(answered(load(1000, 'upcast: 1ms').requests)).toEqual([5 + 100 + 1000]);
    const parted = (): unknown => load(1000, 'partitions: 2');
    expect(parted).toThrow('no order of all events');
    const both = (): unknown =>
      golden(long('', '[ load: { store: ledger, range: 9, version: 3 } ]'));
    expect(both).toThrow('remove one of them');
  });

  it('reads a range over all streams, and what was appended since', () => {
    const traced = golden(`
keys: { account: { kind: sequence, count: 10 } }
eventStores: { ledger: { stream: { key: account, initialLength: 20 }, apply: 1ms, upcast: 1ms } }
services:
  bank:
    endpoints:
      pay: [ append: { store: ledger, events: 5 } ]
      audit: [ load: { store: ledger, range: 1000 } ]
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: bank.pay } ] }
  auditors: { arrivals: { at: [ 1ms ] }, requests: [ { call: bank.audit } ] }`);
    // 10 x 20 events of time 0 at 2 ms each, and 5 at 1 ms.
    expect(answered(traced.requests)).toEqual([0, 1 + 400 + 5]);
  });

  it('makes no snapshot of a state of the past', () => {
    const step = '[ load: { store: ledger, version: 10 } ]';
    const traced = golden(long('snapshots: { every: 100000, read: 5ms, write: 5ms }', step));
    expect(snapshotsWritten(traced)).toBe(0);
    expect(answered(traced.requests)).toEqual([5 + 5 + 1]);
  });

  it('upcasts what was there before, and nothing in a snapshot (SN-6)', () => {
    const without = golden(long('upcast: 20us', '[ load: ledger ]'));
    expect(answered(without.requests)).toEqual([155]);
    const snapshots = 'upcast: 20us, snapshots: { every: 100, read: 5ms }';
    expect(answered(golden(long(snapshots, '[ load: ledger ]')).requests)).toEqual([16]);
  });

  it('reads batch by batch, with Axon until one is short (SN-5)', () => {
    const simple = golden(long('batch: 125', '[ load: ledger ]'));
    expect(answered(simple.requests)).toEqual([10 * 5 + 125]);
    expect(simple.at('ledger.read')).toHaveLength(10);
    const axon = golden(long('kind: axon, batch: 125', '[ load: ledger ]'));
    expect(axon.at('ledger.read')).toHaveLength(11);
    expect(golden(long('kind: axon', '[ load: ledger ]')).at('ledger.read')).toHaveLength(13);
  });
});

/** Sequential loads of one account of a thousand with 1250 events; snapshots are deleted at 100 ms. */
const flushed = (loads: string, share = '100%', count = 1, more = ''): Traced =>
  golden(`
keys: { account: { kind: sequence, count: ${count} } }
eventStores:
  ledger:
    stream: { key: account, initialLength: 1250 }
    read: 5ms
    apply: 100us
    snapshots: { every: 100, read: 5ms, write: 5ms${more} }
services:
  accounts: { endpoints: { look: [ load: ledger ], back: [ load: { store: ledger, version: 700 } ] } }
workloads:
  users: { arrivals: { at: [ ${loads} ] }, requests: [ { call: accounts.look } ] }
faults: [ { id: release, kind: flush, target: ledger, share: ${share}, at: 100ms } ]
`);

describe('SN-4: snapshots in an unreadable format', () => {
  it('cost the next load a full replay, which makes a new one', () => {
    const traced = flushed('0ms, 100ms, 300ms');
    expect(latencies(traced.requests)).toEqual([15, 5 + 130, 5 + 5]);
    expect(snapshotsWritten(traced)).toBe(1);
    expect(metered(traced, 'snapshotsInvalidated', 'ledger')).toBe(1);
  });

  it('cost every load that comes before the new one is there', () => {
    const traced = flushed('100ms, 110ms, 300ms');
    expect(latencies(traced.requests)).toEqual([135, 135, 10]);
    expect(snapshotsWritten(traced)).toBe(1);
  });

  it('are those of all streams, asked for or not, or of a share of them', () => {
    const at = (from: number): string => instants(from, from + 999, 1, 'ms');
    const all = flushed('0ms, 1ms', '100%', 1000);
    expect(metered(all, 'snapshotsInvalidated', 'ledger')).toBe(1000);
    const some = flushed(at(200), '30%', 1000);
    const gone = metered(some, 'snapshotsInvalidated', 'ledger');
    expect(gone).toBeGreaterThan(250);
    expect(gone).toBeLessThan(350);
    const full = latencies(some.requests).filter((latency) => latency > 100);
    expect(full).toHaveLength(gone);
  });

  it('stay gone for the states of the past that they held', () => {
    const text = (fault: string): number => {
      const traced = golden(`
keys: { account: uniform(count=1) }
eventStores:
  ledger: { stream: { key: account, initialLength: 1250 }, read: 5ms, apply: 100us, snapshots: { every: 100, read: 5ms, keep: all } }
services:
  accounts: { endpoints: { look: [ load: { store: ledger, version: 750 } ], make: [ load: ledger ] } }
workloads:
  first: { arrivals: { at: [ 0ms, 200ms ] }, requests: [ { call: accounts.make } ] }
  users: { arrivals: { at: [ 500ms ] }, requests: [ { call: accounts.look } ] }
${fault}`);
      return latencies(traced.requests).at(-1)!;
    };
    expect(text('')).toBe(5 + 5 + 5);
    expect(text('faults: [ { id: release, kind: flush, target: ledger, at: 100ms } ]')).toBe(85);
  });
});

/** Load 5 ms, decide 15 ms, append 0 ms; the stream is at version 10. */
const command = (append: string, at = '0ms, 5ms'): string => `
keys: { account: uniform(count=1) }
eventStores:
  ledger: { stream: { key: account, initialLength: 10 }, read: 5ms }
services:
  accounts: { endpoints: { transfer: [ load: ledger, wait: 15ms, ${append} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: accounts.transfer } ] }
`;

describe('GS-17: optimistic conflict', () => {
  it('runs the second command again: commits at 20 and 45 ms, one conflict', () => {
    const traced = golden(command('append: ledger'));
    expect(answered(traced.requests)).toEqual([20, 45]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok']);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(1);
    expect(metered(traced, 'appends', 'ledger')).toBe(3);
    expect(ended(traced.at('ledger.append'))).toEqual([20, 25, 45]);
  });

  it('answers 409 when nothing is left to try (ES-4)', () => {
    const traced = golden(command('{ append: { store: ledger, maxConflictRetries: 0 } }'));
    expect(answered(traced.requests)).toEqual([20, 25]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'clientError']);
  });

  it('tries three more times where nothing is written', () => {
    const traced = golden(command('append: ledger', times(6, '0ms')));
    // One succeeds every 20 ms; an append that has tried four times gives up at 80 ms.
    expect(answered(traced.requests)).toEqual([20, 40, 60, 80, 80, 80]);
    expect(outcomes(traced.requests).filter((outcome) => outcome === 'ok')).toHaveLength(4);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(5 + 4 + 3 + 2);
  });

  it('tries as often as it may', () => {
    const one = '{ append: { store: ledger, maxConflictRetries: 1 } }';
    const traced = golden(command(one, '0ms, 0ms, 0ms'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'clientError']);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(3);
  });

  it('meets no conflict where any version will do (ES-2)', () => {
    const any = '{ append: { store: ledger, expectedVersion: any } }';
    const traced = golden(command(any));
    expect(answered(traced.requests)).toEqual([20, 25]);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(0);
  });
});

/** Appends at 0, 10, ..., 990 ms, each for a different entity; the projector takes 12 ms per event. */
const projection = (more = '', fields = ''): string => `
keys: { order: sequence(count=1000000) }
eventStores: { orders: { stream: { key: order } } }
databases: { views: { operations: { select: 0ms } } }
projections: { list: { from: orders, work: 12ms, ${fields} } }
services:
  shop:
    endpoints:
      buy: [ append: orders, wait: 50ms, { query: { database: views, operation: select, of: list ${more} } } ]
workloads:
  users: { arrivals: { at: [ ${instants(0, 990, 10, 'ms')} ] }, requests: [ { call: shop.buy } ] }
`;

describe('GS-18: projection lag', () => {
  it('lets 80 of 100 reads miss the event that was written 50 ms before', () => {
    const traced = golden(projection());
    expect(metered(traced, 'reads', 'list')).toBe(100);
    expect(metered(traced, 'staleReads', 'list')).toBe(80);
    expect(metered(traced, 'consumed', 'list')).toBe(100);
  });
});
