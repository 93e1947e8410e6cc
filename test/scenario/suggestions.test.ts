import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import { METRICS } from '../../src/language/metrics.js';
import { meant, nearest, wordFor } from '../../src/scenario/suggest.js';
import { SYNONYMS } from '../../src/scenario/synonyms.js';
import { load, station } from './support.js';

/** The diagnostic for the first problem of a text, by default of one. */
function told(text: string, count = 1): string {
  const { problems } = load(text);
  expect(problems).toHaveLength(count);
  return formatDiagnostic(problems[0]);
}

const SERVICE = '{ endpoints: { serve: [ wait: 1ms ] } }';

describe('what was probably meant', () => {
  it('is the nearest name by slips of the finger', () => {
    expect(meant('sucess', ['success', 'waste'])).toBe('success');
    expect(meant('quark', ['success', 'waste'])).toBeUndefined();
  });

  it('is else the longest name that the word begins or ends with', () => {
    expect(meant('drainTime', ['drain', 'lag', 'dra'])).toBe('drain');
    expect(meant('consumerLag', ['drain', 'lag'])).toBe('lag');
    expect(nearest('drainTime', ['drain', 'lag'])).toBeUndefined();
  });
});

/** Keys and words that are legal anywhere in a scenario. */
function legalWords(
  node: unknown,
  words = new Set<string>(METRICS.map(({ name }) => name)),
): Set<string> {
  if (typeof node !== 'object' || node === null) return words;
  const { properties, enum: some, const: one } = node as Record<string, object | undefined>;
  for (const word of Object.keys(properties ?? {})) words.add(word);
  for (const word of [...((some as unknown[] | undefined) ?? []), one]) words.add(String(word));
  for (const inner of Object.values(node)) legalWords(inner, words);
  return words;
}

const COMPARISONS = ['>=', '<=', '=='];

describe('a word of another tool', () => {
  it('is known for what it is called here, however it is written', () => {
    expect(wordFor('name', ['id', 'ramp'])).toBe('id');
    expect(wordFor('outcome', ['share', 'status', 'target'])).toBe('status');
    expect(wordFor('probability', ['steps', 'weight', 'when'])).toBe('weight');
    expect(wordFor('do', ['branches', 'each', 'join'])).toBe('branches');
    expect(wordFor('max_attempts', ['attempts', 'backoff'])).toBe('attempts');
    expect(wordFor('initial', ['kind', 'base', 'factor', 'max'])).toBe('base');
    expect(wordFor('wait_timeout', ['idleTimeout', 'connect'])).toBe('idleTimeout');
    expect(wordFor('users.responseTime', ['users.latency', 'shop.latency'])).toBe('users.latency');
    expect(wordFor('resetTimeout', ['waitDurationInOpenState', 'ignore'])).toBe(
      'waitDurationInOpenState',
    );
    expect(wordFor('to', ['store', 'stream', 'events'])).toBe('store');
    expect(wordFor('store', ['consistency', 'database', 'operation'])).toBe('database');
    expect(wordFor('into', ['from', 'service', 'writes'])).toBe('writes');
    expect(wordFor('poll', ['database', 'mode', 'pollInterval'])).toBe('pollInterval');
    expect(wordFor('accept-count', ['concurrency', 'queue'])).toBe('queue');
    expect(wordFor('MaxIdleConnsPerHost', ['max', 'maxIdle'])).toBe('maxIdle');
    expect(wordFor('pendingAcquireMaxCount', ['max', 'maxPending'])).toBe('maxPending');
    expect(wordFor('quark', ['success', 'waste'])).toBeUndefined();
  });

  it('leads to a valid word, and appears once per line', () => {
    const legal = legalWords(
      scenarioJsonSchema(),
      new Set<string>([...METRICS.map(({ name }) => name), ...COMPARISONS]),
    );
    for (const line of SYNONYMS) {
      const words = line.split(' ');
      expect([line, legal.has(words[0])]).toEqual([line, true]);
      expect(new Set(words.map((word) => word.toLowerCase())).size).toBe(words.length);
    }
  });

  it('is found in the section, the step, the policy, the fault and the budget where it is written', () => {
    const { problems } = load(`faultline: 1
title: Words of others
run: { duration: 1s }
policies: { std: { retry: { maxRetries: 3 }, bulkhead: { kind: resilience4j, maxConcurrent: 2 } } }
services: { shop: { pods: 2, endpoints: { buy: [ sleep: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: gone, kind: podKill, target: shop, at: 0s, for: 1s } ]
slos: []
budgets: [ users.errorRate < 1% ]
`);
    const text = problems.map(formatDiagnostic).join('\n');
    for (const name of ['maxConcurrentCalls', 'replicas', 'wait', 'crash', 'budgets']) {
      expect(text).toContain(`(did you mean "${name}"?)`);
    }
    expect(text).toContain('(did you mean "attempts"? it includes the first try)');
  });

  it('is none in place of a name that the scenario has given', () => {
    const stores = 'databases: { stores: { operations: { insert: 1ms } } }';
    const text = told(station('{ endpoints: { serve: [ query: db.insert ] } }', stores));
    expect(text).toContain('FL404');
    expect(text).not.toContain('did you mean');
  });
});

