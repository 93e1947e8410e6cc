import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';

/** Places of a file that is right as it is. */
const RIGHT = {
  top: '',
  shop: '',
  step: '',
  worker: '',
  jobs: '',
  consumer: '',
  users: '',
  arrivals: 'poisson(20/s)',
  fault: 'kind: slow, target: worker, factor: 2',
};
type Place = keyof typeof RIGHT;

function file(gaps: Partial<Record<Place, string>>): string {
  const own = { ...RIGHT, ...gaps };
  return `faultline: 1
title: Concepts
run: { duration: 60s }
keys: { page: uniform(count=10), term: uniform(count=10) }
caches: { pages: { keys: page, levels: [ { name: near, kind: local, capacity: 10, ttl: 10s } ] } }
databases: { db: { operations: { page: 5ms, insert: { wait: 5ms, write: true } } } }
queues: { jobs: { kind: sqs, ${own.jobs} consumers: [ { call: worker.handle, ${own.consumer} } ] } }
services:
  shop: { ${own.shop} endpoints: { buy: [ work: 1ms, publish: jobs, ${own.step} ] } }
  worker: { replicas: 2, ${own.worker} endpoints: { handle: [ wait: 5ms ] } }
workloads: { users: { arrivals: ${own.arrivals}, ${own.users} requests: [ { call: shop.buy } ] } }
faults: [ { id: one, at: 20s, for: 10s, ${own.fault} } ]
${own.top}
`;
}

function messagesOf(text: string): readonly string[] {
  const { problems } = loadScenario('concepts.yaml', () => ({ text }));
  return problems.map(({ message }) => message);
}

interface Case {
  readonly guess: readonly [Place, string];
  /** The line that the message has. */
  readonly write: string;
  /** That line in its place; several ones after each other. */
  readonly right: Partial<Record<Place, string>>;
}

const PROVIDER = 'provider: { external: true, endpoints: { charge: [ wait: 300ms ] } }';
const NIGHTLY =
  'nightly: { arrivals: { kind: at, times: [ 60s ] }, requests: [ { call: orders.reconcile } ] }';
const BRANCHES = 'parallel: { each: 12, branches: [ { call: shard.query } ] }';
const SEARCH =
  'search: { kind: elasticsearch, cpu: 4, shards: { count: 12, key: term }, replicas: 1, operations: { find: { work: 8ms } } }';
const TRIES =
  'policy: { retry: { attempts: unlimited, backoff: { kind: exponential, base: 1s, max: 30s, jitter: full } } }, patience: 10m';
const BULK = 'bulk: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 2 } ] }';
const HOOKS = 'webhooks: { kind: sqs, consumers: [ { call: worker.handle } ] }';
const RAMP = '{ kind: stages, start: 10/s, stages: [ { duration: 30s, target: 60/s } ] }';
const PLACED = 'placed: { kind: kafka, subscribers: [ { group: workers, call: worker.handle } ] }';
const ONE_BURST =
  '{ kind: stages, start: 10/s, stages: [ { duration: 60s, target: 10/s }, { duration: 0s, target: 60/s }, { duration: 30s, target: 60/s }, { duration: 0s, target: 10/s } ] }';

/** Puts an entry into a section of a file. */
const within = (text: string, section: string, entry: string): string =>
  text
    .replace(new RegExp(`^${section}: \\{`, 'm'), `${section}: { ${entry}, `)
    .replace(new RegExp(`^${section}:\\n`, 'm'), `${section}:\n  ${entry}\n`);

