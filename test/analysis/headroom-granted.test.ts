import { describe, expect, it } from 'vitest';
import type { ComponentHeadroom } from '../../src/contracts/result/headroom.js';
import { run } from '../theory/program.js';

function tightest(text: string): ComponentHeadroom {
  const { headroom } = run(text).variant();
  if (headroom === undefined) throw new Error('no headroom');
  return headroom.components[0];
}

const HEAD = `
faultline: 1
title: What a platform grants
run: { duration: 60s, warmup: 10s }
`;

describe('headroom of what a platform grants', () => {
  it('counts the requests of a function at once: 60/s x 100 ms = 6 of 10', () => {
    const first = tightest(`${HEAD}
functions:
  render: { kind: lambda, coldStart: 0ms, reserved: 10, steps: [ wait: 100ms ] }
services:
  api: { replicas: 2, cpu: 1, endpoints: { go: [ work: 1ms, call: render ] } }
workloads:
  users: { arrivals: constant(60/s), requests: [ { call: api.go } ] }
`);
    expect(first).toMatchObject({ component: 'render', resource: 'concurrency', of: null });
    expect(first.saturatesAt / 100).toBeCloseTo(1, 1);
  });

  it.each([
    ['12 + 6 of 36', 200, 100, 36, 36 / 18],
    // Ten calls per second for each of 18 are 180/s of 120/s, which 6 + 3 of 18 do not show.
    ['10 calls per second for each of 18', 100, 50, 18, 180 / 120],
  ])(
    'adds the functions that share the concurrency of the account: %s',
    (_, one, two, limit, factor) => {
      const first = tightest(`${HEAD}
functions:
  one: { kind: lambda, coldStart: 0ms, maxConcurrency: ${limit}, steps: [ wait: ${one}ms ] }
  two: { kind: lambda, coldStart: 0ms, maxConcurrency: ${limit}, steps: [ wait: ${two}ms ] }
workloads:
  users: { arrivals: constant(60/s), requests: [ { call: one } ] }
  others: { arrivals: constant(60/s), requests: [ { call: two } ] }
`);
      expect(first).toMatchObject({ resource: 'concurrency', of: 'account', limit });
      expect(first.factor).toBeCloseTo(factor, 1);
    },
  );

  it.each([
    ['read', 60, 160 / 120],
    // Above the limit the retries of what was throttled do not count.
    ['read', 160, 160 / 320],
    ['write', 60, 90 / 120],
  ])('counts the %s units of a table at %i/s', (does, rate, factor) => {
    const first = tightest(`${HEAD}
databases:
  table:
    kind: dynamodb
    capacity: { ${does}: 160/s, burst: 1s${does === 'write' ? ', indexes: { byDay: { write: 90/s } }' : ''} }
    operations: { use: { wait: 5ms, units: 2, write: ${does === 'write'} } }
policies: { again: { retry: { attempts: 3, backoff: { kind: constant, base: 50ms } } } }
services:
  api: { replicas: 2, cpu: 4, endpoints: { go: [ work: 1ms, { query: table.use, policy: again } ] } }
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { call: api.go } ] }
`);
    expect(first).toMatchObject({ component: 'table', resource: `${does}Units` });
    expect(first.factor).toBeCloseTo(factor, 2);
  });

  it('names databases first among what has no limit', () => {
    const { headroom } = run(`${HEAD}
databases: { store: { operations: { read: { wait: 5ms } } } }
services:
  api: { endpoints: { go: [ query: store.read ] } }
workloads:
  users: { arrivals: constant(60/s), requests: [ { call: api.go } ] }
`).variant();
    expect(headroom?.unlimited).toEqual(['store', 'api']);
  });

  it('counts consumers with full batches: 10 x 10 / 480 ms = 208/s', () => {
    const first = tightest(`${HEAD}
queues:
  jobs: { kind: sqs, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 10, batch: 10 } ] }
services:
  api: { replicas: 2, cpu: 1, endpoints: { go: [ work: 1ms, publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 480ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: api.go } ] }
`);
    expect(first).toMatchObject({ component: 'worker', resource: 'consumers', of: 'jobs' });
    expect(first.rate).toBeCloseTo(100, 0);
    expect(first.saturatesAt / 208).toBeCloseTo(1, 1);
  });

  it('counts no more for a full batch where steps run for each message: 10 / 480 ms = 20.8/s', () => {
    const first = tightest(`${HEAD}
queues:
  jobs: { kind: sqs, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 10, batch: 10 } ] }
services:
  api: { endpoints: { go: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ { wait: 480ms, times: messages } ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: api.go } ] }
`);
    expect(first).toMatchObject({ component: 'worker', resource: 'consumers', of: 'jobs' });
    expect(first.rate).toBeCloseTo(10, 0);
    expect(first.saturatesAt / 20.8).toBeCloseTo(1, 1);
  });
});
