import { describe, expect, it } from 'vitest';
import { Behavior, wantedBy, wantedForTotal } from '../../src/model/platform/scaling/hpa.js';
import type { Reading } from '../../src/model/platform/scaling/hpa.js';
import type { HpaScaling, ScalingRules } from '../../src/contracts/scenario/scaling-ratio.js';

/** Use of requests of 1 core: a number, `-` = not measured, `!0.5` = set aside. */
const readings = (text: string): Reading[] =>
  text.split(' ').map((word) => ({
    value: word === '-' ? null : Number(word.replace('!', '')),
    weight: 1,
    ignored: word.startsWith('!'),
  }));

const cpu = (text: string, target: number): number | null => {
  const all = readings(text);
  const rule = { target, tolerance: 0.1, unit: 0.01, busy: Math.max(1, target) };
  return wantedBy(all, all.length, rule);
};

describe('what a metric asks for (replica_calculator.go)', () => {
  it.each([
    ['0.3 0.5 0.7', 0.3, 5],
    ['!0.3 0.5 0.7', 0.3, 4],
    ['0.4 !0.5 !0.7', 0.3, 3],
    ['0.1 0.3 0.5 0.25 0.25', 0.5, 3],
    ['1.01 1.03 1.02', 1, 3],
    ['0.4 0.095 - -', 1, 3],
    ['1 -', 1, 2],
    ['1.9 -', 1, 2],
    ['0.6 -', 1, 2],
    ['!0.1 0.45 -', 0.5, 3],
    // At its desired state: no pods are missing.
    ['0.5 -', 0.5, 2],
    ['0.5 0.5 -', 0.5, 3],
    ['!0.1 2 -', 0.5, 4],
    ['!0.1 0.1 0.1 -', 0.5, 3],
    // GS-26.
    ['0.8 0.8 0.8 0.8', 0.5, 7],
    ['0.54 0.54 0.54 0.54', 0.5, 4],
    ['2 2 2 2', 0.5, 16],
  ] as const)('%s of a target of %s: %s', (text, target, wanted) => {
    expect(cpu(text, target)).toBe(wanted);
  });

  it('asks for nothing where nothing is measured', () => {
    expect(cpu('- !0.5', 0.5)).toBeNull();
  });

  it('divides a total', () => {
    expect(wantedForTotal(95, 4, 10, 0.1)).toBe(10);
    // 1.05 of the target changes nothing.
    expect(wantedForTotal(42, 4, 10, 0.1)).toBe(4);
    expect(wantedForTotal(1, 4, 10, 0.1)).toBe(1);
  });

  it('does not see what doubles add to decimal shares', () => {
    // 3 x 0.1 is not 0.3 as doubles; the edge of the tolerance belongs to it.
    expect(cpu('0.55 0.55 0.55', 0.5)).toBe(3);
    expect(wantedForTotal(0.3, 1, 0.1, 0.1)).toBe(3);
  });
});

const rules = (more: Partial<ScalingRules> = {}): ScalingRules => ({
  stabilizationNs: 0,
  policies: [{ unit: 'percent', value: 100, periodNs: 15e9 }],
  selectPolicy: 'max',
  ...more,
});

const behavior = (up: ScalingRules, down: ScalingRules, initial: number): Behavior => {
  const none = { metrics: [], min: 1, max: 100, syncNs: 15e9, metricDelayNs: 0, tolerance: 0.1 };
  return new Behavior({ ...none, up, down } as unknown as HpaScaling, initial);
};

/** Applies recommendations at times in seconds, one after the other. */
const decided = (
  own: Behavior,
  initial: number,
  steps: readonly (readonly [at: number, wanted: number])[],
): number[] => {
  let current = initial;
  return steps.map(([at, wanted]) => (current = own.decide(at * 1e9, current, wanted)));
};

describe('what becomes of it (horizontal.go)', () => {
  const usualUp = rules({
    policies: [
      { unit: 'percent', value: 100, periodNs: 15e9 },
      { unit: 'pods', value: 4, periodNs: 15e9 },
    ],
  });

  it('doubles or adds four in a period, whichever is more', () => {
    const own = behavior(usualUp, rules(), 1);
    const wanted = [15, 30, 45, 60].map((at) => [at, 50] as const);
    expect(decided(own, 1, wanted)).toEqual([5, 10, 20, 40]);
  });

  it('counts what came within the period', () => {
    const own = behavior(usualUp, rules(), 4);
    // 8 at 15 s: at 20 s the period still has 4 at its start; at 30 s it is over.
    expect(
      decided(own, 4, [
        [15, 50],
        [20, 50],
        [30, 50],
      ]),
    ).toEqual([8, 8, 16]);
  });

  it('takes the policy that allows least where that is asked for, or none', () => {
    const least = behavior({ ...usualUp, selectPolicy: 'min' }, rules(), 10);
    expect(decided(least, 10, [[15, 50]])).toEqual([14]);
    const never = behavior({ ...usualUp, selectPolicy: 'disabled' }, rules(), 10);
    expect(decided(never, 10, [[15, 50]])).toEqual([10]);
  });

  it('takes away no more than policies allow', () => {
    const ten = rules({ policies: [{ unit: 'percent', value: 10, periodNs: 60e9 }] });
    const own = behavior(rules(), ten, 20);
    expect(
      decided(own, 20, [
        [15, 1],
        [30, 1],
        [90, 1],
      ]),
    ).toEqual([18, 18, 16]);
    const two = rules({ policies: [{ unit: 'pods', value: 2, periodNs: 15e9 }] });
    expect(decided(behavior(rules(), two, 20), 20, [[15, 1]])).toEqual([18]);
  });

  it('keeps what was asked for in the last five minutes (GS-26)', () => {
    const own = behavior(usualUp, rules({ stabilizationNs: 300e9 }), 10);
    // The last recommendation of 10 is that of 15 s: at 315 s it is no younger than 300 s.
    const steps = Array.from({ length: 22 }, (_, k) => [15 * (k + 1), k === 0 ? 10 : 4] as const);
    const counts = decided(own, 10, steps);
    expect(counts.slice(0, 20).every((count) => count === 10)).toBe(true);
    expect(counts.slice(20)).toEqual([4, 4]);
  });

  it('waits with adding where that is asked for', () => {
    const own = behavior(rules({ stabilizationNs: 60e9 }), rules(), 4);
    // The lowest of the last minute: 4 until it is a minute old.
    expect(
      decided(own, 4, [
        [15, 8],
        [30, 8],
        [60, 8],
      ]),
    ).toEqual([4, 4, 8]);
  });
});
