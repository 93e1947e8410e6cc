import { describe, expect, it } from 'vitest';
import { begun, golden, latencies, metered, outcomes, type Traced } from './tracing.js';

/** Twenty messages of one call, which a function takes from a delayed queue in batches of ten. */
const queue = (steps: string, more = '', consumer = '', fifo = false): Traced =>
  golden(
    `
keys: { tenant: uniform(count=1) }
queues:
  jobs:
    { kind: sqs, fifo: ${fifo}, waitTime: 20s, delay: 1s, maxReceiveCount: 2, deadLetter: dead,
      visibilityTimeout: 60s, consumers: [ { call: resize, ${consumer} } ] }
  dead: { kind: sqs, fifo: ${fifo} }
functions: { resize: { kind: lambda, timeout: 50s, steps: [ ${steps} ] } }
services:
  api: { endpoints: { put: [ publish: { topic: jobs, key: tenant, count: 20 } ] } }
  mail: { endpoints: { send: [ wait: 1s ] } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.put } ] } }
${more}`,
    '10m',
  );

const lengths = (traced: Traced): number[] =>
  latencies(traced.at('resize.invoke')).map((ms) => Math.round(ms));

describe('steps for each message of a batch', () => {
  it('run once for each, one after the other', () => {
    // The five open polls each get one message first, and the other 15 as a batch of ten and one of five.
    const traced = queue('wait: 10ms, loop: { times: messages, steps: [ call: mail.send ] }');
    expect(lengths(traced).sort((x, y) => x - y)).toEqual([
      1010, 1010, 1010, 1010, 1010, 5010, 10_010,
    ]);
    expect(traced.at('mail.send')).toHaveLength(20);
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
  });

  it('run side by side with `each`', () => {
    const traced = queue('parallel: { each: messages, branches: [ call: mail.send ] }');
    expect(lengths(traced)).toEqual([1000, 1000, 1000, 1000, 1000, 1000, 1000]);
    expect(traced.at('mail.send')).toHaveLength(20);
  });

  it('are one step with `times`', () => {
    const traced = queue('{ wait: 1s, times: messages }', '', 'batch: 4, concurrency: 2');
    expect(lengths(traced).reduce((sum, ms) => sum + ms, 0)).toBe(20_000);
    expect(Math.max(...lengths(traced))).toBe(4000);
  });

  it('run once in a call that brings no message', () => {
    const traced = golden(`
services: { api: { endpoints: { put: [ { wait: 1s, times: messages } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.put } ] } }`);
    expect(latencies(traced.at('api.put'))).toEqual([1000]);
  });

  it('run for the records that a consumer of a log wants, not for those that its filter skips', () => {
    const traced = golden(`
topics:
  events:
    { kind: kafka, partitions: 1, subscribers: [ { group: g, call: w.handle, batch: 500, filter: 50% } ] }
services:
  api: { endpoints: { put: [ publish: { topic: events, count: 400 } ] } }
  w: { endpoints: { handle: [ loop: { times: messages, steps: [ call: mail.send ] } ] } }
  mail: { endpoints: { send: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 10s ] }, requests: [ { call: api.put } ] } }`);
    const calls = traced.at('mail.send').length;
    expect(calls).toBe(metered(traced, 'consumed', 'events'));
    expect(calls).toBeGreaterThan(150);
    expect(calls).toBeLessThan(250);
  });
});

describe('a round that fails', () => {
  // Mail is down from 4.5 to 5.5 s, so a round that begins then fails at once.
  const down = 'faults: [ { id: down, kind: error, target: mail.send, at: 4.5s, for: 1s } ]';
  const steps = 'loop: { times: messages, steps: [ call: mail.send ] }';

  it('fails the batch: all of its messages come again', () => {
    const traced = queue(steps, down, 'concurrency: 2');
    const rows = traced.at('resize.invoke');
    expect(outcomes(rows).filter((outcome) => outcome !== 'ok').length).toBeGreaterThan(0);
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
    expect(traced.at('mail.send').length).toBeGreaterThan(22);
  });

  it('fails its message alone where the function reports which ones have failed', () => {
    const traced = queue(steps, down, 'concurrency: 2, partialFailures: true');
    expect(outcomes(traced.at('resize.invoke')).filter((outcome) => outcome !== 'ok')).toEqual([]);
    const failed = outcomes(traced.at('mail.send')).filter((outcome) => outcome !== 'ok');
    expect(failed.length).toBeGreaterThan(0);
    // Each failed message comes once more, and no other one.
    expect(traced.at('mail.send')).toHaveLength(20 + failed.length);
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });

  // Two messages at a time wait a second and then send for one: the second pair, from 3 s on, fails at 4 s, where its
  // mails begin.
  const brief = 'faults: [ { id: down, kind: error, target: mail.send, at: 3.5s, for: 1s } ]';
  const side =
    'parallel: { each: messages, maxConcurrent: 2, branches: [ [ wait: 1s, call: mail.send ] ] }';

  it('fails its message alone side by side, too', () => {
    const traced = queue(side, brief, 'concurrency: 2, partialFailures: true');
    expect(outcomes(traced.at('resize.invoke')).filter((outcome) => outcome !== 'ok')).toEqual([]);
    const failed = outcomes(traced.at('mail.send')).filter((outcome) => outcome !== 'ok');
    expect(failed.length).toBeGreaterThan(0);
    expect(traced.at('mail.send')).toHaveLength(20 + failed.length);
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });

  it('makes those after it come again in a FIFO queue, although they have succeeded', () => {
    const traced = queue(side, brief, 'concurrency: 2, partialFailures: true', true);
    // Of the first ten the third and the fourth fail, and the six after them are sent twice.
    expect(outcomes(traced.at('mail.send')).filter((outcome) => outcome !== 'ok')).toHaveLength(2);
    expect(traced.at('mail.send')).toHaveLength(20 + 2 + 6);
    expect(begun(traced.at('resize.invoke'))).toEqual([1000, 61_000, 71_000]);
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
  });

  it('stops the function in a FIFO queue, and those after it come again with it', () => {
    const traced = queue(steps, down, 'concurrency: 2, partialFailures: true', true);
    // Four of the first ten are handled when it stops at 5 s; their receive at 1 s hides the other six until 61 s.
    expect(metered(traced, 'consumed', 'jobs')).toBe(20);
    const rows = traced.at('resize.invoke');
    expect(begun(rows)).toEqual([1000, 61_000, 71_000]);
    expect(lengths(traced)).toEqual([4000, 10_000, 6000]);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });
});
