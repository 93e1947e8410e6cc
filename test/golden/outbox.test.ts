import { describe, expect, it } from 'vitest';
import { begun, golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly outbox: string;
  readonly steps: string;
  readonly at: string;
  readonly insert?: string;
  readonly latency?: string;
  readonly replicas?: number;
  readonly faults?: string;
  readonly length?: string;
}

/** A service with an outbox, its database, and a consumer that shows when messages arrive. */
const run = (o: Options): Traced =>
  golden(
    `
databases:
  store: { operations: { insert: { wait: ${o.insert ?? '0ms'}, write: true }, mark: { wait: 10ms, write: true } } }
services:
  orders:
    replicas: ${o.replicas ?? 1}
    outbox: { database: store.insert, ${o.outbox} }
    endpoints: { create: ${o.steps} }
  worker: { endpoints: { handle: [] } }
topics:
  created:
    kind: kafka
    publishLatency: ${o.latency ?? '0ms'}
    subscribers: [ { group: mail, call: worker.handle } ]
workloads:
  users: { arrivals: { at: [ ${o.at} ] }, requests: [ { call: orders.create } ] }
faults: ${o.faults ?? '[]'}
`,
    o.length ?? '10s',
  );

const PUBLISH = '[ publish: { topic: created, via: outbox } ]';

