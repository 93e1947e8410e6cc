import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Remark } from '../../src/lint/lint.js';
import { circle } from './cases-structure.js';
import { remarksOn, scenario } from './lint-text.js';

const SHOP = 'shop: { endpoints: { buy: [ { call: pay.charge, policy: hop } ] } }';
const USERS =
  'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }';

function shipped(name: string, rule?: string): readonly Remark[] {
  const path = new URL(`../../scenarios/${name}.yaml`, import.meta.url);
  return remarksOn(readFileSync(path, 'utf8'), rule);
}

function brief({ line, col, variants, measured }: Remark): unknown[] {
  return [`${line}:${col}`, variants, measured];
}

describe('a finding', () => {
  const text = scenario([
    'policies: { hop: { timeout: 1s } }',
    `services: { ${SHOP}, pay: { endpoints: { charge: [ wait: 20ms ] } } }`,
    USERS,
    'variants:',
    '  - { name: plain }',
    '  - { name: again, set: { policies.hop.retry: { attempts: 2 } } }',
    '  - { name: more, extends: again, set: { policies.hop.retry.attempts: 3 } }',
    '  - { name: unlimited, remove: [ policies.hop.timeout ] }',
  ]);

  it('is reported where the patch of its variant wrote it, and once for several', () => {
    expect(remarksOn(text, 'retry-without-backoff').map(brief)).toEqual([
      ['9:27', ['again', 'more'], 'no back-off'],
    ]);
  });

  it('is reported at the nearest existing place if nothing was written', () => {
    const [remark] = remarksOn(text, 'call-without-time-limit');
    expect(brief(remark)).toEqual([
      '4:13',
      ['unlimited'],
      'no timeout, and no deadline that reaches the call on every way',
    ]);
    expect(remark.frame?.lines.at(-1)).toBe('policies: { hop: { timeout: 1s } }');
  });

  it('about a budget is reported at the budget, which is in no variant', () => {
    const judged = scenario([
      'queues: { jobs: { kind: simple, consumers: [ { call: work.handle } ] } }',
      'services: { shop: { endpoints: { buy: [ publish: jobs ] } }, work: { endpoints: { handle: [ wait: 1ms ] } } }',
      USERS,
      'budgets:',
      '  - users.success >= 99%',
      '  - jobs.age < 60s',
    ]);
    const [remark] = remarksOn(judged, 'backlog-budget-of-mean');
    expect([remark.frame?.lines.at(-1), remark.col]).toEqual(['  - jobs.age < 60s', 5]);
  });

  it('names every call of a bundle that many share, at one place', () => {
    const shared = scenario([
      'policies: { hop: { retry: { attempts: 2 } } }',
      'services:',
      '  shop: { endpoints: { buy: [ { call: pay.charge, policy: hop }, { call: pay.note, policy: hop } ] } }',
      '  pay: { endpoints: { charge: [ wait: 20ms ], note: [ wait: 300ms ] } }',
      USERS,
    ]);
    const remarks = remarksOn(shared, 'call-without-time-limit');
    expect(remarks.map(({ message, also }) => [message, also])).toEqual([
      ['shop.buy -> pay.charge has no time limit', ['shop.buy -> pay.note has no time limit']],
    ]);
    // Five times the slowest of them, 1.5 s, as people write it.
    expect(remarks[0].fixExample).toBe('policies:\n  hop:\n    timeout: 2s');
  });

  it('says to which item of a list its YAML belongs', () => {
    const bare = scenario([
      'services: { shop: { endpoints: { buy: [ call: pay.charge ] } }, pay: { endpoints: { charge: [ wait: 20ms ] } } }',
      USERS,
    ]);
    expect(remarksOn(bare, 'call-without-time-limit')[0].fixExample).toBe(
      '# in services.shop.endpoints.buy.steps[0]\npolicy:\n  timeout: 100ms',
    );
  });

  it('sees the calls that a fallback makes', () => {
    const falls = scenario([
      'policies: { hop: { timeout: 1s, fallback: { steps: [ call: cache.get, { call: pay.last, policy: slow } ] } }, slow: {} }',
      `services: { ${SHOP}, pay: { endpoints: { charge: [ wait: 20ms ], last: [ wait: 20ms ] } }, cache: { endpoints: { get: [ wait: 1ms ] } } }`,
      USERS,
    ]);
    const remarks = remarksOn(falls, 'call-without-time-limit');
    expect(remarks.map(({ message }) => message).sort()).toEqual([
      'shop.buy -> cache.get has no time limit',
      'shop.buy -> pay.last has no time limit',
    ]);
  });
});

