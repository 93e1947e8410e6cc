import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { Scenario } from '../../src/contracts/scenario/scenario.js';
import {
  bundle,
  call,
  choose,
  constant,
  database,
  exponential,
  fault,
  fileOf,
  gateway,
  layer,
  middleware,
  ms,
  parallel,
  query,
  request,
  route,
  scenario,
  seconds,
  service,
  weighing,
  when,
  work,
  workload,
} from '../support/scenario.js';

const pay = bundle('pay', [layer('retry', { attempts: 3 }), layer('timeout', { after: ms(500) })]);

const shop: Scenario = scenario({
  run: { warmupNs: seconds(20), durationNs: seconds(180), seed: 42 },
  network: {
    latency: exponential(ms(1)),
    zones: new Map([
      ['west', { latency: constant(ms(2)), loss: null, region: null }],
      ['east', { latency: null, loss: 0.01, region: null }],
    ]),
  },
  keys: new Map([
    ['product', { kind: 'zipf', count: 50, exponent: 0.99 }],
    ['order', { kind: 'unique' }],
  ]),
  gateways: [
    gateway(
      'edge',
      [
        route('order', 'checkout.order', { methods: ['POST'], paths: ['/orders'] }),
        route('browse', 'catalog.show', { paths: ['/products/*'] }),
      ],
      { middleware: [middleware('authenticate', { work: constant(ms(1)) })], zones: ['west'] },
    ),
  ],
  services: [
    service('payments', { charge: [work(7), call('psp.charge')] }, { zones: ['east', 'west'] }),
    service(
      'checkout',
      {
        order: [
          work(4, { when: when({ workload: 'shoppers' }) }),
          parallel([[call('payments.charge', { policy: pay })], [query('orders-db.insert')]]),
        ],
        cancel: [choose([weighing(1, work(1)), weighing(2, call('payments.charge'))])],
      },
      {
        outbound: new Map([
          ['psp', bundle('psp')],
          ['default', pay],
        ]),
      },
    ),
    service('psp', { charge: [work(82)] }, { external: true }),
    service('catalog', { show: [query('orders-db.select')] }),
  ],
  databases: [database('orders-db', { select: { wait: exponential(ms(2)) }, insert: {} })],
  workloads: [
    workload('shoppers', [
      request('order', [call('edge', { method: 'POST', path: '/orders' })], { weight: 40 }),
      request('browse', [call('edge', { path: '/products/1' })], { weight: 60 }),
    ]),
    workload('bots', [request('browse', [call('edge', { path: '/products/2' })])]),
  ],
  faults: [
    fault('hang', 'hang', { target: ['psp'] }),
    fault('down', 'crash', { config: { restart: true, blackhole: false }, target: ['west'] }),
  ],
});

function planOf(of: Scenario): Plan {
  const { variant, file } = fileOf(of, ['shoppers.latency.p99 < 1s from 10s to 40s']);
  return compile(variant, file);
}

/** The same scenario with every map and every set of names written the other way round. */
function reversed<T>(value: T): T {
  if (value instanceof Map) {
    const entries = [...value].reverse().map(([key, item]) => [key, reversed(item)] as const);
    return new Map(entries) as T;
  }
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)])) as T;
}

describe('a plan', () => {
  it('numbers components, parts and zones by code unit, all kinds together', () => {
    const plan = planOf(shop);
    expect(plan.components.map((it) => `${it.name} ${it.kind}`)).toEqual([
      'bots workload',
      'catalog service',
      'checkout service',
      'edge gateway',
      'orders-db database',
      'payments service',
      'psp service',
      'shoppers workload',
    ]);
    const checkout = plan.components[2]!;
    const own = plan.parts.slice(checkout.firstPart, checkout.firstPart + checkout.parts);
    expect(own.map((part) => part.name)).toEqual(['cancel', 'order']);
    // East is zone 0, west zone 1.
    const payments = plan.instances.slice(plan.components[5]!.firstInstance).slice(0, 2);
    expect(payments).toEqual([
      { component: 5, index: 0, zone: 0 },
      { component: 5, index: 1, zone: 1 },
    ]);
  });

  it('makes a workload one pseudo-instance without limits', () => {
    const bots = planOf(shop).components[0]!;
    expect(bots.instances).toBe(1);
    expect([bots.runtime, bots.concurrency, bots.cpu.cores]).toEqual(['async', Infinity, Infinity]);
  });

  it('has absolute times', () => {
    const plan = planOf(shop);
    expect([plan.warmupNs, plan.endNs, plan.horizonNs]).toEqual([20, 200, 200].map(seconds));
    expect([...plan.grid.edges]).toEqual(expect.arrayContaining([30, 60].map(seconds)));
  });

  it('keeps a distribution once, however often it is used', () => {
    const texts = planOf(shop).distributions.map((law) => JSON.stringify(law));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is the same when the sections and maps of the scenario are written in another order', () => {
    const other = reversed(shop);
    expect([...other.services.keys()]).not.toEqual([...shop.services.keys()]);
    expect(planOf(other)).toEqual(planOf(shop));
  });

  it('does not depend on the order of requests and endpoints', () => {
    const shoppers = shop.workloads.get('shoppers')!;
    const other = { ...shoppers, requests: [...shoppers.requests].reverse() };
    const workloads = new Map(shop.workloads).set('shoppers', other);
    expect(planOf({ ...shop, workloads })).toEqual(planOf(shop));
  });

  it('can be cloned for a worker', () => {
    const plan = planOf(shop);
    expect(structuredClone(plan)).toEqual(plan);
  });

  it('leaves the streams of what two variants have in common alone', () => {
    const guarded = new Map(shop.services);
    const checkout = shop.services.get('checkout')!;
    guarded.set('checkout', { ...checkout, outbound: new Map() });
    guarded.set('audit', service('audit', { log: [work(1)] }));
    const before = planOf(shop).program.streams.filter(Boolean);
    const after = planOf({ ...shop, services: guarded }).program.streams;
    expect(after).toEqual(expect.arrayContaining(before));
  });
});
