import { describe, expect, it } from 'vitest';
import { budgetValue } from '../theory/measures.js';
import { problemsOf } from '../theory/program.js';
import { shardOf } from '../../src/model/resources/replication/shards.js';
import { ended, golden, latencies, metered, times } from './tracing.js';
import type { Traced } from './tracing.js';

/**
 * An append reads for 1 ms in rich mode, works for 100 ms on an inline projection in its own service, and appends for
 * 2 ms. One arrives from `slow` at 0 ms, two from `shop` at 10 and 20 ms.
 */
const ordered = (store: string, more = ''): string => `
keys: { account: { kind: sequence, count: 10 } }
eventStores:
  ledger: { kind: marten, stream: { key: account }, append: 2ms, read: 1ms, ${store} }
projections:
  list: { from: ledger, work: 0ms }
  state: { from: ledger, work: 100ms, lifecycle: inline }
services:
  slow: { endpoints: { open: [ append: ledger ] } }
  shop: { endpoints: { buy: [ append: ledger ] } }
workloads:
  first: { arrivals: { at: [ 0ms ] }, requests: [ { call: slow.open } ] }
  users: { arrivals: { at: [ 10ms, 20ms ] }, requests: [ { call: shop.buy } ] }
budgets: [ list.delay.max < 1h ]
${more}`;

/** Gaps that were skipped, events that the view missed, events it got, the longest delay of one in ms. */
const figures = (traced: Traced): readonly number[] => [
  metered(traced, 'skippedGaps', 'ledger'),
  metered(traced, 'lostEffects', 'list'),
  metered(traced, 'consumed', 'list'),
  Math.round(budgetValue(traced.ran, 'list.delay.max') * 1e3),
];

const stops = 'faults: [ { id: stops, kind: pause, target: slow, at: 50ms, for: 5s } ]';
const dies = 'faults: [ { id: dies, kind: crash, target: slow, at: 50ms, for: 1h } ]';

describe('ES-6, ES-7: the order of all events of Marten', () => {
  it('has no gap where places are taken at the end of the work and committed at once', () => {
    const traced = golden(ordered('', stops));
    expect(ended(traced.at('ledger.append'))).toEqual([112, 122, 5102]);
    expect(figures(traced)).toEqual([0, 0, 3, 0]);
  });

  it('costs a read before the append in rich mode', () => {
    const traced = golden(ordered('appendMode: rich'));
    expect(ended(traced.at('ledger.prepare'))).toEqual([1, 11, 21]);
    expect(ended(traced.at('ledger.append'))).toEqual([103, 113, 123]);
    expect(figures(traced)).toEqual([0, 0, 3, 0]);
  });

  it('holds projections at a place that is taken until its append is committed', () => {
    const traced = golden(ordered('appendMode: rich, staleAfter: 10s', stops));
    // Place 0 is taken at 1 ms and filled at 5103; the events committed at 113 ms wait for it.
    expect(ended(traced.at('ledger.append'))).toEqual([113, 123, 5103]);
    expect(figures(traced)).toEqual([0, 0, 3, 4990]);
  });

  it('continues without it after staleAfter, and never gets events committed there later', () => {
    const traced = golden(ordered('appendMode: rich', stops));
    expect(figures(traced)).toEqual([1, 1, 2, 3000]);
  });

  it('waits as long for the place of a process that has died', () => {
    const traced = golden(ordered('appendMode: rich', dies));
    expect(figures(traced)).toEqual([1, 0, 2, 3000]);
  });

  it('waits for places that are far apart one after the other', () => {
    const two = ordered('appendMode: rich', dies).replace(
      'at: [ 0ms ] }, requests',
      'at: [ 0ms, 15ms ] }, requests',
    );
    // Places 0 and 2 stay empty: the event at 1 is released at 3113 ms, the one at 3, committed at 123 ms, at 6113.
    expect(figures(golden(two))).toEqual([2, 0, 2, 5990]);
  });

  it('has no gap after a conflict: a tombstone fills the place', () => {
    const traced = golden(`
keys: { account: uniform(count=1) }
eventStores: { ledger: { kind: marten, appendMode: rich, stream: { key: account }, append: 2ms } }
projections: { list: { from: ledger, work: 0ms } }
services: { shop: { endpoints: { buy: [ load: ledger, append: { store: ledger, maxConflictRetries: 0 } ] } } }
workloads: { users: { arrivals: { at: [ 0ms, 1ms, 50ms ] }, requests: [ { call: shop.buy } ] } }
budgets: [ list.delay.max < 1h ]`);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(1);
    expect(figures(traced)).toEqual([0, 0, 2, 0]);
  });

  it('refuses a second try at the places of the first one (ES-3)', () => {
    const traced = golden(`
keys: { account: uniform(count=1) }
eventStores: { ledger: { kind: marten, appendMode: rich, stream: { key: account }, append: 20ms } }
projections: { list: { from: ledger, work: 0ms } }
services:
  shop:
    outbound: { ledger.append: { retry: { attempts: 2, on: [ timeout ] }, timeout: 15ms } }
    endpoints: { buy: [ append: { store: ledger, expectedVersion: any } ] }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] } }
budgets: [ list.delay.max < 1h ]`);
    expect(metered(traced, 'conflicts', 'ledger')).toBe(1);
    expect(figures(traced)).toEqual([0, 0, 1, 0]);
  });

  it('is that of the commits elsewhere, and says so', () => {
    const text = (own: string): string =>
      problemsOf(
        `faultline: 1\ntitle: x\nrun: { duration: 1s }\n${ordered(own).replace('kind: marten, ', '')}`,
      );
    expect(text('appendMode: rich')).toContain('remove appendMode');
    expect(text('staleAfter: 1s')).toContain('remove staleAfter');
  });
});

