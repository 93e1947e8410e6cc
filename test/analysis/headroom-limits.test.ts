import { describe, expect, it } from 'vitest';
import { capacity } from '../../src/index.js';
import type { Headroom } from '../../src/contracts/result/headroom.js';
import { tightestWords, useWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

/** A system with one limit: calls of 30 ms, everything else without a limit worth a mention. At least 10,000 calls. */
const system = (rate: number, call: string, body: string): string => `
faultline: 1
title: A limit
run: { duration: ${rate < 200 ? 120 : 50}s, warmup: 10s, seed: 3, replications: 1 }
workloads: { users: { arrivals: poisson(${rate}/s), requests: [ { call: ${call} } ] } }
${body}
`;
const called = (policy: string, more = ''): string => `
services:
  shop: { concurrency: 1000, endpoints: { buy: [ call: psp.pay ] }, outbound: { psp: psp }${more} }
  psp: { concurrency: 1000, endpoints: { pay: [ wait: exponential(30ms) ] } }
policies: { psp: { ${policy} } }`;
const store = (admission: string): string => `
services:
  shop: { concurrency: 1000, admission: { ${admission} }, endpoints: { buy: [ wait: exponential(30ms) ] } }`;

/** A server with few connections, and instances that ask it. */
const server = (replicas: number, connections: number, pool = ''): string => `
services:
  shop: { replicas: ${replicas}, concurrency: 1000, endpoints: { buy: [ query: pg.find ] } }
databases:
  pg: { maxConnections: ${connections}${pool}, operations: { find: { wait: exponential(40ms) } } }`;

/** Requests per second that each holds, by hand. */
const CASES: Readonly<Record<string, readonly [hold: number, by: string, text: string]>> = {
  // Erlang B: 10 permits refuse 1 % of 4.46 Erlang.
  'a bulkhead without a queue': [
    4.461 / 0.03,
    'shop bulkhead psp',
    system(90, 'shop.buy', called('bulkhead: { maxConcurrent: 10 }')),
  ],
  'a bulkhead with a queue: 10 permits of 30 ms': [
    10 / 0.03,
    'shop bulkhead psp',
    system(200, 'shop.buy', called('bulkhead: { maxConcurrent: 10, maxQueue: 100 }')),
  ],
  // Two calls of each request, of two callers with three instances each, share the 10 permits.
  'a bulkhead that all callers share': [
    4.461 / 0.03 / 2,
    'desk bulkhead psp',
    system(
      45,
      'shop.buy',
      `
defaults: { services: { concurrency: 1000, replicas: 3 } }
services:
  shop: { endpoints: { buy: [ call: desk.ask, call: psp.pay ] }, outbound: { psp: psp } }
  desk: { endpoints: { ask: [ call: psp.pay ] }, outbound: { psp: psp } }
  psp: { endpoints: { pay: [ wait: exponential(30ms) ] } }
policies: { psp: { bulkhead: { maxConcurrent: 10, scope: global } } }`,
    ),
  ],
  // M/D/1 with 20 places refuses 1 % at 95.8 % of the rate, for each of two callers.
  'a rate limit of the caller': [
    2 * 80 * 0.958,
    'shop rate limit psp',
    system(90, 'shop.buy', called('rateLimit: { rate: 80/s, burst: 20 }', ', replicas: 2')),
  ],
  // The part of a Poisson number that exceeds 200 is 1 % at a mean of 189.9.
  'a rate limit of the callee': [
    189.9,
    'shop rate limit',
    system(90, 'shop.buy', store('rateLimit: { kind: fixedWindow, limit: 200, window: 1s }')),
  ],
  'a concurrency limit': [
    5.876 / 0.03,
    'shop concurrency limit',
    system(90, 'shop.buy', store('concurrencyLimit: { kind: fixed, limit: 12 }')),
  ],
  'a limit of a gateway': [
    150 * 0.984,
    'edge rate limit',
    system(
      90,
      'edge',
      `
gateways:
  edge: { concurrency: 1000, routes: [ { name: buy, to: shop.buy } ], middleware: [ { rateLimit: { kind: gcra, rate: 150/s, burst: 30 } } ] }
services:
  shop: { concurrency: 1000, endpoints: { buy: [ wait: 10ms ] } }`,
    ),
  ],
  'a pool of connections': [
    10 / 0.03,
    'shop connections db',
    system(
      200,
      'shop.buy',
      `
services:
  shop: { concurrency: 1000, endpoints: { buy: [ query: db.q ] } }
databases: { db: { cpu: 100, pool: { maxOpen: 10 }, operations: { q: { wait: exponential(30ms) } } } }`,
    ),
  ],
};

// prettier-ignore
const SERVERS: typeof CASES = {
  // Erlang B: 60 connections refuse 1 % of 46.95 Erlang.
  'the connections of a server with one caller': [
    46.95 / 0.04,
    'pg connections',
    system(900, 'shop.buy', server(1, 60)),
  ],
  'those of callers that keep hardly any idle connection': [
    46.95 / 0.04,
    'pg connections',
    system(900, 'shop.buy', server(3, 60, ', pool: { kind: go, maxOpen: 60 }')),
  ],
  // Pools that it has room for have calls wait: all of them are used.
  'pools that have all connections of their server': [
    20 / 0.04,
    'shop connections pg',
    system(300, 'shop.buy', server(2, 20, ', pool: { maxOpen: 10 }')),
  ],
};

function headroomOf(text: string): Headroom {
  const { headroom } = run(text).variant();
  if (headroom === undefined) throw new Error('no headroom');
  return headroom;
}

describe('headroom and capacity agree with the hand calculation', () => {
  it.each(Object.entries({ ...CASES, ...SERVERS }))(
    '%s',
    { timeout: 60_000 },
    async (_, [hold, by, text]) => {
      const { components, rate } = headroomOf(text);
      const [first] = components;
      expect(
        [first!.component, first!.by ?? first!.resource, first!.of ?? ''].join(' ').trim(),
      ).toBe(by);
      expect(Math.abs((rate * first!.factor) / hold - 1)).toBeLessThan(0.05);
      const { limits, need } = await capacity(text, { resolution: 0.02 });
      expect(Math.abs(limits[0]!.rate / hold - 1)).toBeLessThan(0.05);
      expect(limits[0]!.full).toMatchObject({
        component: first!.component,
        resource: first!.resource,
      });
      // The next step raises the limit, and not the replicas.
      expect(need!.holds).toBe(true);
      expect(need!.settings.every(({ path }) => !path.endsWith('replicas'))).toBe(true);
    },
  );

  it('of a server counts all of its callers, which take connections from each other', () => {
    const { components } = headroomOf(`
faultline: 1
title: Two callers
run: { duration: 120s, warmup: 10s, seed: 3, replications: 1 }
workloads:
  users: { arrivals: poisson(300/s), requests: [ { call: shop.buy } ] }
  clerks: { arrivals: poisson(300/s), requests: [ { call: desk.sell } ] }
services:
  shop: { concurrency: 1000, endpoints: { buy: [ query: pg.find ] } }
  desk: { concurrency: 1000, endpoints: { sell: [ query: pg.find ] } }
databases:
  pg: { maxConnections: 60, operations: { find: { wait: exponential(40ms) } } }`);
    const [first] = components;
    expect([first!.component, first!.resource, first!.of]).toEqual(['pg', 'connections', null]);
    // 24 of 60 are in use: by hand 1.96x at most, and less because each pool keeps what is idle.
    expect(first!.used / 24).toBeCloseTo(1, 1);
    expect(first!.factor).toBeGreaterThan(1.5);
    expect(first!.factor).toBeLessThan(1.96);
  });

  it.each([25, 32, 65])(
    'of workers with a short queue is where it refuses some, at %d/s',
    (rate) => {
      const service =
        'services: { shop: { concurrency: 2, queue: { capacity: 2 }, endpoints: { buy: [ wait: exponential(20ms) ] } } }';
      const headroom = headroomOf(system(rate, 'shop.buy', service));
      const [first] = headroom.components;
      // M/M/2/4 refuses 1 % of 0.624 Erlang.
      expect(Math.abs(first!.saturatesAt / (0.624 / 0.02) - 1)).toBeLessThan(0.06);
      expect(first!.factor > 1).toBe(rate === 25);
      // A queue that refuses none says nothing.
      const long = headroomOf(
        system(rate, 'shop.buy', service.replace('capacity: 2', 'capacity: 200')),
      );
      expect(long.components[0]!.saturatesAt / 100).toBeCloseTo(1, 1);
    },
  );

  it('of evenly spaced calls uses all of a rate limit', () => {
    const text = system(90, 'shop.buy', called('rateLimit: { rate: 150/s, burst: 10 }'));
    const [first] = headroomOf(text.replace('poisson(', 'constant(')).components;
    expect(first!.saturatesAt).toBeCloseTo(150, 3);
    expect(headroomOf(text).components[0]!.saturatesAt / 150).toBeCloseTo(0.864, 2);
  });

  it('counts the calls that a retry repeats inside of a bulkhead as one, and those outside of it as many', () => {
    const [, , text] = CASES['a bulkhead without a queue']!;
    const fails = text.replace('pay: [ wait', 'pay: [ { fail: 503, probability: 20% }, wait');
    const at = (order: string): number => {
      const policy = `retry: { maxAttempts: 2 }, order: [ ${order} ], bulkhead`;
      return headroomOf(fails.replace('bulkhead', policy)).components[0]!.saturatesAt;
    };
    // 24 ms on average, and 1.2 attempts for each call.
    expect(at('retry, bulkhead') / (4.461 / 0.024)).toBeCloseTo(1, 1);
    expect(at('bulkhead, retry') / at('retry, bulkhead')).toBeLessThan(0.9);
  });

  it('is the same where its refusals are called again: they are not due without the refusals', async () => {
    // 120/s for 100/s with bursts of 20: each refused call is made up to three times.
    const textOf = (attempts: number): string =>
      system(
        120,
        'shop.buy',
        `
services:
  shop: { concurrency: 1000, endpoints: { buy: [ { call: psp.pay, policy: psp } ] } }
  psp: { external: true, admission: { rateLimit: { rate: 100/s, burst: 20 } }, endpoints: { pay: [ wait: 30ms ] } }
policies: { psp: { retry: { attempts: ${attempts}, backoff: { kind: constant, base: 200ms } } } }`,
      );
    const [once, thrice] = [1, 3].map((attempts) => headroomOf(textOf(attempts)).components[0]!);
    expect(once!.by).toBe('rate limit');
    expect(once!.saturatesAt).toBeGreaterThan(90);
    expect(once!.saturatesAt).toBeLessThanOrEqual(100);
    expect(thrice!.used).toBeCloseTo(100, 0);
    expect(Math.abs(thrice!.saturatesAt / once!.saturatesAt - 1)).toBeLessThan(0.03);
    // 149/s need 155/s, of which the part that a burst leaves is 96 %; tries are 5 % apart.
    const { need } = await capacity(textOf(3), { resolution: 0.05 });
    expect(need!.holds).toBe(true);
    const { path, to } = need!.settings[0]!;
    expect(path).toMatch(/rateLimit\.rate$/);
    expect(parseFloat(to) / need!.rate).toBeGreaterThan(1);
    expect(parseFloat(to) / need!.rate).toBeLessThan(1.1);
  });

  it('counts what the calls show where they are not independent', () => {
    // One permit, and calls of exactly 0.5 s, one each second: none is refused.
    const even = `
faultline: 1
title: Evenly spaced
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
services:
  shop: { endpoints: { buy: [ call: psp.pay ] }, outbound: { psp: psp } }
  psp: { endpoints: { pay: [ wait: 500ms ] } }
policies: { psp: { bulkhead: { maxConcurrent: 1 } } }`;
    expect(headroomOf(even).components[0]!.factor).toBeCloseTo(2, 1);
    // Bursts of 0.2 s that a mean does not show: 3 of 10 calls are refused.
    const bursts = system(90, 'shop.buy', called('rateLimit: { rate: 60/s, burst: 5 }')).replace(
      'poisson(90/s)',
      '{ kind: burst, base: 1/s, peak: 200/s, every: 1s, for: 200ms }',
    );
    expect(headroomOf(bursts).components[0]!.factor).toBeLessThan(0.9);
  });

  it('of calls that all take the same time, or of a number of users, is the whole limit', () => {
    const heldBy = (arrivals: string, wait: string, edge: string): number =>
      headroomOf(`
faultline: 1
title: Nothing refused
run: { duration: 22s, warmup: 2s, seed: 3, replications: 1 }
workloads: { users: { arrivals: ${arrivals}, requests: [ { call: shop.buy } ] } }
services:
  shop: { concurrency: 1000, endpoints: { buy: [ ${edge === 'db' ? 'query: db.find' : 'call: psp.pay'} ] }, outbound: { psp: psp } }
  psp: { concurrency: 1000, endpoints: { pay: [ wait: ${wait} ] } }
databases: { db: { maxConnections: 20, operations: { find: { wait: ${wait} } } } }
policies: { psp: { ${edge === 'db' ? 'timeout: 60s' : edge} } }`).components[0]!.saturatesAt;
    // 20 / 1 s, with calls refused too. Random times are spread: 14.5 of 20 (Erlang B of 40 for 29, Hayward).
    for (const edge of ['bulkhead: { maxConcurrent: 20 }', 'concurrencyLimit: { limit: 20 }', 'db'])
      for (const rate of [15, 21])
        expect(heldBy(`constant(${rate}/s)`, '1s', edge) / 20).toBeCloseTo(1, 1);
    expect(
      heldBy('constant(12/s)', 'exponential(1s)', 'bulkhead: { maxConcurrent: 20 }'),
    ).toBeLessThan(16);
    // 13 users never have more than 13 calls.
    const users = '{ kind: closed, users: 13, think: 10ms }';
    expect(heldBy(users, '1s', 'bulkhead: { maxConcurrent: 20 }') / 20).toBeCloseTo(1, 1);
  });

  it('does not take what a limit refuses at the begin of a fault for its use in all of it', () => {
    const policy =
      'circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 30s }, timeout: 300ms, bulkhead: { maxConcurrent: 10 }';
    const text = system(90, 'shop.buy', called(policy));
    const hang = `${text}faults: [ { id: hang, kind: hang, target: psp, at: 60s, for: 30s } ]\n`;
    const { faults } = headroomOf(hang);
    // The breaker opens after 0.3 s: from there on no call takes a permit.
    const [first] = faults[0]!.components.filter(({ component }) => component === 'shop');
    expect([first!.factor > 1, faults[0]!.stuckOn ?? 'none']).toEqual([true, 'none']);
  });

  it('is that of the file before a configuration change, and that of the change while it lasts', () => {
    const [, , text] = CASES['a limit of a gateway']!;
    const calm = headroomOf(text).components[0]!;
    const path = 'gateways.edge.middleware[rateLimit].rateLimit.rate';
    const less = 40;
    const push = `faults: [ { id: push, kind: change, set: { "${path}": ${less}/s }, at: 60s, for: 30s } ]\n`;
    const { components, faults } = headroomOf(`${text}${push}`);
    expect(components[0]!.limit).toBe(calm.limit);
    expect(components[0]!.factor / calm.factor).toBeCloseTo(1, 1);
    expect(faults[0]!.components[0]!.limit).toBe(less);
  });

  it('leaves out a limit that only counts what it would refuse', () => {
    const [, , text] = CASES['a limit of a gateway']!;
    const [first] = headroomOf(
      text.replace('rateLimit: {', 'rateLimit: { dryRun: true,'),
    ).components;
    expect(first!.resource).toBe('workers');
  });

  it('says that a limit that adapts has no fixed value', async () => {
    const text = system(90, 'shop.buy', store('concurrencyLimit: { kind: gradient2, max: 40 }'));
    const headroom = headroomOf(text);
    expect([headroom.adaptive, headroom.unlimited]).toEqual([['shop'], []]);
    expect(tightestWords(headroom, [])).toMatch(
      /; the concurrency limit of shop adapts, so that it has no fixed value and may refuse requests earlier$/,
    );
    const { limits, need } = await capacity(text, { resolution: 0.1 });
    expect(limits[0]!.refused).toMatchObject({ of: 'callee', by: 'concurrency limit' });
    // A higher maximum refuses as many calls, and is taken back: the limit decides, at whatever value it finds.
    const { refused, settings, holds } = need!;
    expect([holds, refused?.by, settings]).toEqual([false, 'concurrency limit', []]);
  });

  it('names the limits that hold for each value of a key, and the load at which the busiest is refused', () => {
    const limit = (more = ''): string => `rateLimit: { rate: 20/s, burst: 30, key: tenant${more} }`;
    const calls = called('bulkhead: { maxConcurrent: 10, per: key, key: tenant }');
    const keys = 'keys: { tenant: zipf(count=50) }\n';
    const at = (rate: number, body: string): Headroom =>
      headroomOf(`${system(rate, 'shop.buy', body)}${keys}`);
    const words = (body: string): string => tightestWords(at(90, body), [])!;
    expect(words(store(limit()))).toMatch(
      /; the rate limit of shop for each tenant refuses the busiest tenant, 21\.9 % of its requests, from 1\.01x this load on$/,
    );
    const { share, factor } = at(45, store(limit())).keyed![0]!;
    const refused = (load: number): number => {
      const text = `${system(Math.round(load), 'shop.buy', store(limit()))}${keys}`;
      return (1 - run(text).variant().summary.success.value!) / share!;
    };
    // 1 % of its requests near the limit, and what is above it beyond.
    expect(refused(45 * factor! * 0.9)).toBeLessThan(0.01);
    expect(refused(45 * factor! * 1.2)).toBeGreaterThan(0.1);
    // 10 permits refuse 1 % at 4.46 in use (Erlang B); the busiest has 0.219 x 90/s x 30 ms = 0.59.
    expect(words(calls)).toMatch(
      /; the bulkhead of shop on calls to psp for each tenant refuses the busiest tenant, 21\.9 % of its requests, from 7\.[4-8]\d?x this load on$/,
    );
    // The same number as on requests; each of two callers has a limit of its own, for half of the calls.
    const rated = called('rateLimit: { rate: 20/s, burst: 30, per: key, key: tenant }');
    const on = (body: string): number => at(90, body).keyed![0]!.factor!;
    expect(on(rated)).toBeCloseTo(on(store(limit())), 1);
    const twice = rated.replace('shop: {', 'shop: { replicas: 2,');
    expect(on(twice) / on(rated)).toBeCloseTo(2, 1);
    // How much of the load the busiest workload has is not known.
    expect(words(rated.replace('key: tenant', 'key: workload'))).toMatch(
      /; not counted: the rate limit of shop on calls to psp for each workload, which may refuse the busiest workload earlier$/,
    );
    expect(words(calls.replace('maxC', 'dryRun: true, maxC'))).not.toContain('for each');
    // A callee is named by its component, however many endpoints there are.
    const many = calls.replace('endpoints: {', 'endpoints: { a: [ wait: 1ms ], b: [ wait: 1ms ],');
    expect(words(many)).toContain('the bulkhead of shop on calls to psp for each tenant');
  });

  it('says where a limit begins to refuse', () => {
    const [, , text] = CASES['a bulkhead without a queue']!;
    expect(useWords(headroomOf(text).components[0]!)).toMatch(
      /^2\d.* % of its bulkhead of 10 on calls to psp at 89.2\/s, refuses 1 % at 44.6 %$/,
    );
  });
});

/** 30 executions of both: the calls of one take 400 ms, those of the other 1 s. */
const account = (users: number, jobs: number): string => `
faultline: 1
title: An account
run: { duration: 120s, warmup: 5s, seed: 3 }
functions:
  order: { kind: lambda, maxConcurrency: 30, endpoints: { create: [ wait: 400ms ] } }
  stats: { kind: lambda, maxConcurrency: 30, endpoints: { count: [ wait: 1s ] } }
workloads:
  users: { arrivals: poisson(${users}/s), requests: [ { call: order.create } ] }
  jobs: { arrivals: poisson(${jobs}/s), requests: [ { call: stats.count } ] }
`;

it.each([
  [20, 4],
  [60, 24],
])('of an account counts the calls of all of its functions: %i/s and %i/s', (users, jobs) => {
  const [order] = run(account(users, jobs)).variant().headroom!.components;
  expect(order).toMatchObject({ resource: 'concurrency', of: 'account', limit: 30 });
  // Erlang B: 30 places refuse 1 % at 20.3 calls on average.
  const offered = users * 0.4 + jobs;
  expect(Math.abs(order!.factor / (20.34 / offered) - 1)).toBeLessThan(0.05);
});
