import { describe, expect, it } from 'vitest';
import { checklistsOf } from '../../src/lint/checklist.js';
import { compile } from '../../src/plan/compile.js';
import { loadFiles } from '../scenario/support.js';
import { remarksOn, scenario } from './lint-text.js';

/** Paths at which a rule finds something. */
const found = (text: string, rule: string): readonly string[] =>
  remarksOn(text, rule).map(({ entities }) => entities.join(' '));

const USERS = 'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }';

const UNLIMITED = 'query-without-time-limit';

/** An order that is written through an outbox, and handled by a service with an inbox. */
const ordered = (policy = ''): string =>
  scenario([
    'services:',
    '  shop:',
    '    outbox: { database: rows.insert, relayQuery: rows.poll }',
    `    outbound: { rows: { ${policy} } }`,
    '    endpoints: { buy: [ publish: { topic: orders, via: outbox } ] }',
    '  mail: { endpoints: { send: { idempotent: true, steps: [ wait: 1ms ] } } }',
    'topics:',
    '  orders: { kind: kafka, subscribers: [ { group: mail, call: mail.send, inbox: { database: ids.look } } ] }',
    'databases:',
    '  rows: { pool: { maxOpen: 5 }, maxConnections: 10, operations: { insert: { work: 1ms, write: true }, poll: 1ms } }',
    '  ids: { operations: { look: 1ms } }',
    USERS,
  ]);

describe('calls that no step makes', () => {
  it('the insert of an outbox and the query of an inbox are calls; no request waits for a poll', () => {
    expect(found(ordered(), UNLIMITED)).toEqual(['shop.buy rows.insert', 'mail.send ids.look']);
    expect(found(ordered('timeout: 1s'), UNLIMITED)).toEqual(['mail.send ids.look']);
  });

  it('their bundle is written in outbound of the caller', () => {
    const [insert] = remarksOn(ordered(), UNLIMITED);
    expect(insert!.fixExample).toBe(
      ['services:', '  shop:', '    outbound:', '      rows:', '        timeout: 100ms'].join('\n'),
    );
  });

  it('a consumer is as slow as its inbox and its handler together', () => {
    const text = (inbox: string): string =>
      scenario([
        `queues: { jobs: { kind: sqs, visibilityTimeout: 20ms, consumers: [ { call: work.handle, maxNumberOfMessages: 1${inbox} } ] } }`,
        'services:',
        '  shop: { endpoints: { buy: [ publish: jobs ] } }',
        '  work: { endpoints: { handle: [ wait: 5ms ] } }',
        'databases: { ids: { operations: { look: { wait: 20ms } } } }',
        'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
      ]);
    const rules = ['consumers-below-traffic', 'ack-timeout-below-processing'];
    const all = (inbox: string) => rules.flatMap((rule) => found(text(inbox), rule));
    expect(all('')).toEqual([]);
    expect(all(', inbox: { database: ids.look }')).toEqual([
      'jobs work.handle',
      'jobs.work work.handle',
    ]);
  });

  const view = (lifecycle: string, copier = ''): string =>
    scenario([
      'services:',
      '  shop: { endpoints: { buy: [ { append: { store: sales, stream: order }, policy: { timeout: 1s } }, { query: views.get, policy: { timeout: 1s } } ] } }',
      '  copier: { endpoints: { ping: [ work: 1ms ] } }',
      'eventStores: { sales: { append: 1ms, stream: { key: order, initialLength: 10 } } }',
      `projections: { list: { from: sales, lifecycle: ${lifecycle}, writes: views.put${copier} } }`,
      'databases: { views: { kind: dynamodb, capacity: { write: 5/s }, operations: { get: 1ms, put: { work: 1ms, write: true } } } }',
      'keys: { order: { kind: unique } }',
      USERS,
    ]);

  it('a projection writes with each append, or beside it', () => {
    expect(found(view('inline'), UNLIMITED)).toEqual(['shop.buy views.put']);
    expect(found(view('async'), UNLIMITED)).toEqual([]);
  });

  it('the writes of a projection take capacity: one for each batch', () => {
    const needs = (batchSize: number): readonly string[] =>
      found(view('async', `, batchSize: ${batchSize}`), 'capacity-below-traffic');
    expect(needs(1)).toEqual(['views list']);
    expect(needs(10)).toEqual([]);
  });

  it('a view belongs to those that read it, not to the service that fills it', () => {
    expect(found(view('async', ', service: copier'), 'shared-database')).toEqual([]);
  });

  it('the shared level of a cache is asked like a store', () => {
    const text = scenario([
      'services: { shop: { endpoints: { buy: [ cache: { get: prices, onMiss: [ work: 1ms ] } ] } } }',
      'caches: { prices: { keys: item, levels: [ { name: redis, kind: redis } ] } }',
      'keys: { item: { kind: zipf, count: 100 } }',
      USERS,
    ]);
    expect(found(text, UNLIMITED)).toEqual(['shop.buy prices.redis']);
  });

  it('the time of a shared level is a part of the time of its caller', () => {
    const text = (latency: string): string =>
      scenario([
        'queues: { jobs: { kind: simple, consumers: [ { call: shop.show, concurrency: 1 } ] } }',
        'services: { shop: { endpoints: { buy: [ publish: jobs ], show: [ cache: { get: prices, onMiss: [ work: 1us ] } ] } } }',
        `caches: { prices: { hitRatio: 90%, levels: [ { name: redis, kind: redis, latency: ${latency} } ] } }`,
        USERS,
      ]);
    expect(found(text('50ms'), 'consumers-below-traffic')).toEqual([]);
    expect(found(text('200ms'), 'consumers-below-traffic')).toEqual(['jobs shop.show']);
  });

  it('a route of the mesh sends a call to all of its services', () => {
    const text = scenario([
      'mesh:',
      '  kind: istio',
      '  routes: { pay: [ { to: { pay: 90, pay-new: 10 } } ] }',
      'services:',
      '  shop: { endpoints: { buy: [ { call: pay.charge, policy: { retry: { attempts: 3, on: [timeout] }, timeout: 1s } } ] } }',
      '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 1ms ] } } }',
      '  pay-new: { endpoints: { charge: [ wait: 1ms ] } }',
      USERS,
    ]);
    expect(found(text, 'retry-not-idempotent')).toEqual(['shop.buy pay-new.charge']);
  });
});