describe('a concept without a key of its own', () => {
  it.each<Case>([
    {
      guess: ['step', 'inbox: jobs'],
      write: 'inbox: { window: 1h }',
      right: { consumer: 'inbox: { window: 1h }' },
    },
    { guess: ['users', 'offlineQueue: 100,'], write: TRIES, right: { users: `${TRIES},` } },
    {
      guess: ['consumer', 'deadLetter: { to: failed, after: 4 },'],
      write: 'retry: { attempts: 4 }, onPoison: deadLetter, deadLetter: failed',
      right: {
        consumer: 'retry: { attempts: 4 }, onPoison: deadLetter, deadLetter: failed',
        top: 'topics: { failed: { kind: kafka, partitions: 1 } }',
      },
    },
    {
      guess: ['jobs', 'deadLetter: { queue: failed },'],
      write: 'deadLetter: failed',
      right: {
        jobs: 'maxReceiveCount: 3, deadLetter: failed,',
        top: 'topics: { failed: { kind: kafka, partitions: 1 } }',
      },
    },
    {
      guess: [
        'top',
        'topics: { events: { kind: kafka, groups: { pay: { call: worker.handle } } } }',
      ],
      write: 'subscribers: [ { group: payments, call: worker.pay } ]',
      right: {
        top: 'topics: { events: { kind: kafka, subscribers: [ { group: payments, call: worker.handle } ] } }',
      },
    },
    {
      guess: ['top', 'topics: { events: { kind: kafka, subscriptions: { pay: worker.handle } } }'],
      write: 'subscribers: [ { group: payments, call: worker.pay } ]',
      right: {
        top: 'topics: { events: { kind: kafka, subscribers: [ { group: payments, call: worker.handle } ] } }',
      },
    },
    {
      guess: ['users', 'tenant: big,'],
      write: 'policy: { rateLimit: { rate: 50/s, burst: 50 } }',
      right: { users: 'policy: { rateLimit: { rate: 50/s, burst: 50 } },' },
    },
    {
      guess: ['fault', 'kind: slow, target: worker, factor: 2, replica: 1'],
      write: "target: 'worker[1]'",
      right: { fault: "kind: slow, factor: 2, target: 'worker[1]'" },
    },
    {
      guess: ['step', '{ cache: pages, miss: [ query: db.page ] }'],
      write: 'cache: { get: pages, onMiss: [ query: db.page ] }',
      right: { step: 'cache: { get: pages, onMiss: [ query: db.page ] }' },
    },
    {
      guess: ['step', 'cache: { name: pages, miss: [ query: db.page ] }'],
      write: 'cache: { get: pages }',
      right: { step: 'cache: { get: pages, onMiss: [ query: db.page ] }' },
    },
    {
      guess: ['step', '{ call: worker.handle, policy: { fallback: { value: empty } } }'],
      write: 'fallback: { after: 1ms }',
      right: { step: '{ call: worker.handle, policy: { fallback: { after: 1ms } } }' },
    },
    {
      guess: ['step', 'cache: pages'],
      write: 'write { get: pages }',
      right: { step: 'cache: { get: pages }' },
    },
    {
      guess: ['step', 'transaction: [ query: db.insert ]'],
      write: '{ database: db, steps: [ query: db.insert ] }',
      right: { step: 'transaction: { database: db, steps: [ query: db.insert ] }' },
    },
    {
      guess: ['arrivals', '{ clients: 50, think: 1s }'],
      write: 'kind: closed, users: 50',
      right: { arrivals: '{ kind: closed, users: 50, think: 1s }' },
    },
    {
      guess: ['arrivals', '{ ramp: 10/s..60/s, over: 30s }'],
      write: RAMP,
      right: { arrivals: RAMP },
    },
    {
      guess: ['top', 'consumers: { worker: { topic: placed } }'],
      write: `topics: { ${PLACED} }`,
      right: { top: `topics: { ${PLACED.replace('workers', 'pay')} }` },
    },
    {
      guess: ['arrivals', '{ every: 24h }'],
      write: '{ kind: at, times: [ 60s, 120s ] }',
      right: { arrivals: '{ kind: at, times: [ 60s, 120s ] }' },
    },
    {
      guess: ['arrivals', '{ kind: burst, base: 10/s, peak: 60/s, at: 60s, for: 30s }'],
      write: ONE_BURST,
      right: { arrivals: ONE_BURST },
    },
    {
      guess: ['step', '{ lock: page, hold: 8ms },'],
      write: 'lock: { on: row, steps: [ wait: 8ms ] }',
      right: { step: '{ lock: { on: page, steps: [ wait: 8ms ] } }' },
    },
    {
      guess: ['step', 'lock: page'],
      write: '{ on: page, steps: [ work: 8ms ] }',
      right: { step: 'lock: { on: page, steps: [ work: 8ms ] }' },
    },
  ])('is answered by a line that is right: $guess', ({ guess: [place, guess], write, right }) => {
    expect(messagesOf(file({ [place]: guess })).join('\n')).toContain(write);
    expect(messagesOf(file(right))).toEqual([]);
  });

  it.each<readonly [Place, string, string, string, string]>([
    ['top', 'external: {}', PROVIDER, 'services', PROVIDER],
    ['top', 'jobs: {}', NIGHTLY, 'workloads', NIGHTLY.replace('orders.reconcile', 'shop.buy')],
    ['step', 'scatter: {}', BRANCHES, 'services', `x: { endpoints: { y: [ ${BRANCHES} ] } }`],
    ['worker', 'shards: 12,', SEARCH, 'databases', SEARCH],
    ['jobs', 'fair: tenant,', BULK, 'queues', BULK],
    ['step', 'webhook: worker.handle', HOOKS, 'queues', HOOKS],
  ])(
    'is answered by an entry of a section that is right: %s %s',
    (place, guess, write, section, entry) => {
      expect(messagesOf(file({ [place]: guess })).join('\n')).toContain(write);
      const text = within(file({}), section, entry).replace('shard.query', 'worker.handle');
      expect(messagesOf(text)).toEqual([]);
    },
  );

  it.each<readonly [Place, string, string]>([
    ['users', 'until: 30s,', 'stop'],
    ['fault', 'kind: purge, target: pages', 'flush'],
  ])('has another name: %s %s', (place, guess, name) => {
    const { problems } = loadScenario('concepts.yaml', () => ({ text: file({ [place]: guess }) }));
    expect(problems.map(({ suggestion }) => suggestion)).toContain(name);
  });
});

it('the skew of keys has the names that papers give it', () => {
  const text = file({}).replace('uniform(count=10)', 'zipf(count=10 s=1.1)');
  const { problems } = loadScenario('concepts.yaml', () => ({ text }));
  expect(problems.map(({ suggestion }) => suggestion)).toEqual(['exponent']);
});

describe('a field that is a word or a switch', () => {
  it('says both', () => {
    const text = file({ shop: 'admission: { rateLimit: { rate: 10/s, retryAfter: 2s } },' });
    expect(messagesOf(text)).toEqual(['must be one of exact true false, got 2s']);
  });
});
