import { describe, expect, it } from 'vitest';
import { loadChangesOf, type LoadChanges } from '../../src/analysis/story/load-changes.js';
import { stepsOf } from '../../src/analysis/measure/steps.js';
import { compile } from '../../src/plan/compile.js';
import { load, run } from '../theory/program.js';

const SECOND = 1e9;

/** A run of 200 s in steps of 1 s after 10 s of warm-up; changes in seconds from its end. */
function changes(
  workload: string,
): Record<'changes' | 'rises' | 'starts' | 'jumps', readonly number[]> {
  const { changesNs, risesNs, startsNs, jumpsNs, warmupNs } = loadsOf(workload);
  const seconds = (times: readonly number[]): readonly number[] =>
    times.map((at) => (at - warmupNs) / SECOND);
  return {
    changes: seconds(changesNs),
    rises: seconds(risesNs),
    starts: seconds(startsNs),
    jumps: seconds(jumpsNs),
  };
}

/** Seconds of the measured time in which the load is low, 0 = none. */
function calm(workload: string): number {
  const { calmNs, warmupNs } = loadsOf(workload);
  return Math.max(0, calmNs - warmupNs) / SECOND;
}

function loadsOf(workload: string): LoadChanges & { readonly warmupNs: number } {
  const file = load(`
faultline: 1
title: Loads
run: { duration: 200s, warmup: 10s, timeline: 1s }
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { ${workload}, requests: [ { call: shop.buy } ] } }
`);
  const plan = compile(file.variants[0], file);
  return { ...loadChangesOf(plan, stepsOf(plan)), warmupNs: plan.warmupNs };
}

describe('changes of the load', () => {
  it('are the bounds of stages: a ramp is a rise, and a jump where the load was constant', () => {
    const stages =
      '{ duration: 50s, target: 10/s }, { duration: 0s, target: 40/s }, { duration: 30s, target: 40/s }, { duration: 20s, target: 80/s }, { duration: 60s, target: 80/s }, { duration: 20s, target: 5/s }';
    expect(changes(`arrivals: { kind: stages, start: 10/s, stages: [ ${stages} ] }`)).toEqual({
      changes: [50, 80, 160],
      rises: [50, 80],
      starts: [50, 80],
      jumps: [50],
    });
  });

  it('are both ends of bursts, but of such as come all the time', () => {
    expect(changes('arrivals: burst(base=5/s peak=50/s every=60s for=20s)')).toEqual({
      changes: [20, 60, 80, 120, 140, 180],
      rises: [60, 120, 180],
      starts: [60, 120, 180],
      jumps: [60, 120, 180],
    });
    expect(changes('arrivals: burst(base=5/s peak=50/s every=60s for=1ms)').changes).toEqual([
      0.001, 60, 120, 180,
    ]);
    expect(changes('arrivals: burst(base=5/s peak=50/s every=9s for=2s)').changes).toEqual([]);
  });

  it('are where a workload begins and stops, and users come one by one', () => {
    expect(changes('arrivals: poisson(10/s), start: 30s, stop: 90s')).toEqual({
      changes: [30, 90],
      rises: [30],
      starts: [30],
      jumps: [30],
    });
    const closed = 'arrivals: { kind: closed, users: 20, think: 1s, rampUp: 20s }, start: 40s';
    expect(changes(closed)).toEqual({ changes: [40], rises: [40], starts: [40], jumps: [] });
    expect(changes('arrivals: poisson(10/s)').changes).toEqual([]);
    expect(changes('arrivals: sinusoid(10/s 5/s 60s)').changes).toEqual([]);
  });
});

describe('the time in which a run without faults is as usual', () => {
  it('ends with the first rise, or after a tenth of a climb from the start', () => {
    const stages = (...list: readonly string[]): string =>
      `arrivals: { kind: stages, start: 1/s, stages: [ ${list.join(', ')} ] }`;
    const hold = '{ duration: 30s, target: 1/s }';
    const climb = '{ duration: 150s, target: 90/s }';
    expect(calm(stages(hold, climb))).toBe(30);
    expect(calm(stages(climb))).toBe(15);
    expect(calm(stages(climb, hold, climb))).toBe(15);
    // Some steps at least, and not beyond the run.
    expect(calm(stages('{ duration: 60s, target: 90/s }'))).toBe(10);
    expect(calm(stages('{ duration: 2h, target: 90/s }'))).toBe(20);
    expect(calm(stages('{ duration: 60s, target: 0.1/s }'))).toBe(0);
    expect(calm('arrivals: poisson(10/s)')).toBe(0);
    expect(calm('arrivals: { kind: closed, users: 20, think: 1s, rampUp: 110s }')).toBe(10);
  });
});

/** 3/s, and 60/s from an instant on, for a bank that is good for 20/s. */
const jump = (at: string): ReturnType<typeof run> =>
  run(`
faultline: 1
title: A jump of the load
run: { duration: 200s, replications: 1, warmup: 0s }
services:
  shop: { concurrency: 4, queue: { capacity: 20 }, endpoints: { buy: [ { call: bank.charge, policy: { timeout: 2s } } ] } }
  bank: { concurrency: 2, queue: { capacity: 20 }, endpoints: { charge: [ wait: 100ms ] } }
workloads:
  users:
    arrivals: { kind: stages, start: 3/s, stages: [ { duration: ${at}, target: 3/s }, { duration: 0s, target: 60/s } ] }
    requests: [ { call: shop.buy } ]
`);

describe('a story in which the load rises', () => {
  it.each([58, 59, 60, 61, 61.3, 62, 63])(
    'has no degraded component before it does, at %d s',
    (at) => {
      const { cascade } = jump(`${at}s`).variant();
      const told = cascade.events.filter(({ kind }) => kind !== 'notRecovered');
      expect(told.map(({ subject }) => subject).sort()).toEqual([
        'bank',
        'bank',
        'shop',
        'shop',
        'users.buy',
      ]);
      for (const event of told) {
        expect(event.at, `${event.subject} ${event.kind}`).toBeGreaterThanOrEqual(at);
        expect(event.at, `${event.subject} ${event.kind}`).toBeLessThan(at + 1);
      }
      expect(cascade.sentence).toContain('bank is the first in trouble');
    },
  );
});

describe('a story in which the load climbs from the start', () => {
  it('tells of slow answers from where the server is full, and not of those that the end cuts off', () => {
    // 100/s are served. The climb passes them after 90 s, and ends at 200/s: some 5,000 wait, for 50 s.
    const { cascade } = run(`
faultline: 1
title: A climb
run: { duration: 200s, replications: 1, warmup: 0s }
services: { shop: { concurrency: 4, endpoints: { buy: [ wait: 40ms ] } } }
workloads:
  users:
    arrivals: { kind: stages, start: 1/s, stages: [ { duration: 190s, target: 200/s } ] }
    requests: [ { call: shop.buy } ]
`).variant();
    const [first] = cascade.events.filter(
      ({ subject, kind }) => subject === 'users.buy' && kind !== 'notRecovered',
    );
    expect(first!.text).toMatch(/^p95 [\d.]+ s instead of 4\d(\.\d)? ms$/);
    expect(first!.at).toBeGreaterThan(88);
    expect(first!.at).toBeLessThan(102);
  });
});
