import { describe, expect, it } from 'vitest';
import { begun, ended, golden, instants, metered, outcomes } from './tracing.js';

describe('GS-8, SQS-3: a poison message of SQS', () => {
  it('is received at 0, 30 and 60 s, and moved at 90 s', () => {
    const traced = golden(
      `
queues:
  jobs:
    kind: sqs
    waitTime: 20s
    maxReceiveCount: 3
    deadLetter: dead
    consumers: [ { call: worker.handle } ]
  dead: { kind: sqs }
services:
  worker: { endpoints: { handle: [ fail: 500 ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '2m',
    );
    expect(begun(traced.at('worker.handle'))).toEqual([0, 30_000, 60_000]);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(1);
    expect(metered(traced, 'published', 'dead')).toBe(1);
  });
});

describe('GS-9, SQS-2: processing longer than the visibility timeout', () => {
  const run = (handle: string) =>
    golden(
      `
queues:
  jobs:
    kind: sqs
    waitTime: 20s
    consumers: [ { call: worker.handle, concurrency: 2 } ]
services:
  worker: { endpoints: { handle: ${handle} } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '5m',
    );

  it('has the effect twice, and the old receipt deletes', () => {
    const traced = run('[ wait: 45s ]');
    const rows = traced.at('worker.handle');
    expect(begun(rows)).toEqual([0, 30_000]);
    expect(ended(rows)).toEqual([45_000, 75_000]);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(1);
  });

  it('is work done twice and nothing else where the handler is idempotent', () => {
    const traced = run('{ steps: [ wait: 45s ], idempotent: true }');
    expect(begun(traced.at('worker.handle'))).toEqual([0, 30_000]);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(0);
  });
});

describe('GS-10, RB-4: prefetch and the way between broker and consumer', () => {
  const handled = (prefetch: number): number => {
    const traced = golden(
      `
network: { links: [ { between: [ jobs, worker ], latency: 2.5ms } ] }
queues:
  jobs:
    kind: rabbitmq
    prefetch: ${prefetch}
    backlog: 1000
    consumers: [ { call: worker.handle } ]
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: worker.handle } ] }
`,
      '3s',
    );
    return metered(traced, 'consumed', 'jobs');
  };

  it.each([
    [1, 200],
    [2, 299],
    [10, 299],
  ])('with P = %i handles %i messages in 3 s', (prefetch, count) => {
    // P = 1: one each 15 ms, the first at 12.5 ms; else one each 10 ms from 12.5 ms on.
    expect(handled(prefetch)).toBe(count);
  });
});

describe('GS-11: a queue of length 5 without a consumer', () => {
  const eight = (overflow: string): ReturnType<typeof golden> =>
    golden(
      `
queues:
  jobs: { kind: rabbitmq, capacity: 5, overflow: ${overflow}, deadLetter: dead }
  dead: { kind: rabbitmq, consumers: [ { call: worker.handle } ] }
services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
workloads:
  users: { arrivals: { at: [ ${instants(1, 8, 1, 's')} ] }, requests: [ { call: api.submit } ] }
`,
      '1m',
    );

  it('drops the oldest three into the dead letter queue', () => {
    const traced = eight('dropHead');
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(3);
    // 1, 2 and 3 are dropped when 6, 7 and 8 arrive.
    expect(begun(traced.at('worker.handle'))).toEqual([6000, 7000, 8000]);
    expect(outcomes(traced.requests)).toEqual(Array(8).fill('ok'));
  });

  it('refuses the newest three', () => {
    const traced = eight('rejectPublish');
    expect(metered(traced, 'publishRejected', 'jobs')).toBe(3);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(0);
    expect(outcomes(traced.requests)).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      'ok',
      'serverError',
      'serverError',
      'serverError',
    ]);
  });

  it('refuses them and keeps them as dead letters', () => {
    const traced = eight('rejectPublishDlx');
    expect(metered(traced, 'publishRejected', 'jobs')).toBe(3);
    expect(begun(traced.at('worker.handle'))).toEqual([6000, 7000, 8000]);
  });
});
