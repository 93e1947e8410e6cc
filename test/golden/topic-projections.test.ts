import { describe, expect, it } from 'vitest';
import { answered, begun, ended, golden, instants, metered } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly at: string;
  readonly topic?: string;
  readonly fields?: string;
  readonly count?: number;
  readonly key?: string;
  readonly keys?: string;
  readonly query?: string;
  readonly reads?: string;
  readonly more?: string;
  readonly length?: string;
}

/** Messages of a topic, and a view of them whose work runs in the instance of a service. */
const run = (o: Options): Traced =>
  golden(
    `
keys: { order: ${o.keys ?? 'sequence(count=1000)'} }
topics: { orders: { kind: kafka, ${o.topic ?? 'partitions: 1'} } }
databases: { views: { operations: { select: 0ms } } }
projections: { list: { from: orders, service: worker, ${o.fields ?? 'work: 12ms'} } }
services:
  shop:
    endpoints:
      buy: [ publish: { topic: orders, key: order, count: ${o.count ?? 1} } ]
      look: [ query: { database: views, operation: select, of: list, key: order, ${o.query ?? ''} } ]
  worker: { cpu: 4, endpoints: { other: [ work: 1ms ] } }
workloads:
  writers: { arrivals: { at: [ ${o.at} ] }, requests: [ { call: shop.buy } ] }
  readers: { arrivals: { at: [ ${o.reads ?? '1h'} ] }, requests: [ { call: shop.look } ] }
${o.more ?? ''}`,
    o.length ?? '60s',
  );

const batches = (traced: Traced): number[] => begun(traced.at('worker.list'));

describe('GS-18 with a topic: 100 messages at 10k ms, 12 ms each', () => {
  const traced = run({
    at: instants(0, 990, 10, 'ms'),
    reads: instants(50, 1040, 10, 'ms'),
    length: '10s',
  });

  it('has message k in the view at 12 (k + 1) ms', () => {
    expect(batches(traced)).toEqual(Array.from({ length: 100 }, (_, k) => 12 * k));
    expect(metered(traced, 'consumed', 'list')).toBe(100);
  });

  it('is stale for readers 50 ms later from the twentieth on: 80 of 100', () => {
    expect(metered(traced, 'reads', 'list')).toBe(100);
    expect(metered(traced, 'staleReads', 'list')).toBe(80);
  });
});

describe('a read of what a topic has', () => {
  it('waits for it with waitForVersion', () => {
    const traced = run({
      at: '0ms',
      reads: '5ms',
      keys: 'uniform(count=1)',
      query: 'consistency: waitForVersion(1s)',
    });
    expect(answered(traced.requests.filter(({ part }) => part === 'readers.look'))).toEqual([12]);
    expect(metered(traced, 'staleReads', 'list')).toBe(0);
  });

  it('is not stale because of a message of another key', () => {
    const traced = run({ at: '0ms, 1ms', reads: '13ms', keys: 'sequence(count=2)' });
    // Readers have a sequence of their own: the one at 13 ms is the first, and its order is there since 12 ms.
    expect(metered(traced, 'staleReads', 'list')).toBe(0);
  });
});

describe('segments', () => {
  it('are partitions: two of them at once, each in order', () => {
    const at = instants(0, 7, 1, 'ms');
    const one = run({ at, topic: 'partitions: 2' });
    expect(Math.max(...ended(one.at('worker.list')))).toBe(96);
    const two = run({ at, topic: 'partitions: 2', fields: 'work: 12ms, concurrency: 2' });
    // Two or three of eight in the smaller one: the larger one decides.
    const last = Math.max(...ended(two.at('worker.list')));
    expect(last).toBeLessThan(96);
    expect(metered(two, 'consumed', 'list')).toBe(8);
  });

  it('beyond the partitions have nothing to do', () => {
    const traced = run({ at: instants(0, 7, 1, 'ms'), fields: 'work: 12ms, concurrency: 4' });
    expect(batches(traced)).toEqual(Array.from({ length: 8 }, (_, k) => 12 * k));
  });

  it('begin again with the batch whose process died: no effect is lost or twice', () => {
    const traced = run({
      at: '0ms',
      count: 3,
      fields: 'work: 10ms, batchSize: 3',
      more: 'faults: [ { id: dies, kind: crash, target: worker, at: 25ms, for: 75ms } ]',
    });
    expect(batches(traced)).toEqual([0, 100]);
    expect(metered(traced, 'redeliveries', 'list')).toBe(3);
    expect(metered(traced, 'duplicateEffects', 'list')).toBe(0);
  });
});

