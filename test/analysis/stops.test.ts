import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { viewOf } from '../../src/report/view/view.js';
import { run, type Ran } from '../theory/program.js';

/** Three replicas whose requests take 2 s; some of them get a stop order at 20 s. */
const stopped = (fault: string, lifecycle = 'startup: 5s', more = ''): Ran =>
  run(`
faultline: 1
title: By hand
run: { duration: 60s, warmup: 5s }
platform: { kind: kubernetes }
services:
  shop: { replicas: 3, ${more}lifecycle: { ${lifecycle} }, endpoints: { buy: [ wait: 2s ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: gone, kind: stop, target: shop, ${fault} } ]
`);

const started = (ran: Ran): string =>
  ran.variant().cascade.events.find(({ kind }) => kind === 'fault')!.text;
const ofKind = (ran: Ran, kind: string): readonly string[] =>
  ran
    .variant()
    .cascade.events.filter((event) => event.kind === kind)
    .map(({ text }) => text);

describe('the story of a stop', () => {
  it('reports how each one ends, and when it is back', () => {
    const one = 'instances: [0], at: 20s, for: 0s';
    expect(started(stopped(one))).toBe(
      'shop[0] is stopped; it ends after 1.93 s; it is back after 5 s',
    );
    expect(started(stopped(one, 'startup: 5s, drain: false'))).toBe(
      'shop[0] is stopped; it is killed at once; it is back after 5 s',
    );
    expect(started(stopped('instances: 2, at: 20s, for: 0s', 'startup: 8s, preStop: 3s'))).toBe(
      '2 instances of shop are stopped; the last of 2 instances ends after 3 s; the last of 2 instances is back after 8 s',
    );
  });

  it('tells the way back with the end of a fault that lasts', () => {
    const ran = stopped('instances: [0], at: 20s, for: 10s');
    expect(started(ran)).toBe('shop[0] is stopped; it ends after 1.93 s');
    expect(ofKind(ran, 'faultEnd')).toEqual(['over: shop[0] is stopped; it is back after 5 s']);
  });

  it('is no death, unless it is one', () => {
    expect(ofKind(stopped('instances: [0], at: 20s, for: 0s'), 'killed')).toEqual([]);
    const full = stopped(
      'instances: [0], at: 19.9s, for: 0s',
      'startup: 5s',
      'memory: { limit: 60MiB, perRequest: 1MiB }, ',
    );
    expect(ofKind(full, 'killed')).toEqual([]);
  });

  it('says once what happens several times', () => {
    const ran = stopped(
      'instances: [0], at: 10s, for: 0s, every: 10s, count: 4',
      'startup: 1s, drain: false',
    );
    expect(ran.variant().cascade.sentence).toMatch(
      /^shop\[0\] is stopped at 10 s, 20 s, 30 s and 40 s/,
    );
  });

  it('is in the chain as its action and its result', () => {
    const ran = stopped('instances: [0], at: 20s, for: 0s', 'startup: 5s, drain: false');
    const [first] = chainOf(viewOf(ran.result), ran.variant());
    expect([first!.subject, first!.text]).toEqual([
      'shop[0] is stopped',
      'it is killed at once; it is back after 5 s',
    ]);
  });
});

describe('the story of probes', () => {
  const probed = (probes: string, fault: string): Ran =>
    run(`
faultline: 1
title: By hand
run: { duration: 90s, warmup: 5s }
platform: { kind: kubernetes }
services:
  shop: { replicas: 3, lifecycle: { startup: 5s, terminationGrace: 2s }, probes: { ${probes} }, endpoints: { buy: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: stuck, kind: hang, target: shop, instances: [0], ${fault} } ]
`);

  it('reports instances that are not ready, and when all are ready again', () => {
    const ran = probed('readiness: { period: 2s }', 'at: 20s, for: 20s');
    expect(ofKind(ran, 'unready')).toEqual(['1 of 3 instances not ready']);
    expect(ofKind(ran, 'returned')).toEqual(['all are ready again']);
  });

  it('is in the chain and in the sentence if it takes all of them', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 90s, warmup: 5s }
platform: { kind: kubernetes }
services:
  shop: { replicas: 3, probes: { readiness: { period: 2s, call: health } }, endpoints: { look: [ wait: 5ms ], health: [ query: db.ping ] } }
databases: { db: { operations: { ping: { work: 1ms } } } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: shop.look } ] } }
faults: [ { id: away, kind: crash, target: db, at: 20s, for: 20s } ]
`);
    const steps = chainOf(viewOf(ran.result), ran.variant()).map(({ subject }) => subject);
    expect(steps).toContain('shop goes off the lists');
    expect(ran.variant().cascade.sentence).toContain('shop: 3 of 3 instances not ready');
  });

  it('reports instances that never come back', () => {
    const ran = probed('readiness: { period: 2s }', 'at: 20s, for: none');
    expect(ofKind(ran, 'unready')).toEqual(['1 of 3 instances not ready']);
    expect(ofKind(ran, 'returned')).toEqual([]);
  });

  it('reports the first time, and how often it happens again', () => {
    const ran = probed(
      'readiness: { period: 2s, failureThreshold: 1 }',
      'at: 20s, for: 4s }, { id: other, kind: hang, target: shop, instances: [1], at: 50s, for: 4s',
    );
    expect(ofKind(ran, 'unready')).toEqual(['1 of 3 instances not ready, the first of 2 times']);
    const back = ran.variant().cascade.events.find(({ kind }) => kind === 'returned');
    expect(back!.at).toBeLessThan(30);
  });

  it('counts a process that refuses its own calls while it stops as such', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 60s, warmup: 5s }
platform: { kind: kubernetes }
services:
  shop: { replicas: 3, lifecycle: { startup: 2s }, probes: { readiness: { period: 1s, initialDelay: 5s } }, endpoints: { buy: [ wait: 8s ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: gone, kind: stop, target: shop, instances: [0], at: 20s, for: 1s } ]
`);
    expect(ofKind(ran, 'unready')).toEqual([]);
    // It exits at 28 s and is ready 5 s after its start.
    expect(ofKind(ran, 'faultEnd')).toEqual(['over: shop[0] is stopped; it is back after 11.9 s']);
  });

  it('says that probes have ended a process', () => {
    const ran = probed('liveness: { period: 2s }', 'at: 20s, for: 12s');
    expect(ofKind(ran, 'killed')[0]).toMatch(/^1 death by its probes, away for 5/);
    expect(ran.variant().journal.map(({ value }) => value)).toContain('condemned');
  });
});
