import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/model/simulate.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import type { Layer } from '../../src/contracts/scenario/policies.js';
import type { Scenario } from '../../src/contracts/scenario/scenario.js';
import {
  bundle,
  call,
  choose,
  constant,
  database,
  exponential,
  fail,
  fault,
  fileOf,
  gateway,
  loop,
  middleware,
  ms,
  parallel,
  query,
  request,
  respond,
  route,
  scenario,
  seconds,
  service,
  times,
  UNLIMITED_POOL,
  wait,
  weighing,
  work,
  workload,
} from '../support/scenario.js';

/** A layer of the default kind of a policy, configured as in a scenario. */
function guard(policy: string, config: unknown): Layer {
  const kind = registry.policyKind(policy, undefined)!;
  return {
    policy,
    kind: kind.kind,
    config: kind.schema.parse(config),
    scope: 'instance',
    per: 'callee',
    key: null,
    store: null,
    dryRun: false,
    written: [],
  };
}

const pay = bundle('pay', [
  guard('retry', { attempts: 3, on: ['any'] }),
  guard('timeout', { after: '500ms' }),
]);
const front = bundle('front', [guard('deadline', { after: '2s' })]);

const checkoutSteps = [
  wait(4),
  call('inventory.reserve', { onError: [work(1)] }),
  parallel([[call('payments.charge', { policy: pay })], [loop(times(3), [query('db.insert')])]]),
  loop(times(2), [call('inventory.reserve', { probability: 0.5 })], { optional: true }),
  call('self.more', { times: times(2) }),
  call('inventory.reserve', { background: true }),
  respond(201, [work(1)]),
];
const helperSteps = [
  work(1),
  choose([weighing(1, fail(500, { probability: 0.01 })), weighing(1, respond(200, [wait(3)]))]),
];

/** Every verb, modifier and target of a fault that a plan can hold. */
const everything: Scenario = scenario({
  run: { warmupNs: seconds(2), durationNs: seconds(20), drainNs: seconds(5) },
  network: {
    latency: exponential(ms(1)),
    zones: new Map([['west', { latency: null, loss: 0.001, region: null }]]),
  },
  gateways: [
    gateway(
      'edge',
      [
        route('order', 'checkout.order', { methods: ['POST'], paths: ['/orders'], policy: front }),
        route('browse', { 'catalog.show': 9, 'catalog.more': 1 }, { paths: ['/products/*'] }),
      ],
      { middleware: [middleware('authenticate', { work: constant(ms(1)), reject: 0.01 })] },
    ),
  ],
  services: [
    service('checkout', { order: checkoutSteps, more: helperSteps }, { replicas: 4 }),
    service('inventory', { reserve: [wait(5)] }, { concurrency: 64 }),
    service('payments', { charge: [wait(7), call('psp.charge')] }, { zones: ['west', 'west'] }),
    service('psp', { charge: [wait(82)] }),
    service(
      'catalog',
      { show: [query('db.insert')], more: [work(2)] },
      {
        rejectWork: constant(ms(1)),
        concurrency: 2,
        queue: { capacity: 2, discipline: 'fifo', maxWaitNs: null },
      },
    ),
  ],
  databases: [
    database(
      'db',
      { insert: { work: exponential(ms(3)) } },
      { maxConnections: 40, pool: { ...UNLIMITED_POOL, maxOpen: 10 }, connect: constant(ms(2)) },
    ),
  ],
  workloads: [
    workload(
      'shoppers',
      [
        request('order', [call('edge', { method: 'POST', path: '/orders' })], { weight: 40 }),
        request('browse', [call('edge', { path: '/products/1' })], { weight: 59 }),
        request('lost', [call('edge', { path: '/nowhere' })]),
      ],
      { arrivals: { kind: 'poisson', rate: 100 } },
    ),
  ],
  faults: [
    fault('hang', 'hang', {
      target: ['psp'],
      spans: [{ fromNs: seconds(5), untilNs: seconds(8) }],
    }),
    fault('down', 'crash', {
      config: { restart: true, blackhole: false },
      target: ['west'],
      spans: [{ fromNs: seconds(12), untilNs: seconds(13) }],
    }),
    fault('slow-link', 'latency', {
      config: { add: constant(ms(20)), direction: 'to', correlation: 0 },
      target: ['checkout->payments'],
      spans: [{ fromNs: seconds(10), untilNs: null }],
    }),
  ],
});

function run(of: Scenario, seed: number) {
  const { variant, file } = fileOf({ ...of, run: { ...of.run, seed } });
  return simulate(compile(variant, file), 0, registry);
}

describe('a compiled scenario with every verb', () => {
  it('runs until all is drained and leaves nothing unfinished', () => {
    const record = run(everything, 7);
    expect(record.stop).toBe('drained');
    // 20 s at 100 per second: within five standard deviations.
    expect(Math.abs(record.totals.requests - 2000)).toBeLessThan(5 * Math.sqrt(2000));
    expect(record.totals.unfinished).toBe(0);
  });

  it('runs the same whatever the order of its maps, and differently with another seed', () => {
    const services = new Map([...everything.services].reverse());
    const faults = [...everything.faults].reverse();
    const first = run(everything, 7).digest;
    expect(run({ ...everything, services, faults }, 7).digest).toEqual(first);
    expect(run(everything, 8).digest).not.toEqual(first);
  });
});
