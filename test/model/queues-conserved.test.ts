import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metered } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';
import { run } from '../theory/program.js';

/** Queues and buses of all kinds, each with the dead letters of its consumers or its own. */
const rules = fc.oneof(
  fc.record({
    kind: fc.constant('rabbitmq'),
    prefetch: fc.constantFrom(0, 1, 3),
    quorum: fc.boolean(),
    messageTtl: fc.constantFrom('none', '30ms', '200ms'),
    consumerTimeout: fc.constantFrom('30m', '40ms'),
    capacity: fc.constantFrom('unlimited', 3),
  }),
  fc.record({
    kind: fc.constant('sqs'),
    visibilityTimeout: fc.constantFrom('40ms', '300ms'),
    waitTime: fc.constantFrom('0s', '100ms'),
    delay: fc.constantFrom('0s', '20ms'),
    maxReceiveCount: fc.constantFrom(1, 3),
    fifo: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('simple'),
    capacity: fc.constantFrom('unlimited', 2),
    overflow: fc.constantFrom('block', 'reject', 'dropHead', 'dropTail'),
  }),
  fc.record({
    kind: fc.constant('bus'),
    stored: fc.boolean(),
    ordering: fc.constantFrom('none', 'key'),
    capacity: fc.constantFrom('unlimited', 2),
    overflow: fc.constantFrom('block', 'reject', 'dropHead', 'dropTail'),
  }),
);

const consumers = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  batch: fc.constantFrom(1, 2),
  commit: fc.constantFrom('before', 'afterEach'),
  inbox: fc.boolean(),
  filter: fc.constantFrom('100%', '50%'),
  retry: fc.constantFrom(
    null,
    { attempts: 3, mode: 'inProcess', backoff: { kind: 'constant', base: '5ms' } },
    { attempts: 2, mode: 'requeue' },
    { attempts: 3, mode: 'delayed', backoff: { kind: 'exponential', base: '10ms' } },
  ),
  onPoison: fc.constantFrom('skip', 'deadLetter', 'block'),
});

const worlds = fc.record({
  rules,
  consumers,
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  link: fc.constantFrom('0ms', '3ms', 'uniform(1ms 9ms)'),
  fails: fc.constantFrom('0%', '20%'),
  poison: fc.constantFrom('error', 'crash', 'hang'),
  crash: fc.integer({ min: 1, max: 900 }),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** The explicit form of a world; choices that contradict each other are made legal. */
function text({ rules: own, consumers: who, seed, link, fails, poison, crash }: World): string {
  const { inbox, retry, onPoison, ...rest } = who;
  const isBus = own.kind === 'bus';
  const settles = rest.commit === 'before';
  const elsewhere = retry !== null && retry.mode !== 'inProcess' && !settles;
  const consumer: Record<string, unknown> = {
    ...rest,
    [isBus ? 'group' : 'name']: 'mail',
    call: 'worker.handle',
    onPoison: elsewhere && onPoison === 'block' ? 'skip' : onPoison,
    ...(inbox ? { inbox: {} } : {}),
    ...(retry !== null && (retry.mode === 'inProcess' || !settles) ? { retry } : {}),
  };
  const fields: Record<string, unknown> = { ...own };
  if (fields.capacity === 'unlimited') delete fields.overflow;
  if (fields.capacity !== undefined && fields.overflow === 'block') fields.publishTimeout = '50ms';
  const holder = {
    ...fields,
    deadLetter: 'dead',
    [isBus ? 'subscribers' : 'consumers']: [consumer],
  };
  return `
faultline: 1
title: A queue of any kind
network: { links: [ { between: [ jobs, worker ], latency: ${JSON.stringify(link)} } ] }
run: { duration: 2s, seed: ${seed}, maxEvents: 1000000 }
keys: { customer: { kind: uniform, count: 3 } }
topics: ${isBus ? JSON.stringify({ jobs: holder }) : '{}'}
queues: ${JSON.stringify({ ...(isBus ? {} : { jobs: holder }), dead: { kind: 'simple' } })}
services:
  worker:
    replicas: 2
    endpoints:
      handle:
        timeLimit: 60ms
        steps: [ work: exponential(10ms), { fail: 500, probability: ${JSON.stringify(fails)} } ]
  api:
    endpoints:
      submit: [ publish: { topic: jobs, key: customer, count: uniform(1 2) }, { fail: 500, probability: 10% } ]
workloads:
  users:
    arrivals: poisson(100/s)
    requests: [ { call: api.submit } ]
    policy: { timeout: 80ms, retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } }
faults:
  - { id: dies, kind: crash, target: worker, instances: 1, at: ${crash}ms, for: 100ms }
  - { id: both, kind: crash, target: worker, at: 1500ms, for: 100ms }
  - { id: bad, kind: poison, target: jobs, share: 2%, effect: ${poison}, restart: 50ms, at: 0s, for: 1s }
`;
}

describe('G-7: what a queue has accepted', () => {
  it('is settled, moved, expired, dropped or still there, whatever happens to its consumers', () => {
    let consumed = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        // The audits at the end of a run break it where a message is missing or there twice.
        consumed += metered({ ran: run(text(world)) } as Traced, 'consumed', 'jobs');
      }),
      { numRuns: 200, seed: 20_260 },
    );
    expect(consumed).toBeGreaterThan(10_000);
  }, 120_000);
});
