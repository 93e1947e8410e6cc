import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { expectedCalls } from '../../src/plan/loads.js';
import { expectedArrivals } from '../../src/contracts/scenario/arrivals.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { Workload } from '../../src/contracts/scenario/workloads.js';
import type { Arrivals } from '../../src/contracts/scenario/arrivals.js';
import {
  call,
  constant,
  exponential,
  fileOf,
  ms,
  request,
  scenario,
  seconds,
  service,
  work,
  workload,
} from '../support/scenario.js';

function planOf(workloads: readonly Workload[]): Plan {
  const { variant, file } = fileOf(
    scenario({
      run: { warmupNs: seconds(20) },
      services: [service('a', { run: [work(1)] })],
      workloads,
    }),
  );
  return compile(variant, file);
}
const requests = [
  request('second', [call('a.run')], { weight: 30, goodputWithinNs: ms(5) }),
  request('first', [call('a.run')], { weight: 70, patience: { afterNs: ms(9), cancel: true } }),
];

describe('loads', () => {
  it('expect a call per request and edge', () => {
    const users = workload('users', requests, { arrivals: { kind: 'constant', rate: 100 } });
    const plan = planOf([users]);
    const [{ startNs, stopNs }] = plan.loads as [Plan['loads'][0]];
    expect(plan.edges.length).toBeGreaterThan(0);
    const expected = expectedArrivals(users.arrivals, stopNs - startNs);
    expect(expectedCalls(plan)).toBe(plan.edges.length * expected);
  });

  it('weigh the requests in the order of the parts', () => {
    const [load] = planOf([workload('users', requests)]).loads;
    expect([...load!.weights]).toEqual([70, 100]);
    expect(load!.requests).toEqual([
      { patienceNs: ms(9), patienceCancels: true, goodputWithinNs: null },
      { patienceNs: null, patienceCancels: false, goodputWithinNs: ms(5) },
    ]);
  });

  it('run through the warm-up unless they start later', () => {
    const plan = planOf([
      workload('all-the-time', requests),
      workload('for-a-while', requests, { startNs: seconds(10), stopNs: seconds(30) }),
      workload('until-late', requests, { stopNs: seconds(500) }),
    ]);
    expect(plan.loads.map((load) => [load.startNs, load.stopNs])).toEqual([
      [0, seconds(80)],
      [seconds(30), seconds(50)],
      [0, seconds(80)],
    ]);
  });

  it('trace about 400 requests of a run, all of them when there are fewer', () => {
    const at = (rate: number) =>
      workload('users', requests, { arrivals: { kind: 'constant', rate } });
    // 80 s at 100 per second.
    expect(planOf([at(100)]).traceShare).toBe(0.05);
    expect(planOf([at(5)]).traceShare).toBe(1);
  });
});

describe('expected arrivals', () => {
  const of = (arrivals: Arrivals, time: number): number =>
    expectedArrivals(arrivals, seconds(time));

  it('of a constant rate are rate times time', () => {
    expect(of({ kind: 'poisson', rate: 300 }, 10)).toBe(3000);
    expect(of({ kind: 'poisson', rate: 300 }, 0)).toBe(0);
  });

  it('of stages are the area below the ramps', () => {
    const stages: Arrivals = {
      kind: 'stages',
      start: 10,
      stages: [
        { durationNs: seconds(10), target: 30 },
        { durationNs: 0, target: 50 },
        { durationNs: seconds(10), target: 50 },
      ],
      process: 'poisson',
    };
    // 10 s rising from 10 to 30, then 50 per second.
    expect(of(stages, 5)).toBe(75);
    expect(of(stages, 10)).toBe(200);
    expect(of(stages, 30)).toBe(1200);
  });

  it('of bursts are the base and what each burst adds', () => {
    const burst: Arrivals = {
      kind: 'burst',
      base: 10,
      peak: 110,
      everyNs: seconds(20),
      forNs: seconds(2),
      process: 'poisson',
    };
    expect(of(burst, 21)).toBe(210 + 100 * 3);
  });

  it('of a sinusoid are the mean over whole periods', () => {
    const wave: Arrivals = {
      kind: 'sinusoid',
      mean: 50,
      amplitude: 40,
      periodNs: seconds(10),
      process: 'poisson',
    };
    expect(of(wave, 30)).toBeCloseTo(1500, 6);
    // Half a period above the mean: 250 + 40 * 10 / pi.
    expect(of(wave, 5)).toBeCloseTo(250 + 400 / Math.PI, 6);
  });

  it('of a renewal process are time over the mean gap, of instants those that come', () => {
    expect(of({ kind: 'renewal', gap: exponential(ms(20)) }, 10)).toBe(500);
    expect(of({ kind: 'at', timesNs: [0, ms(10), seconds(5)], requests: null }, 5)).toBe(2);
  });

  it('of users are their rounds at an answer time of 0.1 s', () => {
    expect(
      of({ kind: 'closed', users: 8, think: constant(ms(900)), ramp: null, rampUpNs: 0 }, 10),
    ).toBe(80);
  });
});
