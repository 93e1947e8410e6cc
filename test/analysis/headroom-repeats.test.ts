import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/**
 * The load at which the users fill the tightest component, by the headroom of a run. All cases are above their limit: the
 * retries that the overload causes must not count, those that a callee's own failures cause must.
 */
function limitOf(text: string): { readonly rate: number; readonly name: string } {
  const { rate, components } = run(text).variant().headroom!;
  return { rate: rate * components[0].factor, name: components[0].component };
}

const LEAF = `{ concurrency: 20, queue: { capacity: 60 }, endpoints: { get: { readOnly: true, steps: [ wait: 20ms, { fail: 503, probability: 20% } ] } } }`;

/** \`leaf\` executes 20 / 20 ms = 1000/s and fails 20 % of them. */
const chain = (rate: number, services: string, policies: string): string => `
faultline: 1
title: Own failures
run: { duration: 30s, warmup: 5s, seed: 4 }
services:
  ${services}
  leaf: ${LEAF}
policies: { ${policies} }
workloads:
  users: { arrivals: poisson(${rate}/s), patience: 1s, requests: [ { call: top.get } ] }
`;

const calling = (to: string, policy = ''): string =>
  `{ runtime: async, endpoints: { get: { readOnly: true, steps: [ { call: ${to}.get${policy} } ] } } }`;

const retry = (name: string, fields: string): string =>
  `${name}: { retry: { backoff: { kind: constant, base: 5ms }, ${fields} } }`;

