import { describe, expect, it } from 'vitest';
import { golden } from './tracing.js';

/** A place of a bundle: the path from `shop.buy` to one call of `bank.charge` under the bundle `pay`. */
interface PlaceOfBundle {
  readonly steps: string;
  readonly more?: string;
}

const PLACES: Readonly<Record<string, PlaceOfBundle>> = {
  'a step': { steps: 'call: bank.charge, policy: pay' },
  'a step of a saga': {
    steps: 'saga: order',
    more: `
sagas:
  order:
    kind: orchestrated
    orchestrator: shop
    steps: [ { name: pay, call: bank.charge, compensation: bank.refund, policy: pay } ]`,
  },
  'the compensations of a saga': {
    steps: 'saga: order',
    more: `
sagas:
  order:
    kind: orchestrated
    orchestrator: shop
    compensationPolicy: pay
    steps:
      - { name: reserve, call: depot.reserve, compensation: bank.charge }
      - { name: ship, call: depot.refuse, compensation: depot.reserve }`,
  },
  'the steps of a fallback': {
    steps: 'call: depot.fail, policy: otherwise',
    more: `
policies:
  otherwise: { fallback: { steps: [ { call: bank.charge, policy: pay } ] } }`,
  },
  'a step that handles a failure': {
    steps: 'call: depot.fail, onError: [ { call: bank.charge, policy: pay } ]',
  },
  'a step that loads a value for a cache': {
    steps: 'cache: { get: prices, onMiss: [ { call: bank.charge, policy: pay } ] }',
    more: `
caches:
  prices: { keys: product, levels: [ { name: near, kind: local } ] }`,
  },
  'a step that writes a value through a cache': {
    steps: 'cache: { set: prices, write: [ { call: bank.charge, policy: pay } ] }',
    more: `
caches:
  prices: { keys: product, pattern: writeThrough, levels: [ { name: near, kind: local } ] }`,
  },
  'a step inside a lock': {
    steps: 'lock: { on: product, steps: [ { call: bank.charge, policy: pay } ] }',
  },
  'a step after the response': {
    steps: 'respond: { status: 202, then: [ { call: bank.charge, policy: pay } ] }',
  },
};

/**
 * One request. The responses of the bank are lost until 1,150 ms: tries at 1000, 1100 and 1200 ms (later if other
 * calls come first), each of which the bank would execute in 20 ms.
 */
function charge({ steps, more = '' }: PlaceOfBundle, key: string) {
  const [policies = '', rest = ''] = more.includes('policies:')
    ? [more.replace('\npolicies:', ''), '']
    : ['', more];
  const { ran, at } = golden(
    `
keys: { product: uniform(count=1) }
policies:
  pay: { timeout: 100ms, retry: { attempts: 3, on: [any] } ${key} }
${policies}
services:
  shop: { runtime: async, endpoints: { buy: [ { ${steps} } ] } }
  bank: { endpoints: { charge: [ wait: 20ms ], refund: [ wait: 1ms ] } }
  depot: { endpoints: { reserve: [ wait: 1ms ], fail: [ fail: 500 ], refuse: [ fail: 400 ] } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: split, kind: partition, between: [shop, bank], direction: from, at: 1s, for: 150ms } ]
${rest}`,
    '10s',
  );
  const plan = ran.plans[0]!;
  const record = ran.records[0]![0]!.parts[plan.parts.findIndex(({ name }) => name === 'charge')]!;
  const sum = (cells: ArrayLike<number>): number => Array.from(cells).reduce((a, b) => a + b, 0);
  return {
    tries: at('bank.charge').length,
    executions: sum(record.busyNs) / 20e6,
    duplicates: sum(record.duplicates),
  };
}

describe('an idempotency key in the bundle of', () => {
  it.each(Object.entries(PLACES))('%s makes the callee execute once', (_, place) => {
    const bare = charge(place, '');
    expect(bare.tries).toBe(3);
    expect(bare).toEqual({ tries: 3, executions: 3, duplicates: 2 });
    expect(charge(place, ', idempotencyKey: request')).toEqual({
      tries: 3,
      executions: 1,
      duplicates: 0,
    });
  });
});

describe('duplicates', () => {
  it('count what was executed again although a key was sent: here each result is kept for 50 ms only', () => {
    const short = charge(PLACES['a step']!, ', idempotencyKey: { key: request, window: 50ms }');
    expect(short).toEqual({ tries: 3, executions: 3, duplicates: 2 });
  });
});

describe('an idempotency key for the commands of a cache', () => {
  it('is refused: no cache looks for one', () => {
    const command = (key: string) =>
      golden(
        `
keys: { product: uniform(count=1) }
policies:
  pay: { timeout: 100ms ${key} }
caches:
  prices: { keys: product, levels: [ { name: shared, kind: redis, latency: 1ms } ] }
services:
  shop: { endpoints: { buy: [ { cache: { set: prices }, policy: pay } ] } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: shop.buy } ] } }
`,
        '2s',
      );
    expect(() => command('')).not.toThrow();
    expect(() => command(', idempotencyKey: request')).toThrow(
      /policies\.pay\.idempotencyKey: FL712 prices is a cache, which looks for no idempotency key/,
    );
  });
});