describe('rules in other places', () => {
  it('see the patience of a client as a limit', () => {
    const text = scenario([
      'policies: { hop: { timeout: 2s } }',
      `services: { ${SHOP}, pay: { endpoints: { charge: [ wait: 20ms ] } } }`,
      USERS.replace('poisson(100/s)', 'poisson(100/s), patience: 2s'),
    ]);
    expect(
      remarksOn(text, 'timeout-inversion').map(({ measured, limit }) => [measured, limit]),
    ).toEqual([['2 s', 'below 2 s']]);
  });

  it('count one try of a retry that leaves timeouts alone', () => {
    const of = (charge: string): string =>
      scenario([
        'policies: { hop: { timeout: 500ms, retry: { attempts: 3, backoff: { kind: constant, base: 1ms } } } }',
        `services: { ${SHOP}, pay: { endpoints: { charge: ${charge} } } }`,
        USERS.replace('poisson(100/s)', 'poisson(100/s), patience: 1s'),
      ]);
    const found = (charge: string): readonly unknown[] =>
      remarksOn(of(charge), 'timeout-inversion').map(({ measured }) => measured);
    expect(found('{ idempotent: true, steps: [ wait: 20ms ] }')).toEqual([
      '3 x 500 ms + 2 ms of back-off = 1.5 s',
    ]);
    expect(found('[ wait: 20ms ]')).toEqual([]);
  });

  it('see a bulkhead in front of a smaller pool', () => {
    const text = scenario([
      'policies: { hop: { bulkhead: { maxConcurrent: 11 } } }',
      'services: { shop: { endpoints: { buy: [ { query: db.select, policy: hop } ] } } }',
      'databases: { db: { kind: generic, pool: { maxOpen: 10, maxIdle: 10 }, operations: { select: 2ms } } }',
      USERS,
    ]);
    const [remark] = remarksOn(text, 'bulkhead-too-large');
    expect([remark.measured, remark.limit]).toEqual([
      '11 calls of one instance',
      'at most 10, the maxOpen of its pool',
    ]);
    const fits = text.replace('maxConcurrent: 11', 'maxConcurrent: 10');
    expect(remarksOn(fits, 'bulkhead-too-large')).toEqual([]);
  });

  it('name the field of the kind a bulkhead is of', () => {
    const text = scenario([
      'policies: { hop: { bulkhead: { kind: istio, http2MaxRequests: 11 } } }',
      'services: { shop: { endpoints: { buy: [ { query: db.select, policy: hop } ] } } }',
      'databases: { db: { kind: generic, pool: { maxOpen: 10, maxIdle: 10 }, operations: { select: 2ms } } }',
      USERS,
    ]);
    const [remark] = remarksOn(text, 'bulkhead-too-large');
    expect(remark.fixExample).toContain('http2MaxRequests: 10');
    const free = text.replace('http2MaxRequests: 11', 'http2MaxRequests: 0');
    expect(remarksOn(free, 'bulkhead-too-large')).toEqual([]);
  });

  it('have readers of a shared database call what reads, not what writes', () => {
    const text = (more: string): string =>
      scenario([
        `services: { shop: { endpoints: { buy: [ query: db.insert ]${more} } }, stock: { endpoints: { list: [ query: db.select ] } } }`,
        'databases: { db: { kind: generic, pool: { maxOpen: 10, maxIdle: 10 }, operations: { insert: { work: 2ms, write: true }, select: 2ms } } }',
        'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: stock.list } ] } }',
      ]);
    const fixOf = (more: string): string => remarksOn(text(more), 'shared-database')[0].fixExample;
    expect(fixOf('')).toBe(
      'services:\n  stock:\n    endpoints:\n      list:\n        steps: [ call: shop.select ]\n' +
        '  shop:\n    endpoints:\n      select:\n        steps: [ query: db.select ]',
    );
    // An endpoint of that name does something else.
    expect(fixOf(', select: [ wait: 1ms ]')).toContain('call: shop.db-select');
  });

  it('see that all replicas are in one of several zones', () => {
    const zones = (zone: string): string =>
      scenario([
        'network: { zones: { a: {}, b: {} } }',
        `services: { shop: { critical: true, replicas: 2, zone: ${zone}, endpoints: { buy: [ wait: 1ms ] } } }`,
        USERS,
      ]);
    const rule = 'single-point-of-failure';
    expect(remarksOn(zones('a'), rule).map(({ measured }) => measured)).toEqual([
      '2 replicas, all of them in zone a',
    ]);
    expect(remarksOn(zones('[a, b]'), rule)).toEqual([]);
  });

  it('advise calls between services to go on in the background, and not what users wait for', () => {
    const chain = ['a', 'b', 'c', 'd'].map(
      (name, k) => `  ${name}: { endpoints: { go: [ call: ${'bcde'[k]}.go ] } }`,
    );
    const text = scenario([
      'services:',
      ...[...chain, '  e: { endpoints: { go: [ wait: 1ms ] } }'],
      'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
    ]);
    const [remark] = remarksOn(text, 'distributed-monolith');
    expect(remark!.fixExample).toMatch(/^# in services\.d\.endpoints\.go\.steps\[0\]/);
  });

  it('see services that need each other although no worker can block another', () => {
    const [remark, ...more] = remarksOn(circle('runtime: async, '), 'distributed-monolith');
    expect(more).toEqual([]);
    expect([remark.path, remark.message, remark.measured]).toEqual([
      'services.b.endpoints.go.steps[0]',
      'a and b need each other: a.go -> b.go -> a.look',
      '2 services in a cycle of calls',
    ]);
  });

  it('see a critical broker of one node that something lives on', () => {
    const broker = (fields: string, topic = 'broker: cluster, '): string =>
      scenario([
        `brokers: { cluster: { kind: kafka, ${fields} } }`,
        `topics: { orders: { kind: kafka, ${topic}} }`,
        'services: { shop: { endpoints: { buy: [ publish: orders ] } } }',
        USERS,
      ]);
    const rule = 'single-point-of-failure';
    expect(
      remarksOn(broker('critical: true'), rule).map(({ path, measured }) => [path, measured]),
    ).toEqual([['brokers.cluster.nodes', '1 node']]);
    expect(remarksOn(broker('critical: true, nodes: 3'), rule)).toEqual([]);
    expect(remarksOn(broker('nodes: 1'), rule)).toEqual([]);
    expect(remarksOn(broker('critical: true', ''), rule)).toEqual([]);
  });

  it('see a limiter of a gateway against the slowest service behind its routes', () => {
    // Two nodes of 150/s; a third of the requests are orders, of which 2 x 4 workers / 100 ms = 80/s can be served.
    const gateway = (rate: string): string =>
      scenario([
        'gateways:',
        '  edge:',
        '    replicas: 2',
        `    middleware: [ { rateLimit: { kind: tokenBucket, rate: ${rate} } } ]`,
        '    routes:',
        '      - { name: order, match: { method: POST }, to: orders.create }',
        '      - { name: browse, to: catalog.show }',
        'services:',
        '  orders: { replicas: 2, concurrency: 4, queue: { capacity: 4 }, endpoints: { create: [ wait: 100ms ] } }',
        '  catalog: { endpoints: { show: [ wait: 10ms ] } }',
        'workloads:',
        '  users:',
        '    arrivals: poisson(90/s)',
        '    requests: [ { call: edge, method: POST, path: /, weight: 1 }, { call: edge, path: /, weight: 2 } ]',
      ]);
    const rule = 'rate-limit-above-capacity';
    const [remark] = remarksOn(gateway('121/s'), rule);
    expect([remark.path, remark.measured, remark.limit]).toEqual([
      'gateways.edge.middleware[0].rateLimit.rate',
      '2 x 121/s = 242/s',
      'at most 240/s, with which orders is busy all the time',
    ]);
    expect(remarksOn(gateway('120/s'), rule)).toEqual([]);
  });

  it('see a row of failures that one window never holds', () => {
    const text = (row: number): string =>
      scenario([
        `policies: { hop: { circuitBreaker: { kind: gobreaker, interval: 1s, tripAfter: { consecutiveFailures: ${row} } } } }`,
        `services: { ${SHOP}, pay: { endpoints: { charge: [ wait: 20ms ] } } }`,
        USERS.replace('100/s', '4/s'),
      ]);
    // 4 + 4 x sqrt(4) = 12 calls in a window at most.
    expect(remarksOn(text(12), 'breaker-never-opens')).toEqual([]);
    expect(remarksOn(text(13), 'breaker-never-opens').map(({ limit }) => limit)).toEqual([
      'consecutiveFailures is 13',
    ]);
  });

  it('come to an end where calls go in circles or retries have no limit', () => {
    const text = scenario([
      'policies: { hop: { timeout: 1s, retry: { attempts: unlimited, on: [any], backoff: { kind: grpc, base: 50ms }, budget: { ratio: 10% } } } }',
      'services:',
      '  shop: { concurrency: 4, endpoints: { buy: [ { call: pay.charge, policy: hop } ] } }',
      '  pay: { endpoints: { charge: [ { call: shop.buy, policy: hop, probability: 50% } ] } }',
      USERS,
      'faults: [ { id: rush, kind: load, target: users, factor: 2, at: 1s, for: 1s } ]',
    ]);
    const found = new Set(remarksOn(text).map(({ rule }) => rule));
    expect([...found].sort()).toEqual([
      'call-without-time-limit',
      'retry-not-idempotent',
      'sync-cycle',
      'unbounded-queue',
    ]);
  });
});

describe('the scenarios that are shipped', () => {
  it('the full variant of the flagship gets only findings that are true', () => {
    const full = shipped('checkout').filter(({ variants }) => variants.includes('full'));
    expect(full.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'retry-not-idempotent policies.front.retry.on',
      'retry-not-idempotent policies.pay.retry.on',
      'call-without-breaker policies.front',
      'call-without-breaker policies.provider',
      'query-without-time-limit services.inventory.endpoints.reserve.steps[1]',
      'query-without-time-limit services.catalog.endpoints.show.steps[1]',
    ]);
  });

  it('the queue of payments outlives its callers, but not where the abandoned are dropped', () => {
    const [remark] = shipped('checkout', 'queue-outlives-callers');
    expect(remark.variants).toEqual(['timeouts', 'retries', 'breaker']);
    expect(remark.limit).toBe('500 ms, the longest any caller waits');
  });

  it('the breaker that its scenario shows closed for ever is found without a run', () => {
    const found = shipped('p99-claim', 'breaker-never-opens');
    expect(found.map(({ variants, measured }) => [variants, measured])).toEqual([
      [['breaker-slow-trip'], 'at most 3,000 calls of one caller in 60 s on average'],
    ]);
  });

  it('the queue that keeps a retry storm alive is found in the variants that have it', () => {
    const [remark] = shipped('retry-metastable', 'queue-outlives-callers');
    expect([remark.measured, remark.limit]).toEqual([
      '2,000 requests at 1 ms each = 2 s',
      '250 ms, the longest any caller waits',
    ]);
    expect(remark.variants).not.toContain('short-queue');
    expect(remark.variants).not.toContain('cancelled-work');
  });
});
