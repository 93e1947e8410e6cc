import { describe, expect, it } from 'vitest';
import { remarksOn } from '../lint/lint-text.js';
import { begun, golden, instants, metered } from './tracing.js';

/** Twenty messages at once after one that a consumer waits for, a handler of 1 s, and a consumer with these fields. */
const twenty = (consumer: string, queue = 'kind: sqs, waitTime: 20s', more = ''): string => `
queues: { jobs: { ${queue}, consumers: [ { call: worker.handle, ${consumer} } ] } }
services:
  api: { endpoints: { put: [ publish: { topic: jobs, count: 21 } ] } }
  worker: { endpoints: { handle: [ wait: 1s ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: api.put } ] } }
${more}`;

/** When the handler began. Unit: ms. */
const runs = (body: string): number[] => begun(golden(body, '40s').at('worker.handle'));

const seconds = (count: number): number[] => Array.from({ length: count }, (_, k) => 1000 * k);

describe('a consumer of SQS', () => {
  it('receives as many messages as its batch takes', () => {
    expect(runs(twenty(''))).toEqual(seconds(21));
    expect(runs(twenty('batch: 10'))).toEqual(seconds(3));
    expect(runs(twenty('batch: 4'))).toEqual(seconds(6));
    expect(runs(twenty('batch: 10, maxNumberOfMessages: 10'))).toEqual(seconds(3));
  });

  it('saves ways where it receives more messages than a run takes', () => {
    const far = 'network: { links: [ { between: [ jobs, worker ], latency: 100ms } ] }';
    // The question and the answer: 200 ms in front of each message, or of ten of them.
    expect(runs(twenty('', 'kind: sqs, waitTime: 20s', far))).toEqual(
      Array.from({ length: 21 }, (_, k) => 200 + 1200 * k),
    );
    expect(runs(twenty('maxNumberOfMessages: 10', 'kind: sqs, waitTime: 20s', far))).toEqual(
      Array.from({ length: 21 }, (_, k) => 200 + 1000 * k + 200 * Math.floor(k / 10)),
    );
  });

  it('holds what it has received from then on: the visibility timeout of the last is over first', () => {
    const short = (consumer: string) =>
      metered(
        golden(
          twenty(`concurrency: 2, ${consumer}`, 'kind: sqs, waitTime: 20s, visibilityTimeout: 5s'),
          '40s',
        ),
        'redeliveries',
        'jobs',
      );
    expect(short('')).toBe(0);
    expect(short('maxNumberOfMessages: 10')).toBeGreaterThan(0);
  });

  it('falls behind or not as lint says', () => {
    const load = (consumer: string): string => `
queues: { jobs: { kind: sqs, waitTime: 20s, consumers: [ { call: worker.handle, ${consumer} } ] } }
services:
  api: { endpoints: { put: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 100ms ] } }
workloads: { users: { arrivals: ARRIVALS, requests: [ { call: api.put } ] } }`;
    const left = (consumer: string): number => {
      const at = `{ at: [ ${instants(0, 29_950, 50, 'ms')} ] }`;
      return (
        600 - metered(golden(load(consumer).replace('ARRIVALS', at), '30s'), 'consumed', 'jobs')
      );
    };
    const says = (consumer: string): number => {
      const text = `faultline: 1\ntitle: Behind\nrun: { duration: 30s }\n${load(consumer).replace('ARRIVALS', 'poisson(20/s)')}`;
      return remarksOn(text, 'consumers-below-traffic').length;
    };
    // Twenty a second, and ten runs a second.
    expect([left(''), says('')]).toEqual([301, 1]);
    expect([left('maxNumberOfMessages: 10'), says('maxNumberOfMessages: 10')]).toEqual([301, 1]);
    expect([left('batch: 10'), says('batch: 10')]).toEqual([4, 0]);
  });
});

describe('a batch that cannot fill', () => {
  const fn = (consumer: string): string => `
queues: { jobs: { kind: sqs, consumers: [ { call: resize, ${consumer} } ] } }
functions: { resize: { kind: lambda, steps: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: resize } ] } }`;

  it.each([
    ['SQS', twenty('batch: 11'), 'one receive, which returns at most 10 messages'],
    [
      'SQS with less',
      twenty('batch: 10, maxNumberOfMessages: 3'),
      'write maxNumberOfMessages: 10, or batch: 3',
    ],
    ['a function', fn('batch: 100'), 'without a batching window passes at most 10 messages'],
  ])('is refused: %s', (_, body, says) => {
    expect(() => golden(body)).toThrow(
      new RegExp(`queues\\.jobs\\.consumers\\[0\\]\\.batch: .*${says}`),
    );
  });

  it('is refused of a group that polls fewer', () => {
    const body = `
topics: { jobs: { kind: kafka, partitions: 1, subscribers: [ { group: g, call: worker.handle, maxPollRecords: 5, batch: 6 } ] } }
services: { worker: { endpoints: { handle: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: worker.handle } ] } }`;
    expect(() => golden(body)).toThrow(/batch: .*write maxPollRecords: 6, or batch: 5/);
  });

  it('refuses the receives of a function, which follow its batch', () => {
    expect(() => golden(fn('maxNumberOfMessages: 10'))).toThrow(
      /maxNumberOfMessages: the event source mapping of a function receives/,
    );
  });
});

describe('a consumer of RabbitMQ', () => {
  it('is pushed at least what its batch takes', () => {
    expect(runs(twenty('batch: 10', 'kind: rabbitmq, prefetch: 1'))).toEqual([0, 1000, 2000]);
  });
});
