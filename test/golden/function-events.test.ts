import { describe, expect, it } from 'vitest';
import { begun, golden, metered, outcomes } from './tracing.js';

const queue = (consumer: string, count: number, fields = '', fn = ''): ReturnType<typeof golden> =>
  golden(
    `
queues:
  jobs: { kind: sqs, waitTime: 20s, ${fields} consumers: [ { call: resize, ${consumer} } ] }
  dead: { kind: sqs }
functions: { resize: { kind: lambda, ${fn} steps: [ wait: 1s ] } }
services: { api: { endpoints: { put: [ publish: { topic: jobs, count: ${count} } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.put } ] } }`,
    '10m',
  );

describe('a function at an SQS queue', () => {
  it('gets batches of 10, from 5 pollers and one more each 200 ms while messages wait', () => {
    const traced = queue('', 1000);
    const rows = begun(traced.at('resize.invoke'));
    // The first messages find five open polls and are handled one by one, the other 995 as 100 batches. In each
    // second the batches of the previous second run again, and five more.
    expect(rows).toHaveLength(105);
    expect(rows.slice(0, 10)).toEqual([0, 0, 0, 0, 0, 200, 400, 600, 800, 1000]);
    const inSecond = (k: number): number =>
      rows.filter((at) => at >= k * 1000 && at < (k + 1) * 1000).length;
    expect([0, 1, 2, 3].map(inSecond)).toEqual([9, 14, 19, 24]);
    expect(metered(traced, 'consumed', 'jobs')).toBe(1000);
  });

  it('asks for no more than its concurrency', () => {
    const traced = queue('concurrency: 2, batch: 1', 6);
    expect(begun(traced.at('resize.invoke'))).toEqual([0, 0, 1000, 1000, 2000, 2000]);
  });

  it('has no need of a ramp where one is given that is over at once', () => {
    const traced = queue('batch: 1, scaleUp: { start: 6 }', 6);
    expect(begun(traced.at('resize.invoke'))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is invoked again after 1, 3, 7 and 15 s where it is throttled', () => {
    const traced = queue('batch: 1', 5, '', 'reserved: 2,');
    const rows = traced.at('resize.invoke');
    expect(begun(rows)).toEqual([0, 0, 0, 0, 0, 1000, 1000, 1000, 3000]);
    expect(outcomes(rows).filter((outcome) => outcome === 'throttled')).toHaveLength(4);
    expect(metered(traced, 'consumed', 'jobs')).toBe(5);
  });

  it('sends good messages to the dead letters where it is throttled for too long', () => {
    const dead = 'maxReceiveCount: 2, deadLetter: dead,';
    const traced = queue('batch: 1', 1, dead, 'reserved: 0,');
    const tries = [0, 1000, 3000, 7000, 15_000];
    const again = tries.map((at) => at + 30_000);
    expect(begun(traced.at('resize.invoke'))).toEqual([...tries, ...again]);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(1);
  });
});

describe('a poison message in a batch', () => {
  const batch = (partialFailures: boolean, fifo = false): ReturnType<typeof golden> =>
    golden(
      `
keys: { tenant: uniform(count=1) }
queues:
  jobs:
    kind: sqs
    fifo: ${fifo}
    waitTime: 20s
    delay: 1s
    maxReceiveCount: 2
    deadLetter: dead
    consumers: [ { call: resize, concurrency: 1, partialFailures: ${partialFailures} } ]
  dead: { kind: sqs, fifo: ${fifo} }
functions: { resize: { kind: lambda, steps: [ wait: 1s ] } }
services: { api: { endpoints: { put: [ publish: { topic: jobs, key: tenant } ] } } }
workloads: { users: { arrivals: { at: [ 0ms, 1ms, 2ms, 3ms ] }, requests: [ { call: api.put } ] } }
faults: [ { id: bad, kind: poison, target: jobs, at: 2ms, for: 0.5ms } ]`,
      '5m',
    );

  it('takes all others with it', () => {
    // Only what has arrived by 1 s is handled; the other three are dead-lettered together at 61 s.
    const traced = batch(false);
    expect(metered(traced, 'consumed', 'jobs')).toBeLessThan(4);
    expect(metered(traced, 'deadLettered', 'jobs')).toBeGreaterThan(1);
  });

  it('fails alone where the function says which ones have failed', () => {
    const traced = batch(true);
    expect(metered(traced, 'consumed', 'jobs')).toBe(3);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(1);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });

  it('takes those after it with it in a FIFO queue, where the function stops at it', () => {
    // The first is alone in its receive at 1 s, the others come at 2 s. The poison one and the good one after it fail
    // at 3 s and at 33 s, and have been received twice at 62 s.
    const traced = batch(true, true);
    expect(begun(traced.at('resize.invoke'))).toEqual([1000, 2000, 32_000]);
    expect(metered(traced, 'consumed', 'jobs')).toBe(2);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(2);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });
});

it('a function at a Kafka topic gets one batch of each partition at a time', () => {
  const traced = golden(`
keys: { order: { kind: sequence, count: 4 } }
topics:
  events: { kind: kafka, partitions: 4, subscribers: [ { group: fn, call: resize } ] }
functions: { resize: { kind: lambda, steps: [ wait: 1s ] } }
services: { api: { endpoints: { put: [ publish: { topic: events, key: order } ] } } }
workloads:
  users: { arrivals: { at: [ 10s, 10s, 10s, 10s, 10s, 10s, 10s, 10s ] }, requests: [ { call: api.put } ] }`);
  const rows = traced.at('resize.invoke');
  expect(rows).toHaveLength(8);
  const first = begun(rows)[0]!;
  const waves = begun(rows).map((at) => Math.round((at - first) / 1000));
  expect(Math.max(...waves)).toBeGreaterThanOrEqual(1);
  expect(waves.filter((wave) => wave === 0).length).toBeLessThanOrEqual(4);
});

describe('a function of kind lambda at a bus', () => {
  const bus = (fn: string, subscriber = '', events = 1, more = ''): ReturnType<typeof golden> =>
    golden(
      `
topics: { events: { kind: bus, subscribers: [ { group: fn, call: resize, ${subscriber} } ] } }
queues: { dead: { kind: sqs } }
functions: { resize: { kind: lambda, coldStart: 0ms, ${fn} } }
services: { api: { endpoints: { put: [ publish: { topic: events, count: ${events} } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.put } ] } }
${more}`,
      '8h',
    );

  it('runs for all events at once', () => {
    const traced = bus('steps: [ wait: 1s ]', '', 3);
    expect(begun(traced.at('resize.invoke'))).toEqual([0, 0, 0]);
  });

  it('runs again one minute after an error, two minutes after the next one, and then no more', () => {
    const traced = bus('steps: [ wait: 1s, fail: 500 ]');
    expect(begun(traced.at('resize.invoke'))).toEqual([0, 61_000, 182_000]);
    expect(metered(traced, 'lostEffects', 'events')).toBe(1);
  });

  it('sends the event to its dead letters then', () => {
    const traced = bus('steps: [ wait: 1s, fail: 500 ]', 'deadLetter: dead');
    expect(begun(traced.at('resize.invoke'))).toEqual([0, 61_000, 182_000]);
    expect(metered(traced, 'deadLettered', 'events')).toBe(1);
  });

  it('has the attempts of its subscriber, if that has any', () => {
    const retry =
      'onPoison: skip, retry: { attempts: 2, backoff: { kind: constant, base: 5s }, mode: delayed }';
    const twice = bus('steps: [ wait: 1s, fail: 500 ]', retry);
    expect(begun(twice.at('resize.invoke'))).toEqual([0, 6000]);
    const once = bus('steps: [ fail: 500 ]', 'retry: { attempts: 1 }');
    expect(begun(once.at('resize.invoke'))).toEqual([0]);
  });

  it('is asked again after 1, 2, 4 s and so on up to 5 min where it is throttled, for six hours', () => {
    const traced = bus('reserved: 1, timeout: none, steps: [ wait: 20m ]', '', 2);
    const rows = traced.at('resize.invoke');
    const late = begun(rows).slice(2, 13);
    // 1 + 2 + 4 + ... + 256 s = 511 s, then each 300 s: 811 s, 1111 s, and 1411 s, when there is room.
    expect(late).toEqual(
      [1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111].map((seconds) => seconds * 1000),
    );
    expect(begun(rows)).toHaveLength(14);
    expect(metered(traced, 'consumed', 'events')).toBe(2);
    const never = bus('reserved: 0, steps: [ wait: 1s ]', 'retry: { attempts: 1 }');
    const last = Math.max(...begun(never.at('resize.invoke')));
    expect(last).toBeGreaterThan(5.8 * 3_600_000);
    expect(last).toBeLessThan(6 * 3_600_000);
    expect(metered(never, 'lostEffects', 'events')).toBe(1);
  });
});
