import { describe, expect, it } from 'vitest';
import { outcomeColumns } from '../../src/report/view/columns.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** 97 of 100 requests read and always succeed; the others order, and fail from the fault at 30 s on to the end. */
const ran = run(`
faultline: 1
title: A dead kind of request
run: { duration: 120s }
services: { a: { runtime: async, endpoints: { read: [ wait: 1ms ], order: [ call: b ] } }, b: { endpoints: { go: [ wait: 1ms ] } } }
workloads:
  users:
    arrivals: constant(100/s)
    requests: [ { name: read, call: a.read, weight: 97 }, { name: order, call: a.order, weight: 3 } ]
faults:
  - { id: trouble, kind: latency, target: a, add: 1ms, at: 30s, for: 10s }
  - { id: dead, kind: crash, target: b, at: 30s, for: 90s }
budgets: [ users.recovery < 5s after trouble, users.read.recovery < 5s after trouble ]
`);

describe('a workload of which one kind of request is dead', () => {
  const [variant] = ran.result.variants;

  it('has not recovered, although 97 % of its requests succeed', () => {
    const [users, read] = variant!.budgets;
    expect([users!.verdict, read!.verdict]).toEqual(['fail', 'pass']);
    expect(variant!.summary.recovery.never).toBe(1);
  });

  it('shows the success of that kind beside that of all', () => {
    const columns = outcomeColumns(viewOf(ran.result));
    const worst = columns.find(({ key }) => key === 'worst')!.pick(variant!).value!;
    // 30 of 120 s, and 1 of 97 in all.
    expect(worst).toBeCloseTo(0.25, 1);
    expect(variant!.summary.success.value).toBeCloseTo(1 - 0.03 * 0.75, 2);
  });
});

describe('the verdict on a kind of request that is dead for good', () => {
  const of = (restart: string): ReturnType<typeof run> =>
    run(`
faultline: 1
title: A dead kind of request
run: { duration: 90s, warmup: 10s, seed: 5 }
services: { a: { runtime: async, endpoints: { read: [ wait: 1ms ], order: [ call: b ] } }, b: { endpoints: { go: [ wait: 1ms ] } } }
workloads:
  users:
    arrivals: poisson(200/s)
    requests: [ { name: read, call: a.read, weight: 97 }, { name: order, call: a.order, weight: 3 } ]
faults: [ { id: dead, kind: crash, target: b, restart: ${restart}, at: 20s, for: 5s } ]
`);

  it('is not that of all requests, of which 97 % succeed', () => {
    const [variant] = of('false').result.variants;
    expect(variant!.cascade.endings).toMatchObject([{ verdict: 'lost', subject: 'b' }]);
    expect(variant!.cascade.sentence).toContain('it stays down for good');
  });

  it('is well where it comes back', () => {
    expect(of('true').variant().cascade.verdicts).toEqual(['untouched']);
  });
});
