import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** 100 messages a second to a queue, whose handler `work.handle` runs these steps. */
function behind(steps: string, consumer = '', more: readonly string[] = [], work = ''): string {
  return scenario([
    `queues: { jobs: { kind: sqs, consumers: [ { call: work.handle${consumer} } ] } }`,
    'services:',
    '  shop: { endpoints: { buy: [ publish: jobs ] } }',
    `  work: { endpoints: { handle: { idempotent: true, ${work}steps: [ ${steps} ] } } }`,
    ...more,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const PSP = '  psp: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }';
const HANDLERS = ', concurrency: 4';

/** The handler queries a database through a pool of this size. */
const querying = (size: number, handlers: number): string =>
  behind('{ query: db.read, policy: { timeout: 1s } }', `, concurrency: ${handlers}`, [
    `databases: { db: { pool: { maxOpen: ${size} }, operations: { read: { wait: 20ms } } } }`,
  ]);

/** The handler waits for `psp`, and that for `bank`. */
const inverted = (inner: string, consumer = ''): string =>
  behind('{ call: psp.charge, policy: { timeout: 500ms } }', `${HANDLERS}${consumer}`, [
    `  psp: { endpoints: { charge: { idempotent: true, steps: [ { call: bank.pay, policy: { timeout: ${inner} } } ] } } }`,
    '  bank: { endpoints: { pay: [ wait: 20ms ] } }',
  ]);

const TRY = 'retry: { attempts: 3, backoff: { kind: constant, base: 1ms, jitter: full } }';

/** A queue hands out each message up to five times, and the handler retries its call. */
const retried = (queue: string, policy: string, consumer = ''): string =>
  behind(`{ call: psp.charge, policy: { timeout: 1s, ${policy} } }`, `${HANDLERS}${consumer}`, [
    PSP,
  ]).replace('jobs: { kind: sqs, ', `dead: { kind: sqs }, jobs: { kind: sqs, ${queue}`);
const FIVE = 'maxReceiveCount: 5, deadLetter: dead, ';

/** A step of a saga with this engine, whose call is tried three times. */
const engine = (fields: string): string =>
  scenario([
    'services:',
    '  shop: { endpoints: { buy: [ saga: order ] } }',
    '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] }, refund: { idempotent: true, steps: [ wait: 20ms ] } } }',
    'policies:',
    `  hop: { timeout: 1s, ${TRY} }`,
    `sagas: { order: { kind: orchestrated, orchestrator: shop, ${fields}, steps: [ { name: charge, call: pay.charge, compensation: pay.refund, policy: hop } ] } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** Half of the messages that a group handles are published to its own topic again. */
const again = (policy: string): string =>
  scenario([
    'topics: { news: { kind: kafka, subscribers: [ { group: mail, call: work.handle, inbox: {} } ] } }',
    'services:',
    '  shop: { endpoints: { buy: [ publish: news ] } }',
    `  work: { endpoints: { handle: [ { call: psp.charge${policy} }, { publish: news, probability: 0.5 } ] } }`,
    PSP,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** A call with this policy; `spare` stands in for `psp`, and `limits` keeps the state of limiters. */
const beside = (policy: string, outbound: string): string =>
  scenario([
    'databases: { limits: { operations: { count: { work: 1ms } } } }',
    'services:',
    `  shop: { outbound: { ${outbound} }, endpoints: { buy: [ { call: psp.charge, policy: { timeout: 1s, ${policy} } } ] } }`,
    PSP,
    '  spare: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);
const INSTEAD = 'fallback: { call: spare.charge }';
const COUNTED =
  'rateLimit: { kind: fixedWindow, limit: 100, window: 1s, scope: caller, store: { of: limits.count } }';

/** A canary whose steps call `psp` with this policy. */
const canary = (policy: string): string =>
  scenario([
    'services:',
    '  shop:',
    '    replicas: 2',
    '    versions:',
    '      v1: {}',
    `      v2: { endpoints: { buy: [ { call: psp.charge${policy} } ] } }`,
    '    rollout: { kind: rolling, at: 10s, to: v2 }',
    '    endpoints: { buy: [ wait: 1ms ] }',
    PSP,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** Rules about calls, for those that the handler of a message makes. */
export const BEHIND_CASES: readonly RuleCase[] = [
  {
    rule: 'call-without-time-limit',
    fires: behind('call: psp.charge', HANDLERS, [PSP]),
    path: 'services.work.endpoints.handle.steps[0]',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: {
      'the call has one': behind('{ call: psp.charge, policy: { timeout: 1s } }', HANDLERS, [PSP]),
      'the consumer ends each handling': behind(
        'call: psp.charge',
        `${HANDLERS}, policy: { timeout: 1s }`,
        [PSP],
      ),
      'the endpoint ends each run': behind('call: psp.charge', HANDLERS, [PSP], 'timeLimit: 1s, '),
      'no message comes': behind('call: psp.charge', HANDLERS, [PSP]).replace(
        'publish: jobs',
        'wait: 1ms',
      ),
    },
  },
  {
    rule: 'call-without-time-limit',
    // The messages go round, but the walk ends.
    fires: again(''),
    path: 'services.work.endpoints.handle.steps[0]',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: { 'the call has one': again(', policy: { timeout: 1s }') },
  },
  {
    rule: 'call-without-time-limit',
    // The time limit of a call does not cover what replaces it.
    fires: beside(INSTEAD, ''),
    path: 'services.shop.endpoints.buy.steps[0].policy.fallback',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: { 'it has one by `outbound`': beside(INSTEAD, 'spare: { timeout: 1s }') },
  },
  {
    rule: 'call-without-time-limit',
    fires: canary(''),
    path: 'services.shop.versions.v2.endpoints.buy.steps[0]',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: { 'the call has one': canary(', policy: { timeout: 1s }') },
  },
  {
    rule: 'query-without-time-limit',
    fires: beside(COUNTED, ''),
    path: 'services.shop.endpoints.buy.steps[0].policy.rateLimit',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: { 'it has one by `outbound`': beside(COUNTED, 'limits: { timeout: 1s }') },
  },
  {
    rule: 'query-without-time-limit',
    fires: querying(10, 4).replace(', policy: { timeout: 1s }', ''),
    path: 'services.work.endpoints.handle.steps[0]',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: { 'the query has one': querying(10, 4) },
  },
  {
    rule: 'pool-below-concurrency',
    // 100/s x 20 ms = 2 connections are busy on average.
    fires: querying(1, 4),
    path: 'databases.db.pool.maxOpen',
    measured: '1 connections for 100/s x 20 ms = 2',
    limit: 'at least 2',
    silent: { 'as many as are busy': querying(2, 4), 'no more handlers': querying(1, 1) },
  },
  {
    rule: 'retry-product',
    fires: retried(FIVE, TRY),
    path: 'services.work.endpoints.handle.steps[0].policy.retry.attempts',
    measured: '5 x 3 = 15 attempts',
    limit: 'at most 9',
    silent: {
      'three times': retried(FIVE.replace('5', '3'), TRY),
      'the retries have a budget': retried(
        FIVE,
        TRY.replace('backoff', 'budget: { ratio: 20%, minPerSecond: 1 }, backoff'),
      ),
    },
  },
  {
    rule: 'retry-product',
    // Tries inside the consumer belong to one delivery.
    fires: retried(FIVE, TRY, ', retry: { attempts: 2 }, onPoison: skip'),
    path: 'services.work.endpoints.handle.steps[0].policy.retry.attempts',
    measured: '10 x 3 = 30 attempts',
    limit: 'at most 9',
    silent: {},
  },
  {
    rule: 'retry-product',
    // Conductor sends a command four times, each with the tries of its call.
    fires: engine('engine: conductor'),
    path: 'policies.hop.retry.attempts',
    measured: '4 x 3 = 12 attempts',
    limit: 'at most 9',
    silent: {
      'the engine sends it once': engine('engine: eventuate'),
      'the engine tries without end, with longer and longer pauses': engine('engine: temporal'),
    },
  },
  {
    rule: 'timeout-inversion',
    fires: inverted('1s'),
    path: 'services.psp.endpoints.charge.steps[0].policy.timeout',
    measured: '1 s',
    limit: 'below 500 ms',
    silent: { 'the inner limit is below': inverted('400ms') },
  },
];