describe('headroom of calls that fail by themselves and are repeated', () => {
  it.each([600, 1100, 2000])('counts them at %i/s: 1000 / (1 + 0.2 + 0.04) = 806/s', (rate) => {
    const text = chain(
      rate,
      `top: ${calling('leaf', ', policy: again')}`,
      retry('again', 'attempts: 3'),
    );
    const limit = limitOf(text);
    expect(limit.name).toBe('leaf');
    expect(Math.abs(limit.rate / 806.5 - 1)).toBeLessThan(0.03);
  });

  it('counts retries of a caller further up: 1000 / (1 + 0.2) = 833/s', () => {
    const text = chain(
      1200,
      `top: ${calling('middle', ', policy: again')}\n  middle: ${calling('leaf')}`,
      retry('again', 'attempts: 2'),
    );
    expect(Math.abs(limitOf(text).rate / 833.3 - 1)).toBeLessThan(0.03);
  });

  it('multiplies those of two levels: 1000 / (1 + 0.2) / (1 + 0.2^2) = 801/s', () => {
    const text = chain(
      1200,
      `top: ${calling('middle', ', policy: again')}\n  middle: ${calling('leaf', ', policy: again')}`,
      retry('again', 'attempts: 2'),
    );
    expect(Math.abs(limitOf(text).rate / 801.3 - 1)).toBeLessThan(0.03);
  });

  it('counts no more than the budget of retries: 1000 / (1 + 0.1) = 909/s', () => {
    const text = chain(
      1300,
      `top: ${calling('leaf', ', policy: again')}`,
      retry('again', 'attempts: 3, budget: { ratio: 10%, minPerSecond: 0 }'),
    );
    expect(Math.abs(limitOf(text).rate / 909.1 - 1)).toBeLessThan(0.03);
  });

  it('counts no failure that is not retried: 1000/s', () => {
    const text = chain(
      1300,
      `top: ${calling('leaf', ', policy: again')}`,
      retry('again', 'attempts: 3, on: [ overload, 504 ]'),
    );
    expect(Math.abs(limitOf(text).rate / 1000 - 1)).toBeLessThan(0.03);
  });

  it('counts none whose failure the caller replaces: 1000/s', () => {
    const text = chain(
      1300,
      `top: ${calling('middle', ', policy: again')}\n  middle: ${calling('leaf', ', optional: true')}`,
      retry('again', 'attempts: 3'),
    );
    expect(Math.abs(limitOf(text).rate / 1000 - 1)).toBeLessThan(0.03);
  });

  it('counts those of the time of a fault: 1000 / (1 + 0.2 + 0.04) = 806/s, more with a fault on top', () => {
    // Of the executions 1 - 0.8 x 0.9 = 28 % fail, so 1.3584 attempts: 736/s.
    const { headroom } = run(
      `${chain(1300, `top: ${calling('leaf', ', policy: again')}`, retry('again', 'attempts: 3'))}
faults: [ { id: worse, kind: error, status: 503, afterWork: true, target: leaf, share: 10%, at: 10s, for: 15s } ]
`,
    ).variant();
    expect(Math.abs((headroom!.rate * headroom!.components[0].factor) / 806.5 - 1)).toBeLessThan(
      0.03,
    );
    const [worse] = headroom!.faults;
    expect(worse.components[0].component).toBe('leaf');
    expect(Math.abs((worse.rate * worse.components[0].factor) / 736.2 - 1)).toBeLessThan(0.03);
  });

  it.each([60, 130])(
    'counts them on a link, at %i/s: 10 MB/s / 100 KB / (1 + 0.2) = 83/s',
    (rate) => {
      const { headroom } = run(`
faultline: 1
title: A link
run: { duration: 60s, warmup: 5s, seed: 2 }
network: { latency: 1ms, links: [ { between: [ shop, store ], bandwidth: 10MB/s } ] }
services:
  shop: { runtime: async, endpoints: { put: { readOnly: true, steps: [ { call: store.put, policy: again } ] } } }
  store: { runtime: async, endpoints: { put: { readOnly: true, requestSize: 100KB, steps: [ wait: 2ms, { fail: 503, probability: 20% } ] } } }
policies: { again: { timeout: 1s, retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } } }
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { call: shop.put } ] }
`).variant();
      const [shop] = headroom!.components;
      expect(shop).toMatchObject({ resource: 'bandwidth', direction: 'to' });
      expect(Math.abs((headroom!.rate * shop.factor) / 83.3 - 1)).toBeLessThan(0.03);
    },
  );

  it.each([120, 300])('counts them in a pool, at %i/s: 4 / 20 ms / (1 + 0.2) = 167/s', (rate) => {
    const { headroom } = run(`
faultline: 1
title: A pool
run: { duration: 50s, warmup: 5s, seed: 2 }
services:
  shop: { runtime: async, endpoints: { put: { readOnly: true, steps: [ { query: db.put, policy: again } ] } } }
databases:
  db: { cpu: 16, pool: { maxOpen: 4, acquireTimeout: 200ms }, operations: { put: { wait: 20ms } } }
policies: { again: { retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } } }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: shop.put } ] }
faults: [ { id: flaky, kind: error, status: 503, afterWork: true, target: db, share: 20%, at: 10s, for: 40s } ]
`).variant();
    const [{ components, rate: users }] = headroom!.faults;
    expect(components[0]).toMatchObject({ component: 'shop', resource: 'connections' });
    expect(Math.abs((users * components[0].factor) / 166.7 - 1)).toBeLessThan(0.04);
  });
});

/** A saga of two steps: rooms take `rooms` of 25 ms at once, mails 10 of 40 ms, and its engine repeats mails until they succeed. */
const saga = (rate: number, rooms: number): string => `
faultline: 1
title: Steps of sagas
run: { duration: 60s, warmup: 5s, seed: 4 }
services:
  booking: { replicas: 2, concurrency: 40, endpoints: { book: [ work: 2ms, { saga: trip } ] } }
  rooms: { concurrency: ${rooms}, endpoints: { hold: { idempotent: true, steps: [ wait: 25ms ] }, release: { idempotent: true, steps: [ wait: 1ms ] } } }
  mails: { concurrency: 10, endpoints: { confirm: { idempotent: true, steps: [ wait: 40ms ] } } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: booking
    steps:
      - { name: hold, call: rooms.hold, compensation: rooms.release, policy: { timeout: 1s } }
      - { name: mail, call: mails.confirm, kind: retryable, policy: { timeout: 1s } }
workloads: { guests: { arrivals: poisson(${rate}/s), patience: 5s, requests: [ { call: booking.book } ] } }
`;

