import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { unseenColumns } from '../../src/report/view/columns-unseen.js';
import { viewOf } from '../../src/report/view/view.js';
import { run, type Ran } from '../theory/program.js';

/** Runs the scenario twice: with places for additional instances that never start, and without. */
const twice = (body: string, removed: string): Ran =>
  run(`
faultline: 1
title: Two tellings of one run
run: { duration: 2m, warmup: 30s, seed: 5 }
${body}
variants:
  - { name: scaled }
  - { name: fixed, remove: [ ${removed} ] }
`);

const NEVER_SCALED =
  'autoscaling: { metric: rate, target: 1000/s, min: 3, max: 30, scaleUp: { selectPolicy: disabled } }';
const USERS =
  'workloads: { users: { arrivals: poisson(300/s), requests: [ { name: buy, call: shop.buy, patience: 5s } ] } }';
const NEVER_ROLLED = 'versions: { v1: {}, v2: {} }, rollout: { to: v2, kind: rolling, at: 1h }';
const HOST = 'replicas: 3, HOST, ';

const CASES: readonly (readonly [what: string, body: string])[] = [
  [
    'workers that wait for a callee',
    `services:
  shop: { ${HOST}concurrency: 40, queue: { capacity: 20 }, endpoints: { buy: [ work: 1ms, call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 20ms ] } }
${USERS}
faults: [ { id: slow, kind: slow, target: bank, factor: 100, at: 40s, for: 30s } ]`,
  ],
  [
    'a pool that runs out',
    `services:
  shop: { ${HOST}concurrency: 40, queue: { capacity: 0 }, endpoints: { buy: [ query: db.read ] } }
databases: { db: { pool: { maxOpen: 10 }, operations: { read: { wait: 10ms } } } }
${USERS}
faults: [ { id: slow, kind: slow, target: db, factor: 50, at: 40s, for: 30s } ]`,
  ],
  [
    'connections held by calls in transactions',
    `services:
  shop: { ${HOST}concurrency: 40, queue: { capacity: 0 }, endpoints: { buy: [ transaction: { database: db, steps: [ query: db.read, call: bank.pay ] } ] } }
  bank: { endpoints: { pay: [ wait: 10ms ] } }
databases: { db: { pool: { maxOpen: 10 }, operations: { read: { wait: 5ms } } } }
${USERS}
faults: [ { id: slow, kind: slow, target: bank, factor: 50, at: 40s, for: 30s } ]`,
  ],
  [
    'connections to each of them',
    `services:
  front: { endpoints: { go: [ call: shop.buy ] }, outbound: { shop: { connections: { max: 5 } } } }
  shop: { ${HOST}concurrency: 40, endpoints: { buy: [ wait: 45ms ] } }
workloads: { users: { arrivals: poisson(300/s), requests: [ { call: front.go } ] } }`,
  ],
  [
    'all of them hanging',
    `services:
  shop: { ${HOST}concurrency: 50, queue: { capacity: 20 }, endpoints: { buy: [ work: 5ms ] } }
${USERS}
faults: [ { id: hang, kind: hang, target: shop, instances: [0, 1, 2], at: 40s, for: 20s } ]`,
  ],
  [
    'cores in use',
    `services:
  shop: { ${HOST}cpu: 1, endpoints: { buy: [ work: 10ms ] } }
workloads: { users: { arrivals: poisson(220/s), requests: [ { name: buy, call: shop.buy } ] } }
faults: [ { id: rush, kind: load, target: users, factor: 2, at: 30s, for: 10s } ]`,
  ],
  [
    'readiness that is lost',
    `services:
  shop: { ${HOST}concurrency: 8, probes: { readiness: { call: health, period: 5s } }, endpoints: { buy: [ wait: 5ms ], health: [ query: db.ping ] } }
databases: { db: { operations: { ping: 1ms } } }
${USERS}
faults: [ { id: gone, kind: crash, target: db, at: 40s, for: 40s } ]`,
  ],
  [
    'a crash of two of them',
    `platform: { kind: kubernetes }
services:
  shop: { ${HOST}concurrency: 4, queue: { capacity: 20 }, lifecycle: { startup: 5s }, endpoints: { buy: [ wait: 30ms ] } }
${USERS}
faults: [ { id: down, kind: crash, target: shop, instances: 2, at: 40s, for: 20s } ]`,
  ],
];

