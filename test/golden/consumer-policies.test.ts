import { describe, expect, it } from 'vitest';
import { policyKinds } from '../../src/patterns/registry.js';
import { missingRow, twoFailuresText } from '../support/breaker-page.js';
import { begun, golden, metered, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const HOLDERS = {
  kafka: (own: string) =>
    `topics: { jobs: { kind: kafka, subscribers: [ { group: worker, ${own} } ] } }`,
  rabbitmq: (own: string) =>
    `queues: { jobs: { kind: rabbitmq, prefetch: 5, consumers: [ { ${own} } ] } }`,
  sqs: (own: string) =>
    `queues: { jobs: { kind: sqs, waitTime: 20s, consumers: [ { ${own}, maxNumberOfMessages: 10 } ] } }`,
  bus: (own: string) =>
    `topics: { jobs: { kind: bus, subscribers: [ { group: worker, ${own} } ] } }`,
};
type Kind = keyof typeof HOLDERS;
const KINDS = Object.keys(HOLDERS) as Kind[];

/** Ten messages of 10 ms at 0 ms; until 500 ms every handling fails at once. */
function run(kind: Kind, consumer: string, more = '', length = '2m'): Traced {
  return golden(
    `
${HOLDERS[kind](`call: worker.handle, ${consumer}`)}
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 10 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
faults:
  - { id: bad, kind: error, target: worker.handle, at: 0ms, for: 500ms }
${more}`,
    length,
  );
}

const at = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));
const figures = (traced: Traced): readonly number[] =>
  ['consumed', 'redeliveries', 'duplicateEffects', 'lostEffects'].map((name) =>
    metered(traced, name, 'jobs'),
  );
const steps = (from: number, count: number, step = 10): number[] =>
  Array.from({ length: count }, (_, k) => from + k * step);

const BREAKER = 'policy: { circuitBreaker: { failureThreshold: 2, openDuration: 1s } }';