/** An event every 100 ms; the first of three workers has all segments and works 10 ms on each event. */
const led = (fields: string, faults: string): Traced =>
  golden(`
keys: { account: { kind: sequence, count: 8 } }
eventStores: { ledger: { kind: marten, stream: { key: account } } }
projections:
  list: { from: ledger, service: worker, work: 10ms, concurrency: 4, ${fields} }
services:
  shop: { endpoints: { buy: [ append: ledger ] } }
  worker: { replicas: 3, endpoints: { other: [ work: 1ms ] } }
workloads:
  users: { arrivals: { at: [ ${Array.from({ length: 300 }, (_, k) => `${k * 100}ms`).join(', ')} ] }, requests: [ { call: shop.buy } ] }
faults: [ ${faults} ]
budgets: [ list.delay.max < 1h ]
`);

describe('PR-2: a daemon that is hot in one instance and cold in the others', () => {
  const crash = '{ id: dies, kind: crash, target: "worker[0]", at: 3001ms, for: 1h }';
  const pause = '{ id: stops, kind: pause, target: "worker[0]", at: 3001ms, for: 20s }';
  const took = (traced: Traced): readonly number[] => [
    metered(traced, 'takeovers', 'list'),
    metered(traced, 'consumed', 'list'),
    Math.round(budgetValue(traced.ran, 'list.delay.max') * 1e3),
  ];

  it('is taken over by the first that tries, all of it: the lock went with its session', () => {
    // Each tries every 5 s. At 5 s the event of 3 s is read again: 2 s and 10 ms.
    expect(took(led('', crash))).toEqual([4, 300, 2010]);
    expect(took(led('claimInterval: 4s', crash))).toEqual([4, 300, 1010]);
  });

  it('keeps its lock in a pause, unless its connection is closed', () => {
    expect(took(led('', pause))[0]).toBe(0);
    // Closed at 13.001 s, tried at 15.
    expect(took(led('claimTimeout: 10s', pause))[0]).toBe(4);
  });

  it('stops with a dead worker for a quarter of the entities if it is distributed', () => {
    const spread = took(led('mode: spread', crash));
    expect(spread[0]).toBe(0);
    expect(spread[1]).toBeLessThan(300);
  });

  it('is refused where it runs on a core of its own', () => {
    expect(() => led('mode: hotCold', '').requests).not.toThrow();
    const text = `faultline: 1
title: x
run: { duration: 1s }
keys: { account: uniform(count=1) }
eventStores: { ledger: { stream: { key: account } } }
projections: { list: { from: ledger, mode: hotCold } }`;
    expect(problemsOf(text)).toContain('write service too');
  });
});

/** Four accounts in turn over two nodes with a core each; an append takes 10 ms, a read 4. */
const parted = (steps: string, at: string, more = ''): Traced =>
  golden(`
keys: { account: { kind: sequence, count: 4 } }
eventStores:
  ledger: { partitions: 2, cpu: { cores: 1, discipline: fcfs }, stream: { key: account }, append: 10ms, read: 4ms, snapshots: { every: 1, read: 1ms, write: 0ms } }
services: { shop: { endpoints: { buy: [ ${steps} ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] } }
${more}`);

describe('ES-1: a store in partitions', () => {
  const nodes = [0, 1, 2, 3].map((account) => shardOf(account, 2));
  const nodesOf = (traced: Traced, part: string): readonly number[] =>
    traced.at(`ledger.${part}`).map(({ instance }) => Number(/\d/.exec(instance)![0]));

  it('loads, appends and keeps the snapshots of a stream at the node that its value says', () => {
    const at = '0ms, 100ms, 200ms, 300ms';
    const traced = parted('load: ledger, append: ledger', at);
    for (const part of ['read', 'append', 'readSnapshot'])
      expect(nodesOf(traced, part)).toEqual(nodes);
  });

  it('has a core for each of them', () => {
    const most = Math.max(...[0, 1].map((node) => nodes.filter((at) => at === node).length));
    const took = latencies(parted('append: ledger', times(4, '0ms')).requests);
    expect(Math.max(...took)).toBe(10 * most);
  });

  it('loses the streams of one node with it, and no others', () => {
    const dead = 'faults: [ { id: dies, kind: crash, target: "ledger[1]", at: 0s, for: 1h } ]';
    const traced = parted('append: ledger', '1ms, 101ms, 201ms, 301ms', dead);
    const ok = traced.requests.filter(({ outcome }) => outcome === 'ok');
    expect(ok).toHaveLength(nodes.filter((node) => node === 0).length);
  });
});