describe.each([
  ['grow', NEVER_SCALED, 'services.shop.autoscaling'],
  ['change its version', NEVER_ROLLED, 'services.shop.rollout, services.shop.versions'],
])('a fleet that could %s and does not', (_, host, removed) => {
  it.each(CASES)('is reported as one that could not: %s', (_what, body) => {
    const ran = twice(body.replace('HOST', host), removed);
    const [scaled, fixed] = ran.result.variants;
    expect(scaled!.cascade.sentence).toBe(fixed!.cascade.sentence);
    expect(scaled!.cascade.events).toEqual(fixed!.cascade.events);
    expect(scaled!.cascade.influences).toEqual(fixed!.cascade.influences);
    for (const [name, own] of Object.entries(scaled!.components)) {
      const other = fixed!.components[name]!;
      expect(own.utilization ?? 0).toBeCloseTo(other.utilization ?? 0, 12);
      expect(own.pools).toEqual(other.pools);
    }
    expect(chainOf(viewOf(ran.result), scaled!)).toEqual(chainOf(viewOf(ran.result), fixed!));
  });
});

/** A partner that takes a hundred times as long from 60 s on: cores idle, and pods go. */
const blind = (more = ''): Ran =>
  run(`
faultline: 1
title: By hand
run: { duration: 5m, warmup: 30s, seed: 5 }
services:
  shop:
    replicas: 8
    cpu: 1
    concurrency: 40
    queue: { capacity: 0 }
    autoscaling: { metric: cpu, target: 50%, min: 2, max: 24, scaleDown: { stabilization: 60s }${more} }
    endpoints: { buy: [ work: 9ms, call: bank.pay ] }
  bank: { endpoints: { pay: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(400/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: bank, factor: 100, at: 60s, for: 2m } ]
`);

const ofKind = (ran: Ran, kind: string): readonly string[] =>
  ran
    .variant()
    .cascade.events.filter((event) => event.kind === kind)
    .map(({ at, text }) => `${at}: ${text}`);

describe('the story of a fleet that grows and shrinks', () => {
  it('tells from how many to how many, and when the last one is ready', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 100s, warmup: 0s }
services:
  shop: { replicas: 2, lifecycle: { startup: 7s }, autoscaling: { metric: rate, target: 20/s, min: 2, max: 9, scaleDown: { stabilization: 0s } }, endpoints: { buy: [ wait: 10ms ] } }
workloads: { users: { arrivals: { kind: stages, process: constant, start: 100/s, stages: [ { target: 100/s, duration: 40s }, { target: 10/s, duration: 1ms }, { target: 10/s, duration: 60s } ] }, requests: [ { call: shop.buy } ] } }
`);
    expect(ofKind(ran, 'scaledUp')).toEqual([
      '15: from 2 to 7 replicas in 2 steps, the last one at 30 s; all of them ready at 37 s',
    ]);
    expect(ofKind(ran, 'scaledDown')).toEqual([
      '45: from 7 to 2 replicas in 2 steps, the last one at 60 s',
    ]);
  });

  it('tells the first four changes, and how many more there are', () => {
    const stage = (k: number): string =>
      `{ target: ${k % 2 === 0 ? 100 : 10}/s, duration: 1ms }, { target: ${k % 2 === 0 ? 100 : 10}/s, duration: 100s }`;
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 600s, warmup: 0s }
services: { shop: { replicas: 5, autoscaling: { metric: rate, target: 20/s, min: 1, max: 5, scaleDown: { stabilization: 0s } }, endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { kind: stages, process: constant, start: 100/s, stages: [ ${[0, 1, 2, 3, 4, 5].map(stage).join(', ')} ] }, requests: [ { call: shop.buy } ] } }
`);
    const told = ran.variant().cascade.events.filter(({ kind }) => kind.startsWith('scaled'));
    expect(told.map(({ kind }) => kind)).toEqual([
      'scaledDown',
      'scaledUp',
      'scaledDown',
      'scaledUp',
    ]);
    expect(told.map(({ text }) => /; (\d+ later .*)$/.exec(text)?.[1])).toEqual([
      undefined,
      undefined,
      undefined,
      '1 later change besides',
    ]);
  });

  it('says where a fault has no target', () => {
    const text = (places: string): readonly string[] =>
      ofKind(
        run(`
faultline: 1
title: By hand
run: { duration: 30s, warmup: 0s }
services: { shop: { replicas: 2, autoscaling: { metric: rate, target: 100/s, min: 2, max: 9 }, endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: down, kind: crash, target: shop, instances: ${places}, at: 10s, for: 5s } ]
`),
        'fault',
      );
    expect(text('[7]')).toEqual(['10: shop[7] crashes; no instance is there']);
    expect(text('[1, 7]')).toEqual(['10: shop[1] and shop[7] crash']);
  });

  it('says where replicas are removed from a service in trouble', () => {
    const ran = blind();
    expect(ofKind(ran, 'scaledDown')).toEqual([
      '120: from 8 to 2 replicas in 2 steps, the last one at 180 s',
    ]);
    expect(ran.variant().cascade.sentence).toContain(
      'Meanwhile, from 120 s on, the autoscaler takes shop from 8 to 2 replicas in 2 steps, the last one at 180 s.',
    );
    const steps = chainOf(viewOf(ran.result), ran.variant());
    expect(steps.map(({ subject }) => subject)).toContain('shop scales down');
  });

  it('says nothing if nothing is removed, or no service is in trouble', () => {
    const never = blind(', scaleUp: {}').variant().cascade.sentence;
    expect(never).toContain('Meanwhile');
    const kept = run(`
faultline: 1
title: By hand
run: { duration: 5m, warmup: 0s }
services: { shop: { replicas: 8, concurrency: 40, autoscaling: { metric: concurrency, target: 20, max: 8, scaleDown: { stabilization: 0s } }, endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: shop, factor: 20, at: 200s, for: 30s } ]
`);
    expect(ofKind(kept, 'scaledDown')).toEqual(['15: from 8 to 1 replica']);
    expect(kept.variant().cascade.sentence).not.toContain('Meanwhile');
  });
});

