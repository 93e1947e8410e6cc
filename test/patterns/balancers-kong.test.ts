import { describe, expect, it } from 'vitest';
import { balancerKind } from '../../src/patterns/registry.js';
import { caller, times } from '../support/balancing.js';

const sorted = (picks: readonly number[]): number[] => [...picks].sort((a, b) => a - b);

describe('kong', () => {
  it('goes round a wheel with places by weight, in the same order each time', () => {
    const own = caller('kong', 3, { weights: [300, 100, 200] });
    // 100 is the greatest common divisor: 3 + 1 + 2 places.
    const round = times(6, () => own.pick());
    expect(sorted(round)).toEqual([0, 0, 0, 1, 2, 2]);
    expect(times(6, () => own.pick())).toEqual(round);
  });

  it('has one place each without weights', () => {
    const own = caller('kong', 5);
    expect(sorted(times(5, () => own.pick()))).toEqual([0, 1, 2, 3, 4]);
  });

  it('shuffles for each process, and again after a restart', () => {
    const rounds = new Set<string>();
    const own = caller('kong', 8);
    for (let k = 0; k < 5; k++) {
      rounds.add(times(8, () => own.pick()).join(' '));
      own.state.reset!();
    }
    expect(rounds.size).toBe(5);
    const again = caller('kong', 8);
    expect(rounds).toContain(times(8, () => again.pick()).join(' '));
  });

  it('shuffles every order alike', () => {
    const own = caller('kong', 3);
    const counts = new Map<string, number>();
    for (let k = 0; k < 6000; k++) {
      const round = times(3, () => own.pick()).join(' ');
      counts.set(round, (counts.get(round) ?? 0) + 1);
      own.state.reset!();
    }
    // Six orders, 1000 each, within four standard deviations of 29.
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(116);
  });

  it('skips instances that may not be picked, and keeps their places', () => {
    const own = caller('kong', 4);
    const round = times(4, () => own.pick());
    const without = round[1]!;
    const others = Int32Array.from([0, 1, 2, 3].filter((instance) => instance !== without));
    expect(times(3, () => own.pick(others))).toEqual([round[0], round[2], round[3]]);
    expect(times(4, () => own.pick())).toEqual(round);
  });

  it('does not learn which instances are down', () => {
    expect(balancerKind('kong')!.fixedList).toBe(true);
  });
});