describe('the groups of the topic', () => {
  it('are beside the projection', () => {
    const traced = run({
      at: '0ms, 1ms',
      topic: 'partitions: 1, subscribers: [ { group: mail, call: worker.other } ]',
    });
    expect(begun(traced.at('worker.other'))).toEqual([0, 1]);
    expect(batches(traced)).toEqual([0, 12]);
  });
});

describe('retention', () => {
  it('loses messages whose handling did not start within 100 ms', () => {
    const traced = run({
      at: instants(0, 40, 10, 'ms'),
      topic: 'partitions: 1, retention: 100ms',
      fields: 'work: 45ms',
    });
    // Started at 0, 45 and 90. At 135 that of 30 ms is over, and that of 40 ms has 5 ms left.
    expect(batches(traced)).toEqual([0, 45, 90, 135]);
    expect(metered(traced, 'lostEffects', 'list')).toBe(1);
    expect(metered(traced, 'consumed', 'list')).toBe(4);
  });
});

describe('PR-5: a rebuild', () => {
  const replay = (topic: string): Traced =>
    run({
      at: instants(50, 29950, 100, 'ms'),
      topic: `partitions: 1, backlog: 900, ${topic}`,
      fields: 'work: 0ms, rebuild: { at: 10s, rate: 100/s }',
    });
  const took = (traced: Traced): number => {
    const meter = traced.ran.records[0]![0]!.meters.find(({ name }) => name === 'catchUp')!;
    return meter.form === 'durations'
      ? Math.max(...meter.segments.map(({ max }) => max)) / 1e9
      : -1;
  };

  it('reads all that the topic has: 1000 at 100/s, and those that come meanwhile', () => {
    expect(took(replay('retention: 7d'))).toBeCloseTo(1000 / 90, 1);
  });

  it('reads what retention has left, and what is deleted is lost to the view', () => {
    const traced = replay('retention: 4s');
    // The 900 of time 0 and 60 of the first 6 s are handled: 40 are left.
    expect(took(traced)).toBeCloseTo(40 / 90, 1);
    expect(metered(traced, 'lostEffects', 'list')).toBe(960);
  });
});

describe('poison', () => {
  const poison = (onError: string, effect: string): Traced =>
    run({
      at: '0ms, 100ms, 101ms, 1s',
      fields: `work: 12ms, batchSize: 2, onError: ${onError}`,
      more: `faults: [ { id: bad, kind: poison, target: orders, share: 100%, at: 100ms, for: 1ms, effect: ${effect} } ]`,
      length: '20s',
    });

  it('is left out alone with skip', () => {
    const traced = poison('skip', 'error');
    expect(batches(traced)).toEqual([0, 101, 1000]);
    expect(metered(traced, 'lostEffects', 'list')).toBe(1);
  });

  it('stops everything with pause, and with retry while it exists', () => {
    expect(batches(poison('pause', 'error'))).toEqual([0]);
    const again = poison('retry', 'error');
    expect(batches(again)).toEqual([0]);
    expect(metered(again, 'redeliveries', 'list')).toBeGreaterThan(3);
  });

  it('hangs without an end', () => {
    const traced = poison('skip', 'hang');
    expect(batches(traced)).toEqual([0]);
    expect(metered(traced, 'consumed', 'list')).toBe(1);
  });
});

describe('a topic on a broker', () => {
  it('is not read while its partition has no leader', () => {
    const traced = run({
      at: instants(0, 90, 10, 'ms'),
      topic: 'partitions: 1, broker: kafka',
      fields: 'work: 100ms',
      more: `
brokers: { kafka: { kind: kafka, nodes: 1 } }
faults: [ { id: out, kind: crash, target: kafka, at: 250ms, for: 5s } ]`,
    });
    // After 5 ms of linger; the third is in flight, the others wait for a leader until 5250 ms.
    expect(batches(traced)).toEqual([5, 105, 205, 5250, 5350, 5450, 5550, 5650, 5750, 5850]);
    expect(metered(traced, 'consumed', 'list')).toBe(10);
  });
});