describe('what is allowed instead', () => {
  it('is listed where no name is near', () => {
    const text = told(station(SERVICE).replace('arrivals:', 'zzz: 1, arrivals:'));
    expect(text).toMatch(/unknown key zzz\n(.*\n)+ {2}allowed: arrivals, .*patience, .*requests, /);
  });

  it('says which kinds have a key that the written kind has not', () => {
    const ramp = '{ kind: poisson, rate: 1/s, stages: [ { duration: 1s, target: 2/s } ] }';
    const text = told(station(SERVICE).replace('poisson(1/s)', ramp));
    expect(text).toContain('unknown key stages for kind poisson (it belongs to kind stages)');
    expect(
      told(station(SERVICE).replace('poisson(1/s)', ramp.replace('kind: poisson, ', ''))),
    ).toContain('is required: write kind: stages, and start for rate');
    const none = station(SERVICE).replace('poisson(1/s)', '{ kind: poisson, rate: 1/s, zzz: 1 }');
    expect(told(none)).toMatch(/unknown key zzz\n/);
  });

  it('says it of the settings of another library, even where a word of the kind is near', () => {
    const limited = (limit: string, count: number): string =>
      told(station(SERVICE.replace('{', `{ admission: { rateLimit: ${limit} },`)), count);
    const pasted = limited('{ limitForPeriod: 20, limitRefreshPeriod: 1s, key: client }', 2);
    expect(pasted).toContain(
      'unknown key limitForPeriod for kind tokenBucket (it belongs to kind resilience4j)',
    );
    expect(pasted).not.toContain('did you mean');
    // One key alone is more likely another word.
    expect(limited('{ limitForPeriod: 20, key: client }', 1)).toContain('did you mean "rate"?');
  });

  it('is not listed where the message says it, or one name is meant', () => {
    const near = told(station(SERVICE).replace('arrivals:', 'patienc: 1s, arrivals:'));
    expect(near).toContain('did you mean "patience"?');
    expect(near).not.toContain('allowed:');
    const kind = told(station('{ runtime: green, endpoints: { serve: [ wait: 1ms ] } }'));
    expect(kind).toContain('must be');
    expect(kind).not.toContain('allowed:');
  });

  it('is cut where it is long', () => {
    const names = Array.from({ length: 40 }, (_, k) => `  s${k}: ${SERVICE}`).join('\n');
    const text = told(
      `${station(SERVICE).replace('services:', `services:\n${names}`)}faults: [ { id: f, kind: crash, target: zzz, at: 0s, for: 1s } ]`,
    );
    expect(text).toMatch(/ {2}allowed: .* and \d+ more$/);
  });
});

