import { describe, expect, it } from 'vitest';
import { budgetValue } from '../theory/measures.js';
import { answered, ended, golden, instants, metered, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** One append of three events at 0 ms; the projector takes 10 ms per event, and `more` has its faults. */
const batch = (fields: string, more = ''): string => `
keys: { order: uniform(count=1) }
eventStores: { orders: { stream: { key: order } } }
projections: { list: { from: orders, service: worker, work: 10ms, batchSize: 3, ${fields} } }
services:
  shop: { endpoints: { buy: [ append: { store: orders, events: 3 } ] } }
  worker: { endpoints: { other: [ work: 1ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
${more}`;

const dies = 'faults: [ { id: dies, kind: crash, target: worker, at: 25ms, for: 75ms } ]';

describe('PR-1: position of the checkpoint when a projector crashes after two of three events', () => {
  it('has nothing twice when view and position are one transaction', () => {
    const traced = golden(batch('checkpoint: transactional', dies));
    expect(metered(traced, 'duplicateEffects', 'list')).toBe(0);
    expect(metered(traced, 'redeliveries', 'list')).toBe(3);
    expect(metered(traced, 'consumed', 'list')).toBe(3);
  });

  it('has two effects twice when the position follows the batch', () => {
    const traced = golden(batch('checkpoint: afterBatch', dies));
    expect(metered(traced, 'duplicateEffects', 'list')).toBe(2);
    expect(metered(traced, 'consumed', 'list')).toBe(3);
  });
});

describe('a batch whose write fails', () => {
  const db = `
databases: { views: { operations: { upsert: { work: 5ms, write: true } } } }
faults: [ { id: out, kind: crash, target: views, at: 0ms, for: 2500ms } ]`;
  const fields = (onError: string): string => `writes: views.upsert, onError: ${onError}`;

  it('is left out with skip', () => {
    const traced = golden(batch(fields('skip'), db));
    expect(metered(traced, 'lostEffects', 'list')).toBe(3);
    expect(metered(traced, 'consumed', 'list')).toBe(3);
  });

  it('stops everything with pause', () => {
    const traced = golden(batch(fields('pause'), db));
    expect(metered(traced, 'consumed', 'list')).toBe(0);
    expect(traced.at('views.upsert')).toHaveLength(1);
  });

  it('is tried again after 1 s and 2 s with retry, which is when the database is back', () => {
    const traced = golden(batch(fields('retry'), db));
    expect(metered(traced, 'consumed', 'list')).toBe(3);
    // 30 ms of work each time: refused at 30 and 1060 ms, written from 3090 ms on.
    expect(ended(traced.at('views.upsert')).at(-1)).toBe(3095);
  });
});

/** A write at 0 ms that takes 30 ms to reach the view, and a read of it at 10 ms, which takes 1 ms. */
const read = (of: string, fields = 'work: 30ms', at = '10ms'): string => `
keys: { order: uniform(count=1) }
eventStores: { orders: { stream: { key: order, initialLength: 20 }, read: 4ms, apply: 1ms } }
databases: { views: { operations: { select: 1ms } } }
projections: { list: { from: orders, ${fields} } }
services:
  shop:
    endpoints:
      buy: [ append: orders ]
      look: [ query: { database: views, operation: select, ${of} } ]
workloads:
  writers: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
  readers: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.look } ] }
`;

const reader = (traced: ReturnType<typeof golden>): number =>
  answered(traced.requests.filter(({ part }) => part.startsWith('readers')))[0]!;
const stale = (traced: ReturnType<typeof golden>): number => metered(traced, 'staleReads', 'list');

describe('CQ-2, CQ-3: what a read does about an event that is not in the view yet', () => {
  it('misses it with eventual consistency', () => {
    const traced = golden(read('of: list'));
    expect([reader(traced), stale(traced)]).toEqual([11, 1]);
  });

  it('waits for it with waitForVersion: until 30 ms', () => {
    const traced = golden(read('of: list, consistency: waitForVersion(200ms)'));
    expect([reader(traced), stale(traced)]).toEqual([31, 0]);
  });

  it('waits at most for this time, and is stale then', () => {
    const traced = golden(read('of: list, consistency: waitForVersion(15ms)'));
    expect([reader(traced), stale(traced)]).toEqual([26, 1]);
  });

  it('is not stale when the event is there at the very end of the wait', () => {
    const traced = golden(read('of: list, consistency: waitForVersion(20ms)'));
    expect([reader(traced), stale(traced)]).toEqual([31, 0]);
  });

  it('loads the stream, or answers 409, at the end of a wait that asks for that', () => {
    const primary = golden(read('of: list, consistency: "waitForVersion(15ms, primary)"'));
    expect([reader(primary), stale(primary)]).toEqual([10 + 15 + 4 + 21, 0]);
    expect(primary.at('views.select')).toHaveLength(0);
    const refuse = golden(read('of: list, consistency: "waitForVersion(15ms, refuse)"'));
    expect(outcomes(refuse.requests)).toEqual(['ok', 'clientError']);
    expect(reader(refuse)).toBe(25);
    const inTime = golden(read('of: list, consistency: "waitForVersion(20ms, refuse)"'));
    expect([reader(inTime), stale(inTime)]).toEqual([31, 0]);
  });

  it('loads the stream with stickyPrimary: 4 ms and 21 events', () => {
    const traced = golden(read('of: list, consistency: stickyPrimary(5s)'));
    expect([reader(traced), stale(traced)]).toEqual([10 + 4 + 21, 0]);
    expect(traced.at('views.select')).toHaveLength(0);
  });

  it('misses nothing then, however long the view takes', () => {
    const traced = golden(read('of: list, consistency: stickyPrimary(5s)', 'work: 300ms'));
    expect([reader(traced), stale(traced)]).toEqual([35, 0]);
    expect(metered(traced, 'reads', 'list')).toBe(1);
  });

  it('sticks no more at the end of that time', () => {
    const traced = golden(read('of: list, consistency: stickyPrimary(10ms)'));
    expect([reader(traced), stale(traced)]).toEqual([11, 1]);
  });

  it('misses nothing of an inline projection, which the append pays for', () => {
    const traced = golden(read('of: list', 'work: 30ms, lifecycle: inline', '35ms'));
    expect([reader(traced), stale(traced)]).toEqual([36, 0]);
    const writer = traced.requests.find(({ part }) => part.startsWith('writers'))!;
    expect(writer.answered).toBe(30);
  });

  it('loads the stream for a live projection, with its own work for each event', () => {
    const traced = golden(read('of: list', 'work: 2ms, lifecycle: live'));
    expect([reader(traced), stale(traced)]).toEqual([10 + 4 + 42, 0]);
  });

  it('is not stale because of an event that was committed after it began', () => {
    const later = read('of: list', 'work: 30ms', '0ms')
      .replace('select: 1ms', 'select: 9ms')
      .replace(
        'at: [ 0ms ] }, requests: [ { call: shop.buy',
        'at: [ 1ms ] }, requests: [ { call: shop.buy',
      );
    expect(stale(golden(later))).toBe(0);
  });
});

/** 1000 events at time 0, ten more a second; rebuilt at 100 a second from 1 s on. */
const rebuilt = (mode: string): string => `
keys: { order: sequence(count=100) }
eventStores: { orders: { stream: { key: order, initialLength: 10 } } }
databases: { views: { operations: { select: 0ms } } }
projections: { list: { from: orders, rebuild: { at: 1s, rate: 100/s, mode: ${mode} } } }
services:
  shop:
    endpoints:
      buy: [ append: orders ]
      look: [ query: { database: views, operation: select, of: list } ]
workloads:
  writers: { arrivals: { at: [ ${instants(50, 29950, 100, 'ms')} ] }, requests: [ { call: shop.buy } ] }
  readers: { arrivals: { at: [ 500ms, 5s, 20s ] }, requests: [ { call: shop.look } ] }
`;

describe('PR-5: a rebuild', () => {
  it('takes the backlog over the rate less the appends: 1010 / (100 - 10) = 11.2 s', () => {
    const traced = golden(rebuilt('sideBySide'));
    const record = traced.ran.records[0]![0]!;
    const meter = record.meters.find(({ name }) => name === 'catchUp')!;
    const sums = meter.form === 'durations' ? meter.segments : [];
    const values = sums.filter(({ count }) => count > 0);
    expect(values).toHaveLength(1);
    expect(values[0]!.max / 1e9).toBeCloseTo(11.2, 0);
    const reads = traced.requests.filter(({ part }) => part.startsWith('readers'));
    expect(outcomes(reads)).toEqual(['ok', 'ok', 'ok']);
  });

  it('never ends while events come as fast as it goes', () => {
    const slow = rebuilt('offline').replace('rate: 100/s', 'rate: 10/s');
    const traced = golden(slow, '29s');
    const meter = traced.ran.records[0]![0]!.meters.find(({ name }) => name === 'catchUp')!;
    expect(meter.form === 'durations' && meter.segments.map(({ count }) => count)).toEqual([0]);
    const reads = traced.requests.filter(({ part }) => part.startsWith('readers'));
    expect(outcomes(reads)).toEqual(['ok', 'serverError', 'serverError']);
  });

  it('leaves no view to read while it is offline', () => {
    const traced = golden(rebuilt('offline'));
    const reads = traced.requests.filter(({ part }) => part.startsWith('readers'));
    expect(outcomes(reads)).toEqual(['ok', 'serverError', 'ok']);
    expect(metered(traced, 'consumed', 'list')).toBe(300);
  });
});

/** An event every 100 ms on one stream, whose segment the first of two workers has; an event takes 10 ms. */
const claimed = (fields: string, faults: string, store = ''): Traced =>
  golden(`
keys: { order: uniform(count=1) }
eventStores: { orders: { ${store}stream: { key: order } } }
projections:
  list: { from: orders, service: worker, work: 10ms, concurrency: 2, ${fields} }
services:
  shop: { endpoints: { buy: [ append: orders ] } }
  worker: { replicas: 2, endpoints: { other: [ work: 1ms ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 39_900, 100, 'ms')} ] }, requests: [ { call: shop.buy } ] }
faults: [ ${faults} ]
budgets: [ list.delay.max < 1h ]
`);

describe('PR-3: claims on segments', () => {
  const claims = 'claimTimeout: 10s, claimInterval: 4s';
  const crash = '{ id: dies, kind: crash, target: "worker[0]", at: 3s, for: 1h }';
  /** Longest time in ms from the commit of an event to its effect. */
  const longest = ({ ran }: Traced): number => budgetValue(ran, 'list.delay.max') * 1000;

  it('expire after a crash, and go to the next instance that polls', () => {
    const traced = claimed(claims, crash);
    // Dead at 3 s, run out at 13, looked for at 16; the event of 3 s is there 10 ms later.
    expect(metered(traced, 'takeovers', 'list')).toBe(1);
    expect(metered(traced, 'consumed', 'list')).toBe(400);
    expect(longest(traced)).toBeCloseTo(13_010, -2);
  });

  it('of Axon expire after 10 s, with a poll every 5 s', () => {
    const traced = claimed('', crash, 'kind: axon, ');
    // Dead at 3 s, run out at 13, looked for at 15.
    expect(metered(traced, 'takeovers', 'list')).toBe(1);
    expect(longest(traced)).toBeCloseTo(12_010, -2);
  });

  it.each([
    ['of Axon', '', 'kind: axon, '],
    ['with settings of their own', claims, ''],
  ])('%s expire at the same instant after an endless pause', (_name, fields, store) => {
    const dead = claimed(fields, crash, store);
    const paused = claimed(fields, crash.replace('crash', 'pause'), store);
    expect(metered(paused, 'takeovers', 'list')).toBe(1);
    expect(longest(paused)).toBe(longest(dead));
  });

  it('are never taken over without a timeout', () => {
    const traced = claimed('claimTimeout: none', crash);
    expect(metered(traced, 'takeovers', 'list')).toBe(0);
    expect(metered(traced, 'consumed', 'list')).toBe(30);
  });

  it('are renewed where the instance is back in time', () => {
    const traced = claimed(claims, crash.replace('1h', '12900ms'));
    expect(metered(traced, 'takeovers', 'list')).toBe(0);
    expect(longest(traced)).toBeCloseTo(12_910, -2);
  });

  it('run out in a pause too, and what the first had begun has no effect any more', () => {
    const pause = '{ id: stops, kind: pause, target: "worker[0]", at: 3005ms, for: 20s }';
    const traced = claimed(claims, pause);
    expect(metered(traced, 'takeovers', 'list')).toBe(1);
    expect(metered(traced, 'redeliveries', 'list')).toBe(1);
    expect(metered(traced, 'duplicateEffects', 'list')).toBe(0);
    expect(metered(traced, 'consumed', 'list')).toBe(400);
  });

  it('wait for any instance, which polls when it starts', () => {
    const both = '{ id: die, kind: crash, target: worker, at: 3s, for: 20s }';
    const other = '{ id: stays, kind: crash, target: "worker[0]", at: 23s, for: 1h }';
    const traced = claimed(claims, `${both}, ${other}`);
    expect(metered(traced, 'takeovers', 'list')).toBe(1);
    expect(metered(traced, 'consumed', 'list')).toBe(400);
  });
});
