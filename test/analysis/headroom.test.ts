import { describe, expect, it } from 'vitest';
import type { Headroom } from '../../src/contracts/result/headroom.js';
import { tightestWords, useWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

function headroomOf(text: string): Headroom {
  const { headroom } = run(text).variant();
  if (headroom === undefined) throw new Error('no headroom');
  return headroom;
}

/** M/M/3 with a mean of 15 ms: it saturates at 200/s. */
const station = (rate: number, queue = 1000): string => `
faultline: 1
title: Three workers
run: { duration: 200s, warmup: 10s, seed: 3 }
services:
  store: { concurrency: 3, queue: { capacity: ${queue} }, endpoints: { get: [ wait: exponential(15ms) ] } }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: store.get } ] }
`;

describe('headroom', () => {
  it('is the load at which all workers are busy, within 5 % of the edge of a sweep', () => {
    const [store] = headroomOf(station(120)).components;
    expect(store).toMatchObject({ component: 'store', resource: 'workers', of: null, limit: 3 });
    expect(store.saturatesAt / 200).toBeCloseTo(1, 1);
    // The edge: the first load of a sweep in steps of 2 % whose queue of 100 is full in the end.
    const loads = Array.from({ length: 20 }, (_, k) => 180 + 4 * k);
    const edge = loads.find((rate) => {
      const { outcomes } = run(station(rate, 100)).variant().components.users;
      return (outcomes.rejectedOverload ?? 0) > 0;
    })!;
    expect(Math.abs(store.saturatesAt / edge - 1)).toBeLessThan(0.05);
  });

  it('counts the work of a component that a fault slows down: 20x of 20 ms leave 2.5/s of 10/s', () => {
    const { faults } = headroomOf(`
faultline: 1
title: Slow cores
run: { duration: 40s, warmup: 0s, drain: 5s }
services:
  shop: { concurrency: 4, cpu: 1, endpoints: { buy: [ work: 20ms ] } }
workloads:
  users: { arrivals: constant(10/s), patience: 500ms, requests: [ { call: shop.buy } ] }
faults: [ { id: slow, kind: slow, target: shop, factor: 20, at: 10s, for: 20s } ]
`);
    const [shop] = faults[0]!.components;
    expect(shop).toMatchObject({ resource: 'cores', limit: 1 });
    expect(shop.factor).toBeGreaterThan(0.24);
    expect(shop.factor).toBeLessThan(0.28);
  });

  it('counts the requests that were refused: 600/s on 500/s is saturated at 500/s', () => {
    const { components } = headroomOf(`
faultline: 1
title: Too much
run: { duration: 60s, warmup: 10s }
services:
  store: { concurrency: 5, queue: { capacity: 10 }, endpoints: { get: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(600/s), requests: [ { call: store.get } ] }
`);
    expect(components[0].factor).toBeCloseTo(500 / 600, 2);
    expect(components[0].saturatesAt).toBeGreaterThan(495);
    expect(components[0].saturatesAt).toBeLessThan(505);
  });

  it('names a load that is higher after the first fault begins, which it cannot measure', () => {
    const rising = (fault: string, rate = 180): string =>
      `${station(120).replace(
        'poisson(120/s)',
        `{ kind: stages, start: 120/s, stages: [ { target: 120/s, duration: 100s }, { target: ${rate}/s, duration: 0s }, { target: ${rate}/s, duration: 50s }, { target: 120/s, duration: 0s } ] }`,
      )}${fault}`;
    const fault =
      'faults: [ { id: slow-store, kind: slow, target: store, factor: 1.1, at: 95s, for: 20s } ]\n';
    const headroom = headroomOf(rising(fault));
    expect(headroom.later).toMatchObject({ workload: 'users', from: 100, until: 150 });
    expect(headroom.later!.rate).toBeCloseTo(180);
    expect(headroom.later!.before).toBeCloseTo(120);
    expect(tightestWords(headroom, [])).toContain(
      '; not counted: users sends 180/s instead of 120/s from 100 to 150 s',
    );
    // Without a fault the time of the rise is measured, and a small rise is none.
    expect(headroomOf(rising('')).later).toBeUndefined();
    expect(headroomOf(rising(fault, 125)).later).toBeUndefined();
  });

  it('takes the tightest resource, in the time before the first fault', () => {
    // 100/s: 100 x 20 ms = 2 of 10 workers, 100 x 5 ms = 0.5 of 1 core; the pool has 100 x 12 ms = 1.2 of 4.
    const { components, faults, ...time } = headroomOf(`
faultline: 1
title: Three resources
run: { duration: 60s, warmup: 10s }
services:
  shop: { concurrency: 10, cpu: { cores: 1 }, endpoints: { buy: [ work: 5ms, { query: db.read }, { wait: 3ms } ] } }
databases:
  db: { pool: { maxOpen: 4 }, operations: { read: { wait: 12ms } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] }
faults: [ { id: slow, kind: slow, target: db, factor: 5, at: 30s, for: 20s } ]
`);
    expect(time).toEqual({ from: 0, until: 30, underFault: false, rate: 100, unlimited: ['db'] });
    // While the database is slow, 100 x 60 ms = 6 of 4 connections: 67/s.
    const [slow] = faults;
    expect(slow).toMatchObject({ fault: 'slow', from: 30, until: 50 });
    expect(slow.components[0]).toMatchObject({ resource: 'connections', of: 'db', limit: 4 });
    expect(slow.components[0].saturatesAt / (4 / 0.06)).toBeCloseTo(1, 1);
    const shop = components.find(({ component }) => component === 'shop')!;
    expect(shop).toMatchObject({ resource: 'cores', limit: 1 });
    expect(shop.used).toBeCloseTo(0.5, 6);
    expect(shop.saturatesAt).toBeCloseTo(200, 3);
  });

  it('counts an autoscaler at its largest number of replicas', () => {
    const { components } = headroomOf(`
faultline: 1
title: Scaled
run: { duration: 60s, warmup: 10s }
services:
  shop:
    replicas: 2
    concurrency: 4
    cpu: { cores: 1 }
    autoscaling: { metric: cpu, target: 60%, min: 2, max: 10 }
    endpoints: { buy: [ work: 4ms ] }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] }
`);
    // 0.4 cores of 10.
    expect(components[0]).toMatchObject({ resource: 'cores', limit: 10, replicas: 10 });
    expect(components[0].factor).toBeCloseTo(25, 3);
  });

  it('measures consumers of a topic by its partitions', () => {
    const { components } = headroomOf(`
faultline: 1
title: Consumers
run: { duration: 60s, warmup: 10s }
topics:
  orders: { kind: kafka, partitions: 4, subscribers: [ { group: mail, call: mailer.send, concurrency: 8 } ] }
services:
  shop: { endpoints: { buy: [ { publish: orders } ] } }
  mailer:
    replicas: 2
    endpoints: { send: [ wait: 20ms ] }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] }
`);
    // 100 x 20 ms = 2 of 4 partitions.
    const mailer = components.find(({ component }) => component === 'mailer')!;
    expect(mailer).toMatchObject({ resource: 'consumers', of: 'orders', limit: 4 });
    expect(mailer.factor).toBeCloseTo(2, 1);
  });

  it('is that of the members with the most partitions, where they do not divide evenly', () => {
    const billing = (more: string, rate: number): Headroom['components'][number] =>
      headroomOf(`
faultline: 1
title: Six partitions
run: { duration: 60s, warmup: 10s }
topics:
  orders: { kind: kafka, partitions: 6, subscribers: [ { group: bill, call: billing.handle } ] }
services:
  shop: { endpoints: { buy: [ { publish: orders } ] } }
  billing: { ${more}, endpoints: { handle: [ wait: 60ms ] } }
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { call: shop.buy } ] }
`).components.find(({ component }) => component === 'billing')!;
    // Two of four members have 2 of 6 partitions, a third of the messages each: 1 / 60 ms x 3 = 50/s, not 67/s.
    for (const rate of [30, 60]) {
      const found = billing('replicas: 4', rate);
      expect(found.busiest).toEqual({ members: 4, partitions: 2, of: 6 });
      expect(found.limit).toBe(3);
      expect(found.saturatesAt / 50).toBeCloseTo(1, 1);
      expect(useWords(found)).toContain('of its consumers with 2 of the 6 partitions of orders');
    }
    const even = billing('replicas: 3', 30);
    expect(even.busiest).toBeUndefined();
    expect(even.saturatesAt / 50).toBeCloseTo(1, 1);
  });

  it('is that of the node of a database that serves the reads, not of all nodes', () => {
    const store = (route: string): Headroom['components'][number] =>
      headroomOf(`
faultline: 1
title: Four cores, and four beside them
run: { duration: 60s, warmup: 10s }
services:
  api: { concurrency: 200, endpoints: { get: [ query: pg.read ] } }
databases:
  pg: { kind: postgres, cpu: 4, replicas: 1, ${route}pool: { maxOpen: 90 }, operations: { read: { work: 10ms } } }
workloads:
  users: { arrivals: constant(200/s), requests: [ { call: api.get } ] }
`).components.find(({ component }) => component === 'pg')!;
    // 4 cores / 10 ms = 400/s, not 800/s: reads go to the primary.
    const primary = store('');
    expect(primary).toMatchObject({ resource: 'cores', node: 'pg[0]', limit: 4 });
    expect(primary.saturatesAt / 400).toBeCloseTo(1, 2);
    expect(useWords(primary)).toBe('50 % of the 4 cores of pg[0] at 200/s');
    expect(store('route: replica, ')).toMatchObject({ node: 'pg[1]', limit: 4 });
  });

  /** Photos of 100 KB over a link of 10 MB/s: 100/s; each replica of shop has a line of its own. */
  const photos = (rate: number, more = '', replicas = 1): string => `
faultline: 1
title: A link
run: { duration: 60s, warmup: 5s, seed: 2 }
network: { latency: 1ms, links: [ { between: [ shop, catalog ], bandwidth: 10MB/s } ] }
services:
  shop: { runtime: async, replicas: ${replicas}, endpoints: { photo: [ { call: catalog.photo, policy: quick } ] } }
  catalog: { runtime: async, endpoints: { photo: { requestSize: 1KB, responseSize: 100KB, readOnly: true, steps: [ wait: 2ms ] } } }
policies: { quick: { timeout: 1s } }
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { call: shop.photo } ] }
${more}`;

  it('is the load at which a link is full, within 5 % of the edge of a sweep', () => {
    const [shop] = headroomOf(photos(60)).components;
    expect(shop).toMatchObject({
      component: 'shop',
      resource: 'bandwidth',
      of: 'catalog',
      direction: 'from',
      limit: 1e7,
    });
    expect(shop.saturatesAt / 100).toBeCloseTo(1, 2);
    const edge = Array.from({ length: 12 }, (_, k) => 90 + 2 * k).find((rate) => {
      const { outcomes } = run(photos(rate)).variant().components.users;
      return (outcomes.serverError ?? 0) > 0;
    })!;
    expect(Math.abs(shop.saturatesAt / edge - 1)).toBeLessThan(0.05);
  });

  it('counts a line for each pair of instances', () => {
    const [shop] = headroomOf(photos(60, '', 3)).components;
    expect(shop.saturatesAt / 300).toBeCloseTo(1, 2);
  });

  it('leaves a link out while a fault narrows it', () => {
    const thin =
      'faults: [ { id: thin, kind: bandwidth, target: all->catalog, rate: 7MB/s, at: 0s, for: 60s } ]';
    expect(headroomOf(photos(60, thin).replace('warmup: 5s', 'warmup: 0s')).components).toEqual([]);
  });

  /** 16 MiB of its own and 4 MiB for each request, which takes 50 ms: 216 MiB hold 50 requests, so 1000/s. */
  const held = (rate: number, more = ''): string => `
faultline: 1
title: Memory
run: { duration: 20s, warmup: 5s, seed: 2 }
services:
  shop:
    runtime: async
    memory: { limit: 216MiB, base: 16MiB, perRequest: 4MiB }
    ${more}
    endpoints: { buy: [ wait: 50ms ] }
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { call: shop.buy } ] }
`;

  it('is the load at which the memory is full, within 5 % of the edge of a sweep', () => {
    const [shop] = headroomOf(held(400)).components;
    expect(shop).toMatchObject({ component: 'shop', resource: 'memory', limit: 216 * 2 ** 20 });
    expect(shop.saturatesAt / 1000).toBeCloseTo(1, 2);
    const edge = Array.from({ length: 12 }, (_, k) => 940 + 10 * k).find((rate) =>
      run(held(rate))
        .variant()
        .journal.some(({ kind }) => kind === 'instance'),
    );
    expect(edge).toBeDefined();
    expect(Math.abs(shop.saturatesAt / edge! - 1)).toBeLessThan(0.05);
  });

  it('leaves memory out where requests are refused before it is full', () => {
    expect(
      headroomOf(held(400).replace('runtime: async', 'concurrency: 40')).components[0],
    ).toMatchObject({
      resource: 'workers',
    });
    const limited = held(400, 'admission: { concurrencyLimit: { kind: fixed, limit: 30 } }');
    expect(headroomOf(limited).components[0]).toMatchObject({ resource: 'permits', limit: 30 });
  });

  it('names components without a limit, and the time of a fault that begins with the run', () => {
    const { components, unlimited, underFault } = headroomOf(`
faultline: 1
title: No limit
run: { duration: 20s, warmup: 0s }
services:
  shop: { concurrency: unlimited, endpoints: { buy: [ wait: 5ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] }
faults: [ { id: slow, kind: slow, target: shop, factor: 2, at: 0s, for: 10s } ]
`);
    expect(components).toEqual([]);
    expect(unlimited).toEqual(['shop']);
    expect(underFault).toBe(true);
  });

  it('does not name components whose limit no request uses', () => {
    // All pages are cached, so each worker is held for no time.
    const { components, unlimited } = headroomOf(`
faultline: 1
title: A cache that holds all
run: { duration: 20s }
keys: { page: uniform(count=10) }
caches: { pages: { keys: page, warm: 100%, levels: [ { name: edge, kind: local, capacity: 10 } ] } }
services:
  cdn: { concurrency: 1000, endpoints: { get: [ cache: { get: pages, onMiss: [ call: origin.get ] } ] } }
  origin: { endpoints: { get: [ wait: 5ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: cdn.get } ] }
`);
    expect(components).toEqual([]);
    expect(unlimited).toEqual([]);
  });
});