describe('headroom of the steps of sagas', () => {
  it.each([100, 270])('counts a step once that the engine repeats, at %i/s: 10 / 40 ms', (rate) => {
    const { rate: limit, name } = limitOf(saga(rate, 40));
    expect(name).toBe('mails');
    expect(limit / 250).toBeGreaterThan(0.97);
    expect(limit / 250).toBeLessThan(1.03);
  });

  it('counts the requests that are due at a full first step: 5 / 25 ms', () => {
    const { rate: limit, name } = limitOf(saga(240, 5));
    expect(name).toBe('rooms');
    // The sagas that it refuses are undone there: 1 ms for each of 26 ms.
    expect(limit / 200).toBeGreaterThan(0.94);
    expect(limit / 200).toBeLessThan(1.05);
  });
});

describe('headroom of what consumers call that repeat refused calls', () => {
  /** 2 x 3 connections of 35 ms serve 171/s; a message that gets none within 20 ms comes again. */
  const consumers = (rate: number, queue: string, handler = '', batch = ''): string => `
faultline: 1
title: Refused messages
run: { duration: 40s, warmup: 5s, seed: 4 }
services:
  api: { runtime: async, endpoints: { post: [ publish: orders ] } }
  worker: { replicas: 2, endpoints: { handle: [ { query: db.insert }${handler} ] } }
databases:
  db: { maxConnections: 100, pool: { maxOpen: 3, acquireTimeout: 20ms }, operations: { insert: { wait: 35ms } } }
queues: { orders: { ${queue}, consumers: [ { call: worker.handle, concurrency: 40${batch} } ] } }
workloads:
  shop: { arrivals: poisson(${rate}/s), requests: [ { call: api.post } ] }
`;
  const limit = (text: string): number => {
    const { rate, components } = run(text).variant().headroom!;
    expect(components[0]).toMatchObject({ component: 'worker', resource: 'connections' });
    return rate * components[0].factor;
  };

  // Before, each refused delivery counted as a message: 22/s, though 171/s were handled.
  it.each(['kind: rabbitmq', 'kind: sqs, visibilityTimeout: 1s'])(
    'counts a message once: %s',
    (queue) => {
      expect(Math.abs(limit(consumers(450, queue)) / (6 / 0.035) - 1)).toBeLessThan(0.03);
    },
  );

  // Before, 46/s of 991/s: each refused batch counted as published.
  it('counts the messages of batches once: five in each of 171/s', () => {
    const text = consumers(1000, 'kind: rabbitmq', '', ', batch: 5').replace('40s', '10s');
    expect(Math.abs(limit(text) / ((5 * 6) / 0.035) - 1)).toBeLessThan(0.03);
  });

  it('counts each time what fails by itself: 171 x 80 %', () => {
    const text = consumers(60, 'kind: rabbitmq', ', { fail: 500, probability: 20% }');
    expect(Math.abs(limit(text) / ((0.8 * 6) / 0.035) - 1)).toBeLessThan(0.03);
  });
});

/** Above its limit, where a failed call ends its caller, which then makes none of the calls after it. */
const cutShort = (page: string, a: number): string => `
faultline: 1
title: Callers that end early
run: { duration: 12s, warmup: 3s, seed: 4 }
services:
  web: { runtime: async, endpoints: { page: [ ${page} ] } }
  a: { concurrency: ${a}, queue: { capacity: 60 }, endpoints: { get: [ wait: 10ms ] } }
  b: { concurrency: 7, queue: { capacity: 60 }, endpoints: { get: [ wait: 100ms ] } }
workloads:
  users: { arrivals: poisson(140/s), patience: 5s, requests: [ { call: web.page } ] }
`;

describe('headroom of calls that are not made because an earlier one failed', () => {
  it.each([
    [
      'a page of 20 calls, five at a time: 22 / 10 ms / 20 = 110/s',
      '{ parallel: { each: 20, maxConcurrent: 5, branches: [ { call: a.get } ] } }',
      22,
      110,
    ],
    [
      'a call after one to another full component: 7 / 100 ms = 70/s',
      '{ call: a.get }, { call: b.get }',
      1,
      70,
    ],
  ] as const)('counts them: %s', (_, page, a, rate) => {
    expect(Math.abs(limitOf(cutShort(page, a)).rate / rate - 1)).toBeLessThan(0.03);
  });
});