describe('what the queries that no step makes are not', () => {
  it('a look-up in a cache is no call inside a transaction', () => {
    const text = scenario([
      'services: { shop: { endpoints: { buy: [ transaction: { database: db, steps: [ query: db.put, cache: { get: prices } ] } ] } } }',
      'caches: { prices: { hitRatio: 90%, levels: [ { name: redis, kind: redis } ] } }',
      'databases: { db: { operations: { put: { work: 1ms, write: true } } } }',
      USERS,
    ]);
    expect(found(text, 'call-inside-transaction')).toEqual([]);
  });

  it('many look-ups in a row are chatty, and the remedy is one look-up', () => {
    const text = scenario([
      'services: { shop: { endpoints: { buy: [ { cache: { get: prices }, times: 20 } ] } } }',
      'caches: { prices: { hitRatio: 90%, levels: [ { name: redis, kind: redis } ] } }',
      USERS,
    ]);
    const [finding] = remarksOn(text, 'chatty-call');
    expect(finding!.fixExample).toContain('steps: [ cache: { get: prices } ]');
  });

  it('polls of a relay are no asynchronous calls of the checklist', () => {
    const { file, places } = loadFiles({ 's.yaml': ordered() });
    const plans = file!.variants.map((variant) => compile(variant, file!));
    const [{ points }] = checklistsOf(file!, plans, places);
    const point = points.find((own) => own.point === 'async where possible')!;
    expect([point.have, point.of]).toEqual([1, 1]);
  });
});

describe('steps of routes and of other versions', () => {
  const text = (parallel: string): string =>
    scenario([
      'gateways:',
      `  edge: { routes: [ { name: home, match: { path: /home }, steps: [ parallel: ${parallel} ] }, { name: buy, to: shop.buy } ] }`,
      'services:',
      '  shop:',
      '    replicas: { v1: 1, v2: 1 }',
      '    versions: { v1: {}, v2: { endpoints: { buy: [ parallel: ' + parallel + ' ] } } }',
      '    endpoints: { buy: [ call: pay.charge ] }',
      '  pay: { endpoints: { charge: [ wait: 1ms ] } }',
      'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: edge, path: /home }, { call: edge, path: / } ] } }',
    ]);

  it.each([
    ['fan-out-tail', '{ each: 20, branches: [ call: pay.charge ] }'],
    ['parallel-of-one', '[ { call: pay.charge, times: 3 } ]'],
  ])('%s finds both', (rule, parallel) => {
    expect(found(text(parallel), rule)).toEqual(['edge.home', 'shop.buy']);
  });
});