const SLOW_START = `
faultline: 1
title: By hand
run: { duration: 60s, warmup: 0s }
services:
  shop: { replicas: 2, lifecycle: { startup: 100s }, autoscaling: { metric: rate, target: 25/s, min: 2, max: 4 }, endpoints: { buy: [ wait: 100ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
`;

describe('figures of a fleet that grows', () => {
  const half = (): Ran =>
    run(`
faultline: 1
title: By hand
run: { duration: 60s, warmup: 0s }
services:
  shop: { replicas: 2, concurrency: 10, autoscaling: { metric: rate, target: 25/s, min: 2, max: 20 }, endpoints: { buy: [ wait: 100ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
budgets:
  - shop.utilization < 1
  - shop.utilization < 1 from 20s to 60s
  - shop.instances.max < 100
  - shop.instances.mean < 100
  - shop.restarts < 100
  - 'shop[3].restarts < 100'
  - 'shop[9].utilization.max < 1'
`);

  it('are those of the instances that are there', () => {
    const values = half()
      .variant()
      .budgets.map(({ value }) => value);
    // 10 requests at a time on 20 places for 15 s, then on 40.
    const utilization = (15 * 0.5 + 45 * 0.25 * 2) / (15 + 45 * 2);
    expect(values[0]).toBeCloseTo(utilization, 2);
    expect(values[2]).toBe(4);
    expect(values[3]).toBeCloseTo((15 * 2 + 45 * 4) / 60, 6);
    expect(values.slice(4, 6)).toEqual([0, 0]);
    expect(values[6]).toBeNull();
  });

  it('say what they cost beside those of a variant without an autoscaler', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 60s, warmup: 0s }
services:
  shop: { replicas: 2, autoscaling: { metric: rate, target: 25/s, min: 2, max: 20 }, endpoints: { buy: [ wait: 100ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
variants: [ { name: scaled }, { name: five, remove: [ services.shop.autoscaling ], set: { services.shop.replicas: 5 } } ]
`);
    const column = unseenColumns(viewOf(ran.result)).find(({ head }) => head === 'Replicas')!;
    expect(ran.result.variants.map((variant) => column.pick(variant).value)).toEqual([3.5, 5]);
    // An instance that starts counts like one that runs.
    const late = run(SLOW_START).variant();
    expect(late.components['shop']!.fleet!.instances.value).toBeCloseTo(3.5, 6);
    const plain = unseenColumns(
      viewOf(
        twice(
          `services: { shop: { replicas: 3, ${NEVER_SCALED}, endpoints: { buy: [ wait: 1ms ] } } }\n${USERS}`,
          'services.shop.autoscaling',
        ).result,
      ),
    );
    expect(plain.map(({ head }) => head)).toContain('Replicas');
  });
});
