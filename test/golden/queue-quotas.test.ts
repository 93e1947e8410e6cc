import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, metered, outcomes } from './tracing.js';

/** Publishes to two queues of one broker, which takes three messages in each full second. */
const body = (at: string, more = '', publish = ''): string => `
brokers: { aws: { kind: sqs, maxThroughput: 3/s } }
queues:
  jobs: { kind: sqs, broker: aws, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 9 } ] }
  mails: { kind: sqs, broker: aws, waitTime: 20s }
services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs ${publish} } ], mail: [ publish: mails ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.submit } ] }
${more}`;

const mails = `
  others: { arrivals: { at: [ 0ms, 1ms ] }, requests: [ { call: api.mail } ] }`;

describe('the quota of a broker of kind sqs', () => {
  it('accepts its quota in each full second, and responds 429 to the others', () => {
    const traced = golden(body('0ms, 1ms, 2ms, 3ms, 999ms, 1000ms, 1001ms, 1002ms, 1003ms'));
    const ok = ['ok', 'ok', 'ok'];
    const expected = [...ok, 'throttled', 'throttled', ...ok, 'throttled'];
    expect(outcomes(traced.requests)).toEqual(expected);
    expect(traced.requests[3]!.status).toBe(429);
    expect(traced.at('worker.handle')).toHaveLength(6);
    expect(metered(traced, 'publishRejected', 'jobs')).toBe(3);
  });

  it('is one for all its queues', () => {
    const traced = golden(body('2ms, 3ms, 4ms', mails));
    expect(metered(traced, 'published', 'mails')).toBe(2);
    expect(metered(traced, 'published', 'jobs')).toBe(1);
    expect(metered(traced, 'publishRejected', 'jobs')).toBe(2);
  });

  it('loses what is published without a confirmation', () => {
    const traced = golden(body('0ms, 1ms, 2ms, 3ms', '', ', confirm: false'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(1);
  });

  it('is nothing that a node could fail with, and for no other kind of queue', () => {
    const problems = (text: string): string =>
      problemsOf(`faultline: 1\ntitle: x\nrun: { duration: 1s }\n${text}`);
    const dies = 'faults: [ { id: dies, kind: crash, target: aws, at: 0s, for: 1s } ]';
    expect(problems(body('0ms', dies))).toContain('has no nodes that could fail');
    expect(
      problems(
        body('0ms')
          .replace('jobs: { kind: sqs', 'jobs: { kind: rabbitmq')
          .replace('waitTime: 20s, ', ''),
      ),
    ).toContain('expected one of kind rabbitmq');
    expect(problems(body('0ms').replace('{ kind: sqs, max', '{ kind: nats, max'))).toContain(
      'unknown key maxThroughput',
    );
  });
});
