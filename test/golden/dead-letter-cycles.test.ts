import { describe, expect, it } from 'vitest';
import { golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

const run = (queues: string, to: string, more = ''): Traced =>
  golden(
    `
queues:
  ${queues}
services:
  api: { endpoints: { submit: [ publish: ${to} ] } }
  worker: { endpoints: { handle: [ wait: 1ms, fail: 500 ] } }
  ${more}
workloads: { users: { arrivals: { at: [ 0s, 1ms, 2ms ] }, requests: [ { call: api.submit } ] } }
`,
    '60s',
  );

const counts = (traced: Traced, what: string, ...queues: readonly string[]): readonly number[] =>
  queues.map((queue) => metered(traced, what, queue));

describe('a cycle of dead letters of RabbitMQ (rabbit_dead_letter.erl, is_cycle)', () => {
  const expiring = (name: string, to: string): string =>
    `${name}: { kind: rabbitmq, messageTtl: 1s, deadLetter: ${to} }`;

  it('of expiries is cut where a message would come back: each expires once in every queue', () => {
    const two = run([expiring('a', 'b'), expiring('b', 'a')].join('\n  '), 'a');
    expect(counts(two, 'expired', 'a', 'b')).toEqual([3, 3]);
    expect(counts(two, 'published', 'a', 'b')).toEqual([3, 3]);
    expect(counts(two, 'dropped', 'a', 'b')).toEqual([0, 3]);
    const three = run(
      [expiring('a', 'b'), expiring('b', 'c'), expiring('c', 'a')].join('\n  '),
      'a',
    );
    expect(counts(three, 'expired', 'a', 'b', 'c')).toEqual([3, 3, 3]);
    expect(counts(three, 'dropped', 'a', 'b', 'c')).toEqual([0, 0, 3]);
  });

  it('of overflows is cut too', () => {
    const full = run(
      'a: { kind: rabbitmq, capacity: 1, deadLetter: b }\n  b: { kind: rabbitmq, capacity: 1, deadLetter: a }',
      'a',
    );
    // Of three messages the first two are pushed to b, and the first one from there: it would come back to a.
    expect(counts(full, 'published', 'a', 'b')).toEqual([3, 2]);
    expect(counts(full, 'dropped', 'a', 'b')).toEqual([0, 1]);
  });

  it('goes on where a consumer rejects the message on the way', () => {
    const retried = run(
      `work: { kind: rabbitmq, prefetch: 1, consumers: [ { call: worker.handle, onPoison: deadLetter, deadLetter: retry, retry: { attempts: 1 } } ] }
  ${expiring('retry', 'work')}`,
      'work',
    );
    // Once a second, and 1 ms for each handling.
    const [handled] = counts(retried, 'published', 'work');
    expect(handled! / 3).toBeGreaterThan(55);
    expect(counts(retried, 'dropped', 'work', 'retry')).toEqual([0, 0]);
  });
});

describe('a cycle of dead letters of SQS', () => {
  it('has no end', () => {
    const queue = (name: string, to: string): string =>
      `${name}: { kind: sqs, waitTime: 20s, visibilityTimeout: 1s, maxReceiveCount: 1, deadLetter: ${to}, consumers: [ { call: worker.handle } ] }`;
    const around = run([queue('a', 'b'), queue('b', 'a')].join('\n  '), 'a');
    expect(metered(around, 'published', 'a')).toBeGreaterThan(3 * 20);
    expect(counts(around, 'dropped', 'a', 'b')).toEqual([0, 0]);
  });
});