describe('GS-12, OX-3: an outbox that is polled', () => {
  it('publishes with the first look at or after the commit', () => {
    const traced = run({ outbox: 'pollInterval: 1s', steps: PUBLISH, at: '0ms, 250ms, 999ms, 1s' });
    expect(begun(traced.at('worker.handle'))).toEqual([1000, 1000, 1000, 1000]);
    const delays = traced.ran.records[0]![0]!.meters.find(({ name }) => name === 'outbox.delay')!;
    expect(delays.form).toBe('durations');
    const at = begun(traced.at('worker.handle')).map((t, k) => t - [0, 250, 999, 1000][k]!);
    expect(at).toEqual([1000, 750, 1, 0]);
  });

  it('is as old as its oldest row', () => {
    const traced = run({
      outbox: 'pollInterval: 1s, batchSize: 1',
      steps: PUBLISH,
      at: '0ms, 250ms, 900ms',
    });
    const [meter] = traced.ran.records[0]![0]!.meters.filter(({ name }) => name === 'outbox.age');
    // At 2 s that of 250 ms is taken, and at 3 s that of 900 ms.
    expect(meter).toMatchObject({ form: 'gauge', end: 0 });
    expect(meter?.form === 'gauge' && Math.max(...meter.max) / 1e6).toBe(2100);
  });

  it('takes batchSize rows with one look', () => {
    const traced = run({
      outbox: 'pollInterval: 1s, batchSize: 2',
      steps: PUBLISH,
      at: '0ms, 1ms, 2ms, 3ms, 4ms',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([1000, 1000, 2000, 2000, 3000]);
  });

  it('asks the database with each look and each mark (OX-7)', () => {
    const traced = run({
      outbox: 'pollInterval: 1s, relayQuery: store.mark',
      steps: PUBLISH,
      at: '0ms, 1ms',
      length: '3500ms',
    });
    // Looks at 1, 2 and 3 s, and two marks.
    const { parts } = traced.ran.plans[0]!;
    const asked = traced.ran.records[0]![0]!.edges.filter(
      (_, edge) => parts[traced.ran.plans[0]!.statEdges[edge]!.to]!.name === 'mark',
    );
    expect(asked.flatMap(({ attempts }) => [...attempts]).reduce((sum, n) => sum + n, 0)).toBe(5);
    expect(begun(traced.at('worker.handle'))).toEqual([1010, 1010]);
  });
});

describe('outbox.delay', () => {
  it.each([
    ['pollInterval: 1s', 1250],
    ['mode: cdc, cdcLatency: 30ms', 280],
  ])('ends when the topic has confirmed the message: %s', (outbox, is) => {
    const traced = run({ outbox, steps: PUBLISH, at: '0ms', latency: '250ms' });
    const meter = traced.ran.variant().metered['orders']!.meters['outbox.delay'];
    expect(meter?.form === 'durations' ? meter.mean : -1).toBeCloseTo(is / 1000, 6);
  });
});

describe('OX-3: an outbox that is tailed', () => {
  it('publishes cdcLatency after the commit, in the order of the commits', () => {
    const traced = run({ outbox: 'mode: cdc, cdcLatency: 30ms', steps: PUBLISH, at: '0ms, 10ms' });
    expect(begun(traced.at('worker.handle'))).toEqual([30, 40]);
  });
});

describe('a transaction with an outbox', () => {
  const steps = (end: string): string =>
    `[ transaction: { database: store, commit: 20ms, steps: [ query: store.insert, publish: { topic: created, via: outbox }, ${end} ] } ]`;

  it('hands its messages on with its commit', () => {
    const traced = run({
      outbox: 'mode: cdc, cdcLatency: 30ms',
      steps: steps('wait: 50ms'),
      at: '0ms',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([100]);
  });

  it('takes them along when it is rolled back', () => {
    const traced = run({
      outbox: 'mode: cdc, cdcLatency: 30ms',
      steps: steps('fail: 500'),
      at: '0ms',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([]);
  });

  it('never loses what it has committed, and never publishes what it has not (OX-2)', () => {
    const crash = '[ { id: dies, kind: crash, target: orders, at: 60ms, for: 5s } ]';
    const at = '0ms, 30ms';
    const traced = run({
      outbox: 'pollInterval: 1s',
      steps: steps('wait: 30ms'),
      at,
      faults: crash,
    });
    // The first is committed at 50 ms, the second would have been at 80 ms.
    expect(begun(traced.at('worker.handle'))).toEqual([6000]);
  });
});

describe('a relay that dies between publishing and mark', () => {
  it('has the rows published again (OX-2)', () => {
    // Look at 1000 ms until 1010, confirmed at 1010, marks at 1020 and 1030; dead at 1025: one is marked.
    const traced = run({
      outbox: 'pollInterval: 1s, relayQuery: store.mark',
      steps: PUBLISH,
      at: '0ms, 1ms',
      faults: '[ { id: dies, kind: crash, target: orders, at: 1025ms, for: 1s } ]',
    });
    // The next look at 2000 ms finds the process down, that at 3000 ms publishes at 3010 ms.
    expect(begun(traced.at('worker.handle'))).toEqual([1010, 1010, 3010]);
    expect(metered(traced, 'outbox.republished', 'orders')).toBe(1);
    expect(metered(traced, 'duplicateEffects', 'created.mail')).toBe(1);
  });
});

describe('a dual write (OX-1)', () => {
  const dies = '[ { id: dies, kind: crash, target: orders, at: 105ms, for: 1s } ]';

  it('loses the event when the process dies behind the commit', () => {
    const traced = run({
      outbox: '',
      insert: '100ms',
      steps: '[ query: store.insert, wait: 10ms, publish: created ]',
      at: '0ms',
      faults: dies,
    });
    expect(begun(traced.at('worker.handle'))).toEqual([]);
    expect(metered(traced, 'lostEvents', 'orders.create')).toBe(1);
    expect(metered(traced, 'ghostEvents', 'orders.create')).toBe(0);
  });

  it('publishes what never happened if it dies before', () => {
    const traced = run({
      outbox: '',
      insert: '100ms',
      steps: '[ publish: created, wait: 10ms, query: store.insert ]',
      at: '0ms',
      faults: dies,
    });
    expect(begun(traced.at('worker.handle'))).toEqual([0]);
    expect(metered(traced, 'ghostEvents', 'orders.create')).toBe(1);
  });
});

describe('the leader of a polled outbox', () => {
  const rows = { steps: PUBLISH, at: '0ms, 250ms, 900ms', replicas: 2 };
  const marked = (fault: string): Traced =>
    run({
      ...rows,
      outbox: 'pollInterval: 1s, relayQuery: store.mark',
      faults: `[ { id: gone, kind: crash, target: "${fault}", at: 1025ms, for: 100ms } ]`,
    });
  const again = (traced: Traced): number => metered(traced, 'outbox.republished', 'orders');

  it('counts the delay of each row once, in batches of one', () => {
    const traced = run({ ...rows, outbox: 'pollInterval: 1s, batchSize: 1' });
    const meter = traced.ran.records[0]![0]!.meters.find(({ name }) => name === 'outbox.delay')!;
    const segments = meter.form === 'durations' ? meter.segments : [];
    // Committed at 0, 250 and 900 ms; looks at 1 s, 2 s and 3 s take a row each.
    expect(segments.map(({ count, min, max, sum }) => [count, min, max, sum])).toEqual([
      [3, 1000e6, 2100e6, 4850e6],
    ]);
    expect(again(traced)).toBe(0);
  });

  it('leaves what it has not marked to the next one, which publishes it again', () => {
    const traced = marked('orders[0]');
    expect(begun(traced.at('worker.handle'))).toEqual([1010, 1010, 1010, 2010, 2010]);
    expect(again(traced)).toBe(2);
  });

  it('continues when another instance dies', () => {
    const traced = marked('orders[1]');
    expect(begun(traced.at('worker.handle'))).toEqual([1010, 1010, 1010]);
    expect(again(traced)).toBe(0);
  });
});
