import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';
import { remarksOn, scenario } from './lint-text.js';

/** users -> shop.buy -> pay.charge under a policy, while pay hangs, fails and crashes one after the other. */
function hop(policy: string, workload = '', pay = '[ wait: 20ms ]'): string {
  return `${scenario(
    [
      `policies: { hop: ${policy} }`,
      'services:',
      '  shop: { replicas: 50, endpoints: { buy: [ { call: pay.charge, policy: hop } ] } }',
      `  pay: { endpoints: { charge: { idempotent: true, steps: ${pay} } } }`,
      `workloads: { users: { arrivals: poisson(20/s), ${workload}requests: [ { call: shop.buy } ] } }`,
      'faults:',
      '  - { id: f0, kind: error, target: pay, status: 503, at: 5s, for: 5s }',
      '  - { id: f1, kind: crash, target: pay, at: 15s, for: 5s }',
      '  - { id: f2, kind: hang, target: pay, at: 25s, for: 5s }',
    ],
    '{ duration: 40s, replications: 1 }',
  )}`;
}

const said = (text: string): readonly (readonly string[])[] =>
  remarksOn(text, 'retry-never-acts').map(({ message, measured, limit }) => [
    message,
    measured,
    limit,
  ]);

/** Attempts for each call of shop to pay. */
function tries(text: string): number {
  return run(text).variant().edges['shop->pay'].amplification!;
}

describe('retry-never-acts', () => {
  it.each([
    [
      'one try',
      hop('{ timeout: 300ms, retry: { attempts: 1, on: [any] } }'),
      'the retry of shop.buy -> pay.charge never tries again',
      '1 try, the first included',
      '2 or more',
    ],
    [
      'a back-off that outlasts the deadline',
      hop('{ deadline: 1s, retry: { attempts: 3, backoff: { kind: constant, base: 1s } } }'),
      'the back-off of shop.buy -> pay.charge leaves no time for a second try',
      '1 s of back-off at least',
      'below the 1 s that the call may take',
    ],
    [
      'no timeout that could be retried',
      hop('{ retry: { attempts: 3, on: [timeout] } }', 'patience: 3s, '),
      'shop.buy -> pay.charge retries timeouts, and no try of it has one',
      'no timeout inside of the retry',
      'a timeout for each try',
    ],
    [
      'a timeout around the retry alone',
      hop('{ order: [timeout, retry], timeout: 500ms, retry: { attempts: 3, on: [timeout] } }'),
      'shop.buy -> pay.charge retries timeouts, and no try of it has one',
      'no timeout inside of the retry',
      'a timeout for each try',
    ],
  ])('tells %s, which never tries again', (_, text, ...words) => {
    expect(said(text)).toEqual([words]);
    expect(tries(text)).toBe(1);
  });

  it.each([
    [
      'a back-off just within the deadline',
      hop('{ deadline: 1s, retry: { attempts: 3, backoff: { kind: constant, base: 900ms } } }'),
    ],
    [
      'timeouts within the deadline',
      hop('{ deadline: 1s, timeout: 300ms, retry: { attempts: 3, on: [timeout] } }'),
    ],
    [
      'a callee that ends as timeout itself',
      hop(
        '{ retry: { attempts: 3, on: [timeout] } }',
        '',
        '[ { fail: timeout, probability: 50% } ]',
      ),
    ],
  ])('is silent about %s, which does', (_, text) => {
    expect(said(text)).toEqual([]);
    expect(tries(text)).toBeGreaterThan(1.05);
  });

  it('knows the deadline that a caller hands on, unless messages lead there too', () => {
    const text = (more: string): string =>
      scenario([
        'policies:',
        '  front: { deadline: 500ms }',
        '  hop: { timeout: 600ms, retry: { attempts: 2, on: [timeout] } }',
        'services:',
        '  shop: { endpoints: { buy: [ { call: cart.order, policy: front } ] } }',
        '  cart: { endpoints: { order: [ { call: pay.charge, policy: hop } ] } }',
        '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
        `workloads: { users: { arrivals: poisson(20/s), requests: [ { call: shop.buy }${more === '' ? '' : ', { name: later, steps: [ publish: jobs ] }'} ] } }`,
        more,
      ]);
    expect(said(text(''))).toEqual([
      [
        'cart.order -> pay.charge is over before its first try times out',
        '600 ms',
        'below the 500 ms that it has',
      ],
    ]);
    expect(
      said(text('queues: { jobs: { kind: simple, consumers: [ { call: cart.order } ] } }')),
    ).toEqual([]);
  });
});

describe('unused-component', () => {
  const text = (more = ''): string =>
    scenario([
      'services: { shop: { endpoints: { buy: [ wait: 1ms ] } }, old: { endpoints: { go: [ query: db.read ] } } }',
      'databases: { db: { operations: { read: 1ms } }, spare: { operations: { read: 1ms } } }',
      'functions: { thumb: { kind: lambda, steps: [ wait: 1ms ] } }',
      'gateways: { edge: { routes: [ { match: { path: /x }, to: shop.buy } ] } }',
      'queues: { jobs: { kind: simple, consumers: [ { call: shop.buy } ] }, rest: { kind: simple } }',
      'topics: { news: { kind: kafka } }',
      'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
      more,
    ]);

  it('names components that are not used, but not those that only they use', () => {
    expect(remarksOn(text(), 'unused-component').map(({ message }) => message)).toEqual([
      'nobody calls old',
      'nobody queries spare',
      'nobody calls thumb',
      'nobody calls edge',
      'nobody publishes to jobs',
      'nobody publishes to rest',
      'nobody publishes to news',
    ]);
  });

  it('gives a request that uses it', () => {
    for (const { fixExample, message } of remarksOn(text(), 'unused-component')) {
      const added = text().replace(
        /^workloads: .*$/mu,
        `${fixExample}\n  users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] }`,
      );
      const left = remarksOn(added, 'unused-component').map((remark) => remark.message);
      expect(left, added).not.toContain(message);
      expect(left).toHaveLength(6);
    }
  });

  it('is silent about what is filled from elsewhere, and faults are no use', () => {
    const filled = text('faults: [ { id: f, kind: crash, target: old, at: 5s, for: 5s } ]')
      .replace('rest: { kind: simple }', 'rest: { kind: simple, backlog: 100 }')
      .replace(
        'consumers: [ { call: shop.buy } ] }',
        'consumers: [ { call: shop.buy } ], deadLetter: rest }',
      );
    expect(remarksOn(filled, 'unused-component').map(({ message }) => message)).not.toContain(
      'nobody publishes to rest',
    );
    expect(remarksOn(filled, 'unused-component')[0].message).toBe('nobody calls old');
  });
});
