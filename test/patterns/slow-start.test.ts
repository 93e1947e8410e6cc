import { describe, expect, it } from 'vitest';
import { balancerKind } from '../../src/patterns/registry.js';
import { SlowStart } from '../../src/patterns/mechanisms/slow-start.js';
import { caller, MS, times } from '../support/balancing.js';

const SECOND = 1000 * MS;
const slowStart = { window: '60s' };

/** A caller that sees instance 1 this many ms after it came back. */
function withOneOf(kind: string, ageMs: number, more: object = {}) {
  const own = caller(kind, 2, { slowStart: { ...slowStart, ...more } });
  own.upSince[1] = 100 * SECOND;
  own.clock.now = own.upSince[1] + ageMs * MS;
  return own;
}

describe('the weight of an instance by its age', () => {
  const at = (ms: number, more: object = {}): number =>
    new SlowStart({ window: 60 * SECOND, aggression: 1, minWeight: 0.1, ...more }).shareAt(ms * MS);

  it('grows from minWeight in a line, and is whole from the end of the window on', () => {
    expect([0, 6000, 15_000, 30_000].map((ms) => at(ms))).toEqual([0.1, 0.1, 0.25, 0.5]);
    expect(at(59_999.9)).toBe(59_999 / 60_000);
    expect(at(60_000)).toBe(1);
    expect(at(Infinity)).toBe(1);
  });

  it('is bent by aggression, and that of 1 ms at least', () => {
    expect(at(15_000, { aggression: 2 })).toBe(0.5);
    expect(at(15_000, { aggression: 0.5 })).toBe(0.1);
    expect(at(30_000, { aggression: 0.5 })).toBe(0.25);
    expect(at(0, { minWeight: 0 })).toBe(1 / 60_000);
  });
});

describe('roundRobin with slowStart', () => {
  it('gives a new instance a tenth of the turns of the others', () => {
    const own = withOneOf('roundRobin', 0);
    // Due at 10, as the tenth of the other, but put in before that one.
    expect(times(11, () => own.pick())).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  });

  it('gives it half as many as the other at half of the window', () => {
    const own = withOneOf('roundRobin', 30_000);
    expect(times(9, () => own.pick())).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0]);
  });

  it('takes turns at the end of the window, and goes round behind it', () => {
    for (const ageMs of [60_000, 60_001]) {
      const own = withOneOf('roundRobin', ageMs);
      expect(times(4, () => own.pick())).toEqual([0, 1, 0, 1]);
    }
  });

  it('begins a new schedule when an instance comes back between two picks', () => {
    const own = withOneOf('roundRobin', 100_000);
    expect(times(3, () => own.pick())).toEqual([0, 1, 0]);
    own.upSince[1] = own.clock.now;
    expect(times(10, () => own.pick())).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('no instance is new at the start of a run, and all are to a caller that has restarted', () => {
    const own = caller('roundRobin', 2, { slowStart });
    expect(times(4, () => own.pick())).toEqual([0, 1, 0, 1]);
    own.clock.now = 50 * SECOND;
    own.state.reset!();
    own.upSince[1] = 50 * SECOND;
    own.clock.now = 80 * SECOND;
    expect(times(4, () => own.pick())).toEqual([0, 1, 0, 1]);
  });

  it('multiplies with weights', () => {
    const own = caller('roundRobin', 2, { weights: [1, 4], slowStart });
    own.upSince[1] = 0;
    own.clock.now = 15 * SECOND;
    expect(times(4, () => own.pick())).toEqual([0, 1, 0, 1]);
  });
});

describe('leastRequest with slowStart', () => {
  it('makes no draws while an instance is new: its weight counts with the attempts in flight', () => {
    const own = withOneOf('leastRequest', 30_000);
    own.outstanding[0] = 1;
    // 1 / 2 each: in turn.
    expect(times(6, () => own.pick())).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('draws again behind the window', () => {
    const own = withOneOf('leastRequest', 60_001);
    own.outstanding[0] = 1;
    expect(times(4000, () => own.pick()).filter((k) => k === 0).length / 4000).toBeCloseTo(
      0.25,
      1.3,
    );
  });
});

describe('slowStart', () => {
  it('is known to these two kinds only', () => {
    for (const kind of ['random', 'leastConnections', 'peakEwma', 'nginx', 'first']) {
      expect(balancerKind(kind)!.schema.safeParse({ slowStart }).success).toBe(false);
    }
  });
});

describe('roundRobin with randomStart', () => {
  const first = (index: number): number =>
    caller('roundRobin', 8, { randomStart: true }, index).pick();

  it('callers begin at places of their own, and a restart is another begin', () => {
    expect(new Set(times(100, first)).size).toBe(8);
    expect(times(5, first)).toEqual(times(5, first));
    const own = caller('roundRobin', 8, { randomStart: true }, 3);
    const begins = times(20, () => {
      own.state.reset!();
      return own.pick();
    });
    expect(new Set(begins).size).toBeGreaterThan(4);
  });
});
