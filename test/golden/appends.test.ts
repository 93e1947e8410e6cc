import { describe, expect, it } from 'vitest';
import { golden, instants, metered, outcomes } from './tracing.js';

/** The first append takes 20 ms and its caller gives up after 15 ms; the second try takes equally long. */
const retried = (kind: string, append: string): string => `
keys: { account: uniform(count=1) }
eventStores:
  ledger: { kind: ${kind}, stream: { key: account }, append: 20ms }
services:
  accounts:
    outbound: { ledger: { retry: { attempts: 2, on: [ timeout ] }, timeout: 15ms } }
    endpoints: { transfer: [ load: ledger, ${append} ], look: [ load: ledger ] }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: accounts.transfer } ] }
  audit: { arrivals: { at: [ 1s ] }, requests: [ { call: accounts.look } ] }
`;

const commits = (kind: string, append: string): readonly number[] => {
  const traced = golden(retried(kind, append));
  return [metered(traced, 'appends', 'ledger'), metered(traced, 'conflicts', 'ledger')];
};

describe('ES-3: an append whose first try was committed without its caller knowing', () => {
  const exact = '{ append: { store: ledger, maxConflictRetries: 0 } }';
  const any = '{ append: { store: ledger, expectedVersion: any } }';

  it('is written once by EventStoreDB, and counts as done', () => {
    expect(commits('eventStoreDb', exact)).toEqual([1, 0]);
    expect(commits('eventStoreDb', any)).toEqual([1, 0]);
  });

  it('conflicts with itself at Marten where a version is expected (ES-8)', () => {
    expect(commits('marten', exact)).toEqual([2, 1]);
  });

  it('is written twice by Marten where none is', () => {
    expect(commits('marten', any)).toEqual([2, 0]);
  });

  it('is refused by the unique identifiers of Axon', () => {
    expect(commits('axon', any)).toEqual([2, 1]);
  });
});

describe('expected versions', () => {
  const body = (expected: string, length: number): string => `
keys: { account: uniform(count=1) }
eventStores: { ledger: { stream: { key: account, initialLength: ${length} } } }
services:
  accounts: { endpoints: { open: [ append: { store: ledger, expectedVersion: ${expected} } ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 10ms ] }, requests: [ { call: accounts.open } ] }
`;

  it('noStream lets the first in, and refuses the second with 409 (ES-2)', () => {
    expect(outcomes(golden(body('noStream', 0)).requests)).toEqual(['ok', 'clientError']);
    expect(outcomes(golden(body('noStream', 5)).requests)).toEqual(['clientError', 'clientError']);
  });
});

describe('ES-1: the events of an append', () => {
  /** Appends of three events to a stream of ten. Returns the ms of a later load: one per event. */
  const loaded = (fields: string, at: string, more = ''): number => {
    const traced = golden(`
keys: { account: uniform(count=1) }
eventStores: { ledger: { stream: { key: account, initialLength: 10 }, apply: 1ms, ${fields} } }
services:
  accounts:
    endpoints:
      move: [ load: ledger, { append: { store: ledger, events: 3, maxConflictRetries: 0 } } ]
      look: [ load: ledger ]
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: accounts.move } ] }
  audit: { arrivals: { at: [ 1s ] }, requests: [ { call: accounts.look } ] }
${more}`);
    const { sent, answered } = traced.requests.at(-1)!;
    return answered - sent;
  };

  it('are committed together, and none of them where another version is found', () => {
    expect(loaded('append: 20ms', '0ms')).toBe(13);
    // Both load ten: the second finds thirteen.
    expect(loaded('append: 20ms', '0ms, 5ms')).toBe(13);
    expect(loaded('append: 20ms', '0ms, 50ms')).toBe(16);
  });

  it('are all there or not at all when the store dies', () => {
    // The append is under way from 10 to 30 ms.
    const dies = (at: string): string =>
      `faults: [ { id: dies, kind: crash, target: ledger, at: ${at}, for: 100ms } ]`;
    expect(loaded('append: 20ms', '0ms', dies('29ms'))).toBe(10);
    expect(loaded('append: 20ms', '0ms', dies('31ms'))).toBe(13);
  });
});

describe('streams of which every request has one of its own', () => {
  it('are known while the request lasts, and no longer', () => {
    const traced = golden(
      `
keys: { order: unique }
eventStores: { orders: { stream: { key: order }, apply: 1ms } }
services:
  shop: { endpoints: { buy: [ append: { store: orders, events: 3 }, wait: 5ms, load: orders ] } }
workloads:
  users: { arrivals: constant(1000/s), requests: [ { call: shop.buy } ] }
`,
      '10s',
    );
    const took = traced.requests.filter(({ answered }) => answered >= 0);
    expect(took.length).toBeGreaterThan(9900);
    expect(
      new Set(took.map(({ sent, answered }) => Math.round((answered - sent) * 1e6) / 1e6)),
    ).toEqual(new Set([8]));
  });
});

/** SN-2: ten appends to one stream, 100 ms apart, a snapshot every three events. */
describe('SN-2: snapshots', () => {
  const body = `
keys: { account: uniform(count=1) }
eventStores:
  ledger: { stream: { key: account }, apply: 1ms, snapshots: { every: 3, write: 5ms } }
services:
  accounts: { endpoints: { transfer: [ load: ledger, append: ledger ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 900, 100, 'ms')} ] }, requests: [ { call: accounts.transfer } ] }
`;

  it('are written every n events, in the background', () => {
    const traced = golden(body);
    expect(traced.at('ledger.append')).toHaveLength(10);
    const tails = traced.requests.map(({ sent, answered }) => answered - sent);
    // Versions 0, 1, 2 are loaded from the start, 3 from the first snapshot, and so on.
    expect(tails).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
  });
});
