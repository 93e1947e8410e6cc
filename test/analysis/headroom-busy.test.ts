import { describe, expect, it } from 'vitest';
import { capacity } from '../../src/index.js';
import type { Headroom } from '../../src/contracts/result/headroom.js';
import { tightestWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

function headroomOf(text: string): Headroom {
  const { headroom } = run(text).variant();
  if (headroom === undefined) throw new Error('no headroom');
  return headroom;
}

/** Three workers of 15 ms serve 200/s, whatever the load does over time. */
const station = (workloads: string, budgets = 'users.success >= 99%'): string => `
faultline: 1
title: A load that changes
run: { duration: 120s, warmup: 5s, seed: 3, replications: 1 }
services:
  store: { concurrency: 3, queue: { capacity: 60 }, endpoints: { get: [ wait: exponential(15ms) ] } }
workloads:
  ${workloads}
budgets: [ ${budgets} ]
`;
const one = (arrivals: string): string =>
  station(`users: { arrivals: ${arrivals}, requests: [ { call: store.get } ] }`);
/** 50/s, and 150/s from 40 to 70 s. */
const STAGES =
  '{ kind: stages, start: 50/s, stages: [ { duration: 40s, target: 50/s }, { duration: 0s, target: 150/s }, { duration: 30s, target: 150/s }, { duration: 0s, target: 50/s } ] }';

describe('headroom of a load that changes', () => {
  it('is that of the busiest time, which it says', () => {
    const headroom = headroomOf(one(STAGES));
    const [store] = headroom.components;
    expect(store!.when).toMatchObject({ from: 40, until: 70 });
    expect(store!.when!.rate / 150).toBeCloseTo(1, 1);
    expect(store!.factor / (200 / 150)).toBeCloseTo(1, 1);
    expect(tightestWords(headroom, [])).toMatch(
      /^store saturates first, at 1\.3\d*x this load, 19\d|20\d\/s \(7\d.* % of its 3 workers at 1[45]\d.*\/s from 40 to 70 s\)$/,
    );
  });

  it('agrees with capacity on the multiple of the load', { timeout: 60_000 }, async () => {
    const { limits } = await capacity(one(STAGES), { resolution: 0.02 });
    expect(limits[0]!.holds / headroomOf(one(STAGES)).components[0]!.factor).toBeCloseTo(1, 1);
  });

  it('of bursts is that of 5 s with one, and of a constant load that of all the time', () => {
    const burst = '{ kind: burst, base: 20/s, peak: 160/s, every: 30s, for: 10s }';
    const [store] = headroomOf(one(burst)).components;
    expect(store!.when!.until - store!.when!.from).toBe(10);
    expect(store!.factor / (200 / 160)).toBeCloseTo(1, 1);
    expect(headroomOf(one('poisson(100/s)')).components[0]!.when).toBeUndefined();
    expect(headroomOf(one('closed(20 100ms)')).components[0]!.when).toBeUndefined();
  });

  it('of a burst of 1 s that fails is that of the time in which it is served', () => {
    // From 60 s on 800 and 20/s calls are due, and the three workers serve 200/s.
    const burst = `crowd: { arrivals: 'burst(base=0/s peak=800/s every=60s for=1s)', start: 40s, requests: [ { call: store.get } ] }`;
    const users = `users: { arrivals: poisson(20/s), requests: [ { call: store.get } ] }\n  `;
    const text = station(users + burst, 'crowd.success >= 99%').replace(
      'replications: 1',
      'replications: 5',
    );
    const [store] = headroomOf(text).components;
    expect(store!.when!.from).toBe(60);
    expect(store!.factor).toBeLessThan(1);
    const { from, until } = store!.when!;
    const due = 800 + 20 * (until - from);
    expect(store!.factor / ((200 * (until - from)) / due)).toBeCloseTo(1, 1);
    // A queue for all of it: no call fails, and the time around the burst has room.
    const long = text.replace('capacity: 60', 'capacity: 900');
    expect(headroomOf(long).components[0]!.factor).toBeGreaterThan(1);
  });

  it.each([
    // Ten workers of 50 ms serve 200/s. The calm second beside a burst of 4 s is not part of it.
    [
      'of 4 s',
      5,
      'kind: stages, start: 80/s, stages: [ { duration: 5s, target: 80/s }, { duration: 0s, target: 300/s }, { duration: 4s, target: 300/s }, { duration: 0s, target: 80/s } ]',
      4,
    ],
    [
      'with which the time begins',
      0,
      'kind: burst, base: 100/s, peak: 300/s, every: 20s, for: 5s',
      5,
    ],
  ])('of a burst %s is without the calm time around it', (_, from, arrivals, seconds) => {
    const text = one(`{ ${arrivals} }`)
      .replace('concurrency: 3, queue: { capacity: 60 }', 'concurrency: 10')
      .replace('exponential(15ms)', '50ms')
      .replace('duration: 120s', 'duration: 20s');
    const [store] = headroomOf(text).components;
    expect(store!.when).toMatchObject({ from, until: from + seconds });
    expect((store!.factor * store!.when!.rate) / 200).toBeCloseTo(1, 1);
  });

  it('is that of the busiest time while a fault is active, too', () => {
    // Half as fast, three workers serve 100/s: of 150/s until 15 s, and of 50/s after it.
    const arrivals =
      '{ kind: stages, start: 150/s, stages: [ { duration: 15s, target: 150/s }, { duration: 0s, target: 50/s } ] }';
    const slow = '{ id: slow, kind: slow, target: store, factor: 2, at: 5s, for: 30s }';
    const headroom = headroomOf(
      `${one(arrivals).replace('duration: 120s', 'duration: 40s')}faults: [ ${slow} ]\n`,
    );
    const [store] = headroom.faults[0]!.components;
    expect(store!.when).toMatchObject({ from: 5, until: 15 });
    expect(store!.factor / (100 / 150)).toBeCloseTo(1, 1);
    expect(tightestWords(headroom, [])).toMatch(/0\.6\d*x from 5 to 15 s while “slow”$/);
  });

  it('finds a workload that runs while another one is quiet', () => {
    const text = station(
      [
        'users: { arrivals: { kind: stages, start: 100/s, stages: [ { duration: 60s, target: 100/s }, { duration: 0s, target: 20/s } ] }, requests: [ { call: store.get } ] }',
        'night: { arrivals: poisson(8/s), start: 80s, requests: [ { call: books.close } ] }',
      ].join('\n  '),
    ).replace(
      'services:',
      'services:\n  books: { concurrency: 1, endpoints: { close: [ wait: 100ms ] } }',
    );
    const { components } = headroomOf(text);
    const books = components.find(({ component }) => component === 'books')!;
    // 8/s x 100 ms = 0.8 of 1 worker, and a third of that over the entire run.
    expect(books.when).toMatchObject({ from: 80, until: 120 });
    expect(books.factor / 1.25).toBeCloseTo(1, 0);
    const store = components.find(({ component }) => component === 'store')!;
    expect(store.when).toMatchObject({ from: 0, until: 60 });
    expect(store.factor / 2).toBeCloseTo(1, 1);
  });

  it('above the limit remains the limit', () => {
    const [store] = headroomOf(one(STAGES.replaceAll('150/s', '400/s'))).components;
    expect(store!.factor / 0.5).toBeCloseTo(1, 1);
  });

  it('is no figure where it is far', () => {
    const text = one('poisson(50/s)').replace('concurrency: 3', 'concurrency: 1000');
    expect(tightestWords(headroomOf(text), [])).toMatch(
      /^no component is near a limit: store, the nearest, uses 0\.07\d* % of its 1,000 workers at [45]\d.*\/s$/,
    );
  });
});

describe('headroom under a fault', () => {
  it('is no figure while calls do not return, whatever their time limit is', () => {
    const text = (kind: string): string => `
faultline: 1
title: A region is out
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  api: { concurrency: 40, queue: { capacity: 200 }, endpoints: { get: [ call: region.read ] }, outbound: { region: { timeout: 1s } } }
  region: { concurrency: 100, endpoints: { read: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(150/s), requests: [ { call: api.get } ] } }
faults: [ { id: out, ${kind}, target: region, at: 20s, for: 20s } ]
`;
    const out = headroomOf(text('kind: crash, blackhole: true'));
    expect(out.faults[0]).toMatchObject({ fault: 'out', stuckOn: 'region' });
    const words = [{ id: 'out', words: 'region out' }] as never;
    expect(tightestWords(out, words)).toContain(
      '; none while “region out”: calls of api to region do not return',
    );
    const hangs = headroomOf(text('kind: hang')).faults[0]!;
    expect([hangs.components[0]!.component, hangs.stuckOn]).toEqual(['region', 'region']);
    // Slower answers do return: 150/s x 400 ms = 60 of 40 workers.
    const slow = headroomOf(text('kind: slow, factor: 20'));
    expect(slow.faults[0]!.stuckOn).toBeUndefined();
    expect(slow.faults[0]!.components[0]!.factor).toBeLessThan(0.75);
  });
});
