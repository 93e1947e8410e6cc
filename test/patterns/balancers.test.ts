import { describe, expect, it } from 'vitest';
import { balancerKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { caller, MS, shares, times } from '../support/balancing.js';

describe('ways to pick an instance', () => {
  it('are these, sorted', () => {
    expect(balancerKinds.map(({ balancer }) => balancer)).toEqual([
      'first',
      'kong',
      'leastConnections',
      'leastRequest',
      'maglev',
      'nginx',
      'peakEwma',
      'random',
      'ringHash',
      'roundRobin',
      'weighted',
    ]);
  });

  it('never leave the instances that are up', () => {
    const up = Int32Array.of(1, 3, 4, 0, 0);
    for (const { balancer, schema } of balancerKinds) {
      const tried = [{}, { key: 'user' }, { weights: [3, 1, 2] }];
      const written = tried.find((each) => schema.safeParse(each).success);
      const own = caller(balancer, 5, written);
      for (let k = 0; k < 200; k++) {
        own.outstanding[k % 5] = k % 3;
        own.clock.now += MS;
        expect([1, 3, 4]).toContain(own.pick(up, 3));
      }
    }
  });
});

describe('roundRobin and first', () => {
  it('go round in order, and stay at the first', () => {
    const round = caller('roundRobin', 3);
    expect(times(7, () => round.pick())).toEqual([0, 1, 2, 0, 1, 2, 0]);
    const first = caller('first', 3);
    expect(times(3, () => first.pick())).toEqual([0, 0, 0]);
    expect(first.pick(Int32Array.of(1, 2))).toBe(1);
  });

  it('first: leaves an instance only when its connection breaks', () => {
    const own = caller('first', 3);
    expect(own.pick()).toBe(0);
    own.clock.now = 2 * MS;
    // An attempt that leaves out 0, which is up, comes back to it.
    expect([own.pick(Int32Array.of(1, 2)), own.pick()]).toEqual([1, 0]);
    // It was down: callers stay with 1, until that one has been down too.
    own.clock.now = 3 * MS;
    expect(own.pick(Int32Array.of(1, 2))).toBe(1);
    own.upSince[0] = 4 * MS;
    own.clock.now = 5 * MS;
    expect([own.pick(), own.pick()]).toEqual([1, 1]);
    own.upSince[1] = 6 * MS;
    own.clock.now = 7 * MS;
    expect([own.pick(), own.pick()]).toEqual([0, 0]);
  });
});

describe('leastConnections', () => {
  it('finds the least of all, and takes ties in turn', () => {
    const own = caller('leastConnections', 4);
    expect(times(5, () => own.pick())).toEqual([0, 1, 2, 3, 0]);
    own.outstanding.set([2, 1, 3, 1]);
    expect(times(3, () => own.pick())).toEqual([1, 3, 1]);
  });
});

describe('leastRequest', () => {
  it('misses the only idle one when both choices fall on others: (n-1)^2 / n^2', () => {
    const own = caller('leastRequest', 4);
    own.outstanding.set([1, 1, 1, 0]);
    const picks = times(20_000, () => own.pick());
    expect(shares(picks, 4)[3]).toBeCloseTo(1 - 9 / 16, 1.8);
  });
});

describe('peakEwma', () => {
  it('takes a slower answer at once and a faster one by and by', () => {
    const own = caller('peakEwma', 2, { decay: '10s' });
    own.state.ended!(0, 100 * MS, OUTCOME.ok);
    own.state.ended!(1, 50 * MS, OUTCOME.ok);
    expect(
      shares(
        times(50, () => own.pick()),
        2,
      ),
    ).toEqual([0, 1]);
    // 60 ms now: above the remembered value, so it counts at once; still below 100.
    own.state.ended!(1, 60 * MS, OUTCOME.ok);
    expect(own.pick()).toBe(1);
    own.state.ended!(1, 300 * MS, OUTCOME.ok);
    expect(
      shares(
        times(50, () => own.pick()),
        2,
      ),
    ).toEqual([1, 0]);
    // After one decay the 300 have become 300/e + 20 (1 - 1/e) = 123, the other 100/e = 37.
    own.clock.now += 10_000 * MS;
    own.state.ended!(1, 20 * MS, OUTCOME.ok);
    expect(own.pick()).toBe(0);
  });

  it('multiplies with what is under way: two at 30 ms are as far as one at 60', () => {
    const own = caller('peakEwma', 2);
    own.state.ended!(0, 30 * MS, OUTCOME.ok);
    own.state.ended!(1, 60 * MS, OUTCOME.ok);
    own.outstanding[0] = 2;
    expect(
      shares(
        times(50, () => own.pick()),
        2,
      ),
    ).toEqual([0, 1]);
    own.outstanding[0] = 0;
    expect(
      shares(
        times(50, () => own.pick()),
        2,
      ),
    ).toEqual([1, 0]);
  });

  it('shuns an instance that has something under way and was never heard of', () => {
    const own = caller('peakEwma', 2);
    own.state.ended!(0, 900 * MS, OUTCOME.ok);
    expect(own.pick()).toBe(1);
    own.outstanding[1] = 1;
    expect(own.pick()).toBe(0);
  });
});

describe.each([
  ['ringHash', 0.06],
  ['maglev', 0.01],
])('%s', (kind, uneven) => {
  it('sends a key to one instance, and the keys evenly', () => {
    const own = caller(kind, 4, { key: 'user' });
    const picks = times(20_000, (value) => own.pickKey(value));
    expect(times(20_000, (value) => own.pickKey(value))).toEqual(picks);
    for (const share of shares(picks, 4)) expect(Math.abs(share - 0.25)).toBeLessThan(uneven);
  });

  it('moves the keys of an instance that goes, and hardly any other', () => {
    const own = caller(kind, 5, { key: 'user' });
    const before = times(10_000, (value) => own.pickKey(value));
    const after = times(10_000, (value) => own.pickKey(value, Int32Array.of(0, 1, 2, 4)));
    const moved = before.filter((instance, value) => instance !== 3 && after[value] !== instance);
    expect(moved.length / before.length).toBeLessThan(kind === 'ringHash' ? 1e-9 : 0.05);
    expect(times(10_000, (value) => own.pickKey(value))).toEqual(before);
  });
});