it('names a field that holds both database and operation once', () => {
  const { problems } = load(`faultline: 1
title: Outbox
run: { duration: 1s }
databases: { db: { operations: { insert: 1ms } } }
services: { shop: { outbox: { database: db.insrt }, endpoints: { buy: [ work: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'FL404 services.shop.outbox.database',
  ]);
});

describe('a form that belongs elsewhere', () => {
  const allTold = (text: string): string => load(text).problems.map(formatDiagnostic).join('\n');

  it('gets the spelling of the right one', () => {
    const text = allTold(`faultline: 1
title: Forms of others
run: { duration: 60s }
policies: { "shop -> stock": { timeout: 300ms } }
services: { shop: { endpoints: { buy: [ stock.get, call: stock.get ] } }, stock: ${SERVICE} }
workloads: { users: { arrivals: poisson(1/s), requests: [ { target: shop.buy } ] } }
faults: { dead: { kind: crash, target: stock, at: 1s } }
variants: { bare: {}, guarded: {} }
`);
    expect(text).toContain(
      '"shop -> stock" is not a valid name: move the policies of calls from shop to stock into shop, as outbound: { stock: { timeout: 300ms } }',
    );
    expect(text).toContain('must be a mapping, got stock.get: to call it, { call: stock.get }');
    expect(text).toContain('unknown key target (did you mean "call"?)');
    expect(text).toContain('must be a list, got a map: write its entries as - id: dead');
    expect(text).toContain('must be a list, got a map: write its entries as - name: bare');
  });

  it.each([
    ['retry: 3', 'must be a mapping, got 3: write { attempts: 3 }'],
    ['retry: { attempts: 3, backoff: exponential }', 'write { kind: exponential, base: 100ms }'],
    ['retry: { attempts: 3, backoff: 500ms }', 'write { kind: constant, base: 500ms }'],
    ['retry: { attempts: 3, backoff: { kind: fixed } }', 'did you mean "constant"?'],
    ['rateLimit: 10/s', 'must be a mapping, got 10/s: write { rate: 10/s }'],
    ['bulkhead: 10', 'must be a mapping, got 10: write { maxConcurrent: 10 }'],
    ['circuitBreaker: polly', 'must be a mapping, got polly: write { kind: polly }'],
  ])('gets the name of the policy %s', (policy, words) => {
    const text = allTold(`faultline: 1
title: Short
run: { duration: 60s }
services: { shop: { outbound: { default: { ${policy} } }, endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
    expect(text).toContain(words);
  });

  it('gets the words for work that nobody waits for, and for what undoes the step of a saga', () => {
    const text = allTold(`faultline: 1
title: Words
run: { duration: 60s }
services:
  shop: { endpoints: { buy: [ saga: trip, { call: mail.send, async: true } ] } }
  mail: { endpoints: { send: [ wait: 1ms ], recall: [ wait: 1ms ] } }
sagas: { trip: { kind: orchestrated, orchestrator: shop, steps: [ { name: tell, call: mail.send, compensate: mail.recall } ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
    expect(text).toContain('unknown key async (did you mean "background"?)');
    expect(text).toContain('unknown key compensate (did you mean "compensation"?)');
  });

  it('gets hints for habits of k6, Envoy and Kubernetes', () => {
    const text = allTold(`faultline: 1
title: Habits
run: { duration: 60s }
gateways: { edge: { rateLimit: 100/s, routes: [ { path: /x, to: shop.buy } ] } }
services: { shop: { cpu: 500m, memory: 512Mi, endpoints: { buy: [ { call: stock.get, timeout: 1s, retries: 3 } ] } }, stock: ${SERVICE} }
queues: { mail: { kind: kafka } }
workloads:
  users: { arrivals: 50rps, requests: [ { call: shop.buy } ] }
  others: { vus: 10, requests: [ { call: shop.buy } ] }
faults:
  - { id: one, kind: slow, target: stock, factor: 5x, at: 1s, duration: 5s }
  - { id: two, type: latency, target: stock, at: 1s, for: 5s }
  - { id: three, kind: latency, target: stock, delay: 10ms, at: 1s, for: 5s }
variants: [ { name: more, services: { shop: { replicas: 3 } } } ]
hypothesis: { statement: It holds, expect: users.success >= 99% }
`);
    for (const words of [
      'as middleware: [ rateLimit: { rate: 100/s, burst: 20 } ]',
      'as match: { path: /orders }',
      'got 500m: write 0.5',
      'got 512Mi: write { limit: 512MiB }',
      'unknown key timeout: move it into the policy of the call',
      'unknown key retries: move it into the policy of the call',
      'got kafka: write a Kafka log in topics, with subscribers',
      'got 50rps: write poisson(50/s)',
      'as arrivals: closed(10 1s)',
      '5x is no factor: write 5',
      'unknown key duration (did you mean "for"?)',
      'use kind instead of type',
      'delay is the time after another fault',
      'as set: { services.web.replicas: 3 }',
      'got "users.success >= 99%": write [ users.success >= 99% ]',
    ])
      expect(text).toContain(words);
  });

  it('gets the place where a first scenario puts it', () => {
    const text = allTold(`faultline: 1
title: First
seed: 7
run: { duration: 60s }
services: { shop: ${SERVICE} }
workloads:
  users: { arrivals: { rate: 80/s }, requests: { get: { call: shop.get } } }
  others: { arrivals: poisson(1/s), requests: { call: shop.get } }
faults:
  - { id: one, kind: crash, target: shop, select: { count: 2 }, at: 1s, for: 5s }
  - { id: two, kind: crash, target: shop, at: 1s, for: 5s }
`);
    for (const words of [
      'unknown key seed: move it into run, as run: { seed: 7 }',
      'for a rate alone write poisson(80/s)',
      'must be a list, got a map: write its entries as - name: get',
      'must be a list, got a map: put - before its first key',
      'unknown key select: select instances with instances, as instances: 2 or instances: 50%',
    ])
      expect(text).toContain(words);
    const counted =
      station(SERVICE) +
      'faults: [ { id: f, kind: crash, target: shop, count: 2, at: 1s, for: 5s } ]\n';
    expect(allTold(counted)).toContain(
      'count applies only to `every`. For a number of instances use instances',
    );
  });

  it('gets the place of messages, dependencies and cache contents', () => {
    const text = allTold(`faultline: 1
title: Messages and caches
run: { duration: 60s }
services:
  shop: { dependsOn: [ stock ], endpoints: { buy: [ cache: { of: items, load: [ call: stock.get ] } ] } }
  stock: ${SERVICE}
  worker: { consumes: [ jobs ], endpoints: { handle: [ { call: stock.get, policies: [ { timeout: 1s } ] } ] } }
topics: { jobs: { kind: kafka } }
caches:
  items: { keys: item, ttl: 60s, shared: { size: 100 }, levels: [ { name: shared, kind: redis, ttl: 60s, size: 100 } ] }
keys: { item: zipf(count=100 exponent=1) }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
    for (const words of [
      'unknown key dependsOn: write its calls as steps of its endpoints',
      'unknown key consumes: write the service as a consumer: topics have subscribers',
      'unknown key policies: move it into the policy of the call',
      'unknown key ttl: move it into the levels of the cache',
      'unknown key shared: move it into the levels of the cache',
      'unknown key size (did you mean "capacity"?)',
      'unknown key of (did you mean "get"?)',
      'unknown key load (did you mean "onMiss"?)',
    ])
      expect(text).toContain(words);
  });

  it('gets the place and the name of settings of brokers, databases and caches', () => {
    const text = allTold(`faultline: 1
title: Words of work
run: { duration: 60s }
services:
  shop: { endpoints: { buy: [ { outbox: orders }, { publish: jobs } ] } }
  work: { endpoints: { handle: [ wait: 1ms ] } }
brokers: { kafka: { kind: kafka, topics: { orders: {} } } }
outboxes: { orders: {} }
databases: { db: { kind: postgres, primary: 1, failover: 30s, operations: { read: 1ms }, query: 3ms } }
caches: { pages: { maxmemory: 1gb, hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }
queues:
  jobs: { kind: rabbitmq, x-queue-type: quorum, x-dead-letter-exchange: failed, consumers: [ { call: work.handle, requeue: false, autoAck: true } ] }
topics:
  orders: { kind: kafka, subscribers: [ { group: work, call: work.handle, group.instance.id: a, ackMode: RECORD, dlt: failed } ] }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy, key: item } ] } }
faults: [ { id: deploy, kind: rolling-restart, target: shop, at: 1s } ]
`);
    for (const line of [
      'write publish: { topic: orders, via: outbox }',
      'topics and queues are sections, and name their broker',
      'an outbox belongs to the service that writes it',
      'write the others, as replicas: 1',
      'must be a mapping, got 30s: write { detect: 30s }',
      'the time of a statement belongs to its operation',
      'unknown key maxmemory: move it into the levels of the cache',
      'write quorum: true',
      'write deadLetter: failed\n',
      'write retry: { attempts: 1 }, onPoison: deadLetter, deadLetter: failed-jobs',
      'write commit: before',
      'write rebalance: { staticMembership: true }',
      'write commit: afterEach',
      'write retry: { attempts: 3 }, onPoison: deadLetter, deadLetter: failed\n',
      'keys are drawn from a population',
      'a deployment is no fault: write it at its service',
    ])
      expect(text).toContain(line);
    expect(wordFor('depth', ['lag', 'ready', 'delayed'])).toBe('ready');
  });

  it('names the place of the time of a query and of a call', () => {
    const text = allTold(`faultline: 1
title: Times at callers
run: { duration: 60s }
services:
  shop: { endpoints: { buy: [ { query: db.read, time: 5ms }, { call: bank.pay, latency: 20ms } ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
databases: { db: { operations: { read: { work: 1ms } } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
    expect(text).toContain(
      'unknown key time: the time of a query belongs to the operation of the database, as databases: { db: { operations: { read: { wait: 5ms } } } }',
    );
    expect(text).toContain('as services: { bank: { endpoints: { pay: [ wait: 20ms ] } } }');
  });

  it('names the place of times, machines and versions that are written at another', () => {
    const text = allTold(`faultline: 1
title: Words at other places
run: { duration: 60s }
clusters: { main: { nodes: 5 } }
services:
  shop:
    versions: { v1: {}, v2: {} }
    rollout: { kind: rolling, from: v1, to: v2, at: 10s }
    endpoints: { buy: [ { query: { database: db, operation: read, time: 5ms } }, { call: { to: bank.pay, latency: 20ms } } ] }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
databases: { db: { operations: { read: { work: 1ms } } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
    expect(text).toContain('as databases: { db: { operations: { read: { wait: 5ms } } } }');
    expect(text).toContain('as services: { bank: { endpoints: { pay: [ wait: 20ms ] } } }');
    expect(text).toContain('platform: { kind: kubernetes, nodes: { count: 5, cpu: 4 } }');
    expect(text).toContain('write version: v1 beside the rollout');
  });

  it('is not guessed where nothing tells it', () => {
    const text = allTold(`faultline: 1
title: Forms of others
run: { duration: 60s }
services: { shop: { endpoints: { buy: [ stock ] } } }
policies: { "->": { timeout: 300ms } }
workloads: { users: { arrivals: poisson(1/s), requests: {} } }
variants: {}
`);
    expect(text).toContain('must be a mapping, got stock\n');
    expect(text).toContain('-> is not a valid name: a letter');
    expect(text).toContain('must be a list, got a map\n');
  });
});

it('reports a key under another name once, and others that are missing', () => {
  const text = station(SERVICE).replace('arrivals:', 'rate:');
  expect(told(text)).toContain(
    'unknown key rate: the load of a workload is its arrivals; write arrivals: poisson(1/s)\n',
  );
  const { problems } = load(text.replace('rate:', 'zzz:'));
  expect(problems.map(({ code }) => code)).toEqual(['FL203', 'FL201']);
  expect(told(station('{ endpoints: { serve: [ work: { cpu: 1ms } ] } }'))).toContain('"time"');
});
