import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** A queue `jobs` whose messages a function handles. */
const source = (fn: string, consumer = ''): string =>
  scenario([
    `queues: { jobs: { kind: sqs, consumers: [ { call: resize.invoke${consumer} } ] } }`,
    `functions: { resize: { kind: lambda, ${fn} steps: [ wait: 1s ] } }`,
    'services: { api: { endpoints: { go: [ publish: jobs ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.go } ] } }',
  ]);

/** A function that calls a bank under a bundle. */
const calling = (fn: string, policy: string): string =>
  scenario([
    `functions: { pay: { kind: lambda, ${fn} steps: [ work: 100ms, { call: bank.charge, policy: ${policy} } ] } }`,
    'services: { bank: { endpoints: { charge: [ wait: 20ms ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: pay } ] } }',
  ]);

/** Rules about functions and databases. */
/** users -> shop.buy -> db.read, beside pay, with these pools by caller. */
const pooled = (pools: string): string =>
  scenario([
    'services: { shop: { endpoints: { buy: [ query: db.read ] } }, pay: { endpoints: { charge: [ wait: 1ms ] } } }',
    `databases: { db: { kind: postgres, pools: { ${pools} }, operations: { read: 1ms } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: pay.charge } ] } }',
  ]);

export const DATA_CASES: readonly RuleCase[] = [
  {
    rule: 'pool-without-caller',
    fires: pooled('pay: { maxOpen: 5 }'),
    path: 'databases.db.pools.pay',
    measured: '0 calls',
    limit: 'at least 1',
    silent: { 'that of the caller': pooled('shop: { maxOpen: 5 }') },
  },
  {
    rule: 'event-source-exceeds-function',
    fires: source('reserved: 20,'),
    path: 'queues.jobs.consumers[0].concurrency',
    measured: '1250 at once',
    limit: 'reserved 20',
    silent: {
      'no more than are reserved': source('reserved: 20,', ', concurrency: 20'),
      'nothing reserved': source(''),
    },
  },
  {
    rule: 'function-timeout-below-calls',
    fires: calling('', '{ timeout: 5s }'),
    path: 'functions.pay.timeout',
    measured: '5 s for bank.charge',
    limit: 'timeout 3 s',
    silent: {
      'a call that ends before': calling('', '{ timeout: 1s }'),
      'a timeout for it': calling('timeout: 10s,', '{ timeout: 5s }'),
      'no timeout': calling('timeout: none,', '{ timeout: 5s }'),
      'work that fits at an eighth of a core': calling('memory: 221MB,', '{ timeout: 1s }'),
    },
  },
];
