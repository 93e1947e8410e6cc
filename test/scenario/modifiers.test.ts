import { describe, expect, it } from 'vitest';
import { golden, outcomes } from '../golden/tracing.js';
import { load } from './support.js';

/** A service with one step, and everything that a step can refer to. */
const body = (step: string): string => `
keys: { product: uniform(count=1) }
caches:
  near: { keys: product, levels: [ { name: own, kind: local } ] }
  shared: { keys: product, levels: [ { name: own, kind: local }, { name: far, kind: redis, latency: 1ms } ] }
  strict: { keys: product, onError: fail, levels: [ { name: far, kind: redis, latency: 1ms } ] }
  through: { keys: product, pattern: readThrough, levels: [ { name: far, kind: redis, latency: 1ms } ] }
  later: { keys: product, pattern: writeBehind, levels: [ { name: own, kind: local } ] }
  first: { keys: product, pattern: writeThrough, levels: [ { name: own, kind: local } ] }
databases: { db: { operations: { read: 1ms, write: { work: 1ms, write: true } } } }
topics: { news: { kind: bus } }
sagas:
  order: { kind: orchestrated, orchestrator: shop, steps: [ { name: pay, call: bank.charge, compensation: bank.undo } ] }
services:
  shop: { endpoints: { buy: [ ${step} ], broken: [ fail: 500 ] } }
  bank: { endpoints: { charge: [ fail: 400 ], undo: [ wait: 1ms ], handled: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: shop.buy } ] } }
`;

const HANDLER = 'onError: [ call: bank.handled ]';
const TIME = 'only takes time and cannot fail';
const NO_ONE = 'nothing waits for a background step, so no failure arrives';

/** Step, field and reason. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['{ work: 1ms, optional: true }', 'optional', `work ${TIME}: remove optional`],
  [`{ work: 1ms, ${HANDLER} }`, 'onError', `work ${TIME}: remove onError`],
  ['{ wait: 1ms, optional: true }', 'optional', `wait ${TIME}: remove optional`],
  [`{ wait: 1ms, ${HANDLER} }`, 'onError', `wait ${TIME}: remove onError`],
  [
    '{ respond: 202, optional: true }',
    'optional',
    'respond ends the program, so nothing follows it',
  ],
  [`{ respond: 202, ${HANDLER} }`, 'onError', 'respond ends the program, so nothing follows it'],
  ['{ respond: 202, times: 2 }', 'times', 'respond ends the program the first time: remove times'],
  ['{ fail: 500, times: 3 }', 'times', 'fail ends the program the first time: remove times'],
  [
    '{ fail: 500, times: uniform(min=0 max=1) }',
    'times',
    'For a share of the requests write probability',
  ],
  [
    `{ call: bank.charge, optional: true, ${HANDLER} }`,
    'optional',
    'optional and onError exclude each other',
  ],
  [
    '{ call: bank.charge, background: true, optional: true }',
    'optional',
    `${NO_ONE}: remove optional`,
  ],
  [`{ call: bank.charge, background: true, ${HANDLER} }`, 'onError', `${NO_ONE}: remove onError`],
  [
    '{ fail: 500, background: true }',
    'background',
    'nothing waits for a background step, so this failure has no effect',
  ],
  ['{ cache: { set: near }, optional: true }', 'optional', 'a set in near is a change in memory'],
  [`{ cache: { delete: near }, ${HANDLER} }`, 'onError', 'a delete in near is a change in memory'],
  [
    '{ cache: { set: shared }, optional: true }',
    'optional',
    'a set ignores the failures of shared',
  ],
  [
    `{ cache: { delete: shared }, ${HANDLER} }`,
    'onError',
    'write onError: fail at the cache if they matter',
  ],
  [
    `{ cache: { set: later, write: [ call: bank.charge ] }, ${HANDLER} }`,
    'onError',
    'a set in later is a change in memory',
  ],
  [
    '{ cache: { set: first, write: [ wait: 1ms ] }, optional: true }',
    'optional',
    'change in memory',
  ],
  [
    '{ cache: { set: near }, policy: { timeout: 1s } }',
    'policy',
    'every level of near is inside the process',
  ],
  [
    '{ parallel: [ [ wait: 1ms ], [ work: 1ms ] ], optional: true }',
    'optional',
    'no step inside this parallel can fail',
  ],
  [
    `{ choose: [ { weight: 1, steps: [ wait: 1ms ] } ], ${HANDLER} }`,
    'onError',
    'no step inside this choose can fail',
  ],
  [
    `{ loop: { times: 2, steps: [ { call: bank.charge, optional: true } ] }, ${HANDLER} }`,
    'onError',
    'no step inside this loop can fail',
  ],
  [
    `{ loop: { times: 2, steps: [ { call: bank.charge, background: true } ] }, optional: true }`,
    'optional',
    'no step inside this loop can fail',
  ],
  [
    `{ loop: { times: 2, steps: [ { call: bank.charge, onError: [ wait: 1ms ] } ] }, optional: true }`,
    'optional',
    'no step inside this loop can fail',
  ],
  [
    '{ parallel: { join: bestEffort(1s), branches: [ [ call: bank.charge ] ] }, optional: true }',
    'optional',
    'join: bestEffort continues regardless of failures',
  ],
  [
    '{ lock: { on: product, steps: [ wait: 1ms ] }, optional: true }',
    'optional',
    'no step inside this lock can fail',
  ],
  [`{ saga: order, ${HANDLER} }`, 'onError', 'write await: true to wait for its end'],
];

/** Steps that fail, so that their handling is visible. */
const FAILING: readonly string[] = [
  'call: bank.charge',
  'query: db.read, policy: { timeout: 100us }',
  'fail: 500',
  'saga: { start: order, await: true }',
  'parallel: { join: any, branches: [ [ call: bank.charge ] ] }',
  'call: self.broken',
  'lock: { on: product, acquireTimeout: 1ms, steps: [ call: bank.charge ] }',
  'cache: { get: near }',
  'cache: { refresh: near, onMiss: [ call: bank.charge ] }',
  'cache: { set: strict }, policy: { timeout: 100us }',
  'cache: { delete: through }, policy: { timeout: 100us }',
  'cache: { set: first, write: [ call: bank.charge ] }',
  'parallel: [ [ call: bank.charge ], [ wait: 1ms ] ]',
  'choose: [ { weight: 1, steps: [ call: bank.charge ] } ]',
  'loop: { times: 2, steps: [ call: bank.charge ] }',
  'loop: { times: 2, steps: [ { call: bank.charge, onError: [ fail: 500 ] } ] }',
  'lock: { on: product, steps: [ call: bank.charge ] }',
  'transaction: { database: db, steps: [ query: db.write, call: bank.charge ] }',
];

