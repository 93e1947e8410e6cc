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
    overflow: fc.constantFrom('dropHead', 'rejectPublish'),
    broker: fc.constantFrom(null, 'roomy', 'tight'),
    initialGroupSize: fc.constantFrom(1, 2, 3),
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

/** Faults of the broker: of one node, or of all at once. */
const outages = fc.array(
  fc.record({
    kind: fc.constantFrom('crash', 'pause'),
    node: fc.constantFrom(-1, 0, 1, 2),
    at: fc.integer({ min: 1, max: 1500 }),
    length: fc.integer({ min: 1, max: 400 }),
  }),
  { maxLength: 4 },
);

const worlds = fc.record({
  rules,
  consumers,
  outages,
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  link: fc.constantFrom('0ms', '3ms', 'uniform(1ms 9ms)'),
  fails: fc.constantFrom('0%', '20%'),
  poison: fc.constantFrom('error', 'crash', 'hang'),
  crash: fc.integer({ min: 1, max: 900 }),
  platform: fc.constantFrom('none', 'kubernetes', 'custom, restart: { initial: 20ms, max: 90ms }'),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** The explicit form of a world; choices that contradict each other are made legal. */
function text(world: World): string {
  const { rules: own, consumers: who, seed, link, fails, poison, crash } = world;
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
  const memory = 'broker' in own ? own.broker : null;
  if (memory !== null) fields.broker = 'rabbit';
  else {
    delete fields.broker;
    delete fields.initialGroupSize;
  }
  if (fields.quorum !== true) delete fields.initialGroupSize;
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
platform: { kind: ${world.platform} }
${memory === null ? '' : brokerOf(memory)}
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
      submit: [ publish: { topic: jobs, key: customer, size: 1KiB, count: uniform(1 2) }, { fail: 500, probability: 10% } ]
workloads:
  users:
    arrivals: poisson(100/s)
    requests: [ { call: api.submit } ]
    policy: { timeout: 80ms, retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } }
faults:
  - { id: dies, kind: crash, target: worker, instances: 1, at: ${crash}ms, for: 100ms }
  - { id: both, kind: crash, target: worker, at: 1500ms, for: 100ms }
  - { id: bad, kind: poison, target: jobs, share: 2%, effect: ${poison},${poison === 'crash' ? ' restart: 50ms,' : ''} at: 0s, for: 1s }
${memory === null ? '' : world.outages.map(outageOf).join('\n')}
`;
}

const brokerOf = (memory: string): string =>
  `brokers: { rabbit: { kind: rabbitmq, nodes: 3, electionTime: 50ms${memory === 'tight' ? ', memoryLimit: 8KiB' : ''} } }`;

const outageOf = ({ kind, node, at, length }: World['outages'][number], k: number): string =>
  `  - { id: o${k}, kind: ${kind}, target: 'rabbit${node < 0 ? '' : `[${node}]`}', at: ${at}ms, for: ${length}ms }`;

/** Worlds; `npm run swarm:messages` tries many more. */
const WORLDS = Number(process.env['FAULTLINE_WORLDS'] ?? 60);
const SEED = Number(process.env['FAULTLINE_SEED'] ?? 20_260);

describe('G-7: what a queue has accepted', () => {
  it(
    'is settled, moved, expired, dropped or still there, whatever happens to its consumers',
    () => {
      let consumed = 0;
      fc.assert(
        fc.property(worlds, (world) => {
          // The audits at the end of a run break it where a message is missing or there twice.
          consumed += metered({ ran: run(text(world)) } as Traced, 'consumed', 'jobs');
        }),
        { numRuns: WORLDS, seed: SEED },
      );
      expect(consumed).toBeGreaterThan(50 * WORLDS);
    },
    Math.max(600_000, 1000 * WORLDS),
  );
});