describe('a circuit breaker of a consumer', () => {
  // The second failure, at 1 ms, opens it until 1001 ms. Paused at 2 ms, looked at every 100 ms from then on.
  it('pauses a member of a group: it keeps polling, and the records are there when it resumes', () => {
    const traced = run('kafka', BREAKER);
    expect(at(traced)).toEqual([0, 1, ...steps(1002, 10)]);
    expect(figures(traced)).toEqual([10, 2, 0, 0]);
  });

  it('gives back what RabbitMQ had pushed, and nothing more is pushed', () => {
    const traced = run('rabbitmq', BREAKER);
    expect(at(traced)).toEqual([0, 1, ...steps(1002, 10)]);
    // Two that failed, and the five that were on the channel.
    expect(figures(traced)).toEqual([10, 7, 0, 0]);
  });

  it('keeps what was received from SQS, and receives no more', () => {
    const traced = run('sqs', BREAKER);
    // SQS does not learn of a failure: the two that failed at once are visible again after 30 s.
    expect(at(traced)).toEqual([0, 0, ...steps(1000, 8), 30_000, 30_010]);
    expect(figures(traced)).toEqual([10, 2, 0, 0]);
  });

  it('lets a bus keep its messages', () => {
    const traced = run('bus', BREAKER);
    expect(at(traced)).toEqual([0, 1, ...steps(1002, 10)]);
    expect(figures(traced)).toEqual([10, 3, 0, 0]);
  });

  it('has received messages seen by others when it is open longer than they are hidden', () => {
    const traced = golden(
      `
queues:
  jobs:
    kind: sqs
    backlog: 10
    waitTime: 20s
    visibilityTimeout: 500ms
    consumers:
      - { call: worker.handle, maxNumberOfMessages: 10, policy: { circuitBreaker: { failureThreshold: 1, openDuration: 1s } } }
services:
  worker: { replicas: 2, endpoints: { handle: [ work: 10ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: worker.handle } ] }
faults:
  - { id: bad, kind: error, target: worker.handle, at: 0ms, for: 400ms }
`,
      '10s',
    );
    // Nine in the hand of the first: the second receives all ten at 500 ms, the first handles its nine again.
    expect(figures(traced)).toEqual([19, 10, 9, 0]);
  });

  it('keeps a member in its group for longer than it may go without a poll', () => {
    const traced = run(
      'kafka',
      `maxPollInterval: 200ms, policy: { circuitBreaker: { failureThreshold: 2, openDuration: 1s } }`,
    );
    expect(metered(traced, 'rebalances', 'jobs.worker')).toBe(0);
    expect(figures(traced)).toEqual([10, 2, 0, 0]);
  });

  it('remembers the tries of the record at which it paused', () => {
    const traced = run(
      'kafka',
      `retry: { attempts: 3 }, onPoison: skip, ${BREAKER}`,
      '  - { id: worse, kind: error, target: worker.handle, at: 500ms, for: 600ms }',
    );
    // The third try, at 1002 ms, is the last one of the first record; the probe of 2002 ms succeeds.
    expect(at(traced).slice(0, 4)).toEqual([0, 1, 1002, 2002]);
    expect(figures(traced)).toEqual([9, 2, 0, 1]);
  });

  it.each(['before', 'afterBatch', 'afterEach', 'auto', 'transactional'])(
    'loses nothing of a poll with commit: %s',
    (commit) => {
      const traced = run('kafka', `commit: ${commit}, ${BREAKER}`);
      expect(at(traced)).toEqual([0, 1, ...steps(1002, 10)]);
      expect(figures(traced)).toEqual([10, 2, 0, 0]);
    },
  );

  it.each(KINDS)('resets with the process: %s', (kind) => {
    const traced = run(
      kind,
      `commit: before, policy: { circuitBreaker: { failureThreshold: 1, openDuration: 1h } }`,
      '  - { id: dies, kind: crash, target: worker, at: 600ms, for: 100ms }',
    );
    // In its memory: messages it had taken are lost with it. A bus hands out one at a time.
    expect(figures(traced)[3]).toBe(kind === 'bus' ? 2 : 10);
    expect(figures(traced)[0]).toBe(kind === 'bus' ? 8 : 0);
  });

  it('is one for all instances with scope: caller', () => {
    const wide = (scope: string): readonly number[] =>
      at(
        golden(
          `
queues:
  jobs: { kind: simple, consumers: [ { call: worker.handle, policy: { circuitBreaker: { scope: ${scope}, failureThreshold: 2, openDuration: 1s } } } ] }
services:
  worker: { replicas: 2, endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 10 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
faults:
  - { id: bad, kind: error, target: worker.handle, at: 0ms, for: 500ms }
`,
          '1m',
        ),
      );
    expect(wide('caller').filter((time) => time < 500)).toEqual([0, 0]);
    expect(wide('instance').filter((time) => time < 500)).toEqual([0, 0, 1, 1]);
  });

  const kinds = policyKinds
    .filter(({ policy, perTarget }) => policy === 'circuitBreaker' && perTarget !== true)
    .map(({ kind }) => kind);
  it.each(kinds)('may be of kind %s', (kind) => {
    const settings = twoFailuresText(kind) ?? '';
    expect(settings, missingRow('same', kind)).not.toBe('');
    const traced = run(
      'kafka',
      `policy: { circuitBreaker: { kind: ${kind}, ${settings.slice(1)} }`,
    );
    const times = at(traced);
    const pause = times.findIndex((time) => time > 900);
    expect(times[pause]! - times[pause - 1]!).toBeGreaterThan(900);
    expect(times[pause]! - times[pause - 1]!).toBeLessThanOrEqual(1101);
    expect(figures(traced)[0]).toBe(10);
  });
});

describe('a rate limit of a consumer', () => {
  it.each(KINDS)('spaces the runs of the handler: %s', (kind) => {
    const traced = golden(
      `
${HOLDERS[kind]('call: worker.handle, policy: { rateLimit: { rate: 10/s } }')}
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 5 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '1m',
    );
    expect(at(traced)).toEqual(steps(0, 5, 100));
  });

  it('holds the thread: a poll that takes too long costs the membership (KF-4)', () => {
    const traced = run(
      'kafka',
      'maxPollInterval: 300ms, maxPollRecords: 5, rebalance: { pause: 0s, initialDelay: 0s }, policy: { rateLimit: { rate: 10/s } }',
      '',
      '10s',
    );
    expect(metered(traced, 'rebalances', 'jobs.worker')).toBeGreaterThan(5);
    expect(metered(traced, 'duplicateEffects', 'jobs.worker')).toBeGreaterThan(5);
  });
});

describe('a timeout of a consumer', () => {
  it.each(KINDS)('stops the handler, and the run has failed: %s', (kind) => {
    const traced = golden(
      `
${HOLDERS[kind]('call: worker.handle, policy: { timeout: 4ms }, retry: { attempts: 2 }, onPoison: skip')}
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 2 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '1m',
    );
    expect(at(traced)).toEqual(steps(0, 4, 4));
    expect(outcomes(traced.at('worker.handle'))).toEqual(Array(4).fill('timeout'));
    expect(figures(traced)[3]).toBe(2);
  });

  it('ends a message that hangs', () => {
    const traced = run(
      'kafka',
      'policy: { timeout: 50ms }, onPoison: skip',
      '  - { id: stuck, kind: poison, effect: hang, target: jobs, at: 0ms, for: 1ms }',
    );
    expect(figures(traced)).toEqual([0, 0, 0, 10]);
  });
});