describe('a modifier that could change nothing is refused', () => {
  it.each(REFUSED)('%s', (step, field, reason) => {
    const text = `faultline: 1\ntitle: Modifiers\nrun: { duration: 10s }${body(step)}`;
    const { problems } = load(text);
    const path = `services.shop.endpoints.buy.steps[0].${field}`;
    expect(problems.map(({ code, path }) => [code, path])).toEqual([['FL208', path]]);
    expect(problems[0]!.message).toContain(reason);
  });
});

describe('a modifier of a step that can fail acts', () => {
  it.each(FAILING)('%s', (step) => {
    const ran = (modifier: string) => golden(body(`{ ${step}${modifier} }`), '10s');
    expect(outcomes(ran('').requests)).not.toEqual(['ok']);
    expect(outcomes(ran(', optional: true').requests)).toEqual(['ok']);
    const handled = ran(`, ${HANDLER}`);
    expect(outcomes(handled.requests)).toEqual(['ok']);
    expect(handled.at('bank.handled')).toHaveLength(1);
  });

  it('times repeats each of them that continues', () => {
    const { at } = golden(body('{ call: bank.handled, times: 3 }'), '10s');
    expect(at('bank.handled')).toHaveLength(3);
  });

  it('policy bounds the call of a cache that is a server', () => {
    // The endpoint relays a timeout as its own error.
    const hit = golden(body('{ cache: { set: strict }, policy: { timeout: 100us } }'), '10s');
    expect(outcomes(hit.requests)).toEqual(['serverError']);
  });
});

describe('work and wait have no failure of their own', () => {
  const ends = (fault: string, fields = ''): string[] => {
    const shop = `{ ${fields} endpoints: { buy: [ work: 2s ] } }`;
    const { requests } = golden(
      `
services: { shop: ${shop} }
workloads: { users: { arrivals: { at: [ 1s ] }, patience: { after: 1500ms, cancel: true }, requests: [ { call: shop.buy } ] } }
${fault}`,
      '10s',
    );
    return outcomes(requests);
  };

  it('a crash takes the program with the step, so no handler could run', () => {
    const crash = 'faults: [ { id: dies, kind: crash, target: shop, at: 2s, for: 1s } ]';
    expect(ends(crash)).toEqual(['reset']);
  });

  it('and so do a cancellation and the time limit of an endpoint', () => {
    expect(ends('', 'cancellation: immediate,')).toEqual(['abandoned']);
    const limit = `
services: { shop: { endpoints: { buy: { timeLimit: 1s, steps: [ work: 2s ] } } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: shop.buy } ] } }`;
    expect(outcomes(golden(limit, '10s').requests)).toEqual(['serverError']);
  });
});
