import { describe, expect, it } from 'vitest';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** Requests of 100 ms, and a change of `app` from 4 to 8 s. */
function changed(host: string, set: string, rate: string, rest = ''): VariantResult {
  return run(`
faultline: 1
title: A changed capacity
run: { duration: 12s, warmup: 0s, drain: 1s, replications: 1 }
services:
  app: { ${host}, endpoints: { buy: [ wait: 100ms ] } }
workloads:
  users: { arrivals: constant(${rate}), patience: 5s, requests: [ { call: app.buy } ] }
faults: [ { id: change, kind: change, set: { ${set} }, at: 4s, for: 4s }${rest} ]
budgets:
  - app.utilization < 1% from 2s to 4s
  - app.utilization < 1% from 5s to 7s
`).variant();
}

/** The shares of the workers in use before the change and during it. */
function used({ budgets }: VariantResult): readonly number[] {
  return budgets.map(({ value }) => Math.round(Number(value) * 1e3) / 1e3);
}

function saturations({ cascade }: VariantResult): readonly string[] {
  return cascade.events
    .filter(({ kind }) => kind === 'saturated')
    .map(({ at, text }) => `${at} ${text}`);
}

describe('the capacity that a change sets', () => {
  it('is what the workers in use are measured against', () => {
    const fewer = changed('concurrency: 50', 'services.app.concurrency: 10', '150/s');
    // 15 of 50 in use, then 10 of 10.
    expect(used(fewer)).toEqual([0.3, 1]);
    expect(saturations(fewer)[0]).toMatch(/^4 10 of 10 workers busy, /);
    // 100/s of 150/s.
    expect(fewer.headroom?.faults[0].components[0]).toMatchObject({ limit: 10 });
    const more = changed('concurrency: 10', 'services.app.concurrency: 50', '90/s');
    expect(used(more)).toEqual([0.9, 0.18]);
    expect(saturations(more)).toEqual([]);
  });

  it('is that of each instance', () => {
    const half = changed(
      'replicas: 2, loadBalancing: roundRobin, concurrency: 20',
      'services.app.concurrency: 5',
      '80/s',
    );
    expect(used(half)).toEqual([0.2, 0.8]);
  });

  it('is the place in its queue', () => {
    const slow = ', { id: slow, kind: slow, target: app, factor: 4, at: 5s, for: 2s }';
    const short = changed(
      'concurrency: 10, queue: { capacity: 500 }',
      'services.app.queue.capacity: 20',
      '90/s',
      slow,
    );
    // 90/s come and 25/s leave: 20 more than in service after 0.3 s.
    expect(saturations(short)[0]).toMatch(/10 of 10 workers busy, queue of 20 full at 5\.3 s$/);
  });

  it('is that of a limit on calls', () => {
    const { headroom } = run(`
faultline: 1
title: A bulkhead that a change makes smaller
run: { duration: 12s, warmup: 2s, drain: 1s, replications: 1 }
policies:
  shield: { bulkhead: { kind: semaphore, maxConcurrent: 50, maxWait: 10s, maxQueue: 5000 } }
services:
  shop: { endpoints: { buy: [ { call: app.buy, policy: shield } ] } }
  app: { endpoints: { buy: [ wait: 100ms ] } }
workloads:
  users: { arrivals: constant(150/s), requests: [ { call: shop.buy } ] }
faults: [ { id: change, kind: change, set: { policies.shield.bulkhead.maxConcurrent: 10 }, at: 4s, for: 4s } ]
`).variant();
    // Each call holds a permit for 100 ms: 50 hold 500/s, and 10 hold 100/s.
    const of = { component: 'shop', of: 'app', resource: 'permits' };
    expect(headroom!.components[0]).toMatchObject({ ...of, limit: 50 });
    expect(headroom!.components[0].saturatesAt).toBeCloseTo(500, -1);
    expect(headroom!.faults[0].components[0]).toMatchObject({ ...of, limit: 10 });
    expect(headroom!.faults[0].components[0].saturatesAt).toBeCloseTo(100, -1);
  });
});
