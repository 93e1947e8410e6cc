import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { ordered, Subsetting } from '../../src/model/data/edges/subset.js';
import { dice } from '../support/dice.js';

const SHARED = { a: 17, b: 19 };
const OWN = { a: 23, b: 29 };
const deterministic = (size: number) => ({ size, kind: 'deterministic' as const });
const random = (size: number) => ({ size, kind: 'random' as const });
const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** How many of this number of callers see each instance. */
function callersOf(subset: Parameters<typeof ordered>[0], instances: number, callers: number) {
  const counts = new Array<number>(instances).fill(0);
  for (const caller of range(callers)) {
    for (const index of ordered(subset, instances, caller, SHARED, OWN).slice(0, subset.size)) {
      counts[index]++;
    }
  }
  return counts;
}

/** Instances that a caller sees when only these are up. */
function shown(subset: Parameters<typeof ordered>[0], caller: number, up: readonly number[]) {
  const order = ordered(subset, 12, caller, SHARED, OWN);
  const state = new Subsetting(order, subset.size, 12);
  return (now: readonly number[] = up): number[] => [
    ...state.members.slice(0, state.gather(Int32Array.from(now), now.length)),
  ];
}

describe('deterministic subsets', () => {
  it('10 callers of 12 instances, 3 each: in a round of 4 callers every instance has one', () => {
    for (const round of [0, 1]) {
      const seen = range(4).flatMap((k) => [
        ...ordered(deterministic(3), 12, 4 * round + k, SHARED, OWN),
      ]);
      expect(seen.sort((a, b) => a - b)).toEqual(range(12));
    }
    const counts = callersOf(deterministic(3), 12, 10);
    // The last round has 2 of 4 callers: half of the instances are seen by 2, half by 3.
    expect(counts.filter((count) => count === 2).length).toBe(6);
    expect(counts.filter((count) => count === 3).length).toBe(6);
    expect(counts.reduce((a, b) => a + b)).toBe(10 * 3);
  });

  it('are shuffled again in each round', () => {
    const rounds = range(6).map((round) =>
      ordered(deterministic(3), 12, 4 * round, SHARED, OWN).join(),
    );
    expect(new Set(rounds).size).toBe(6);
  });

  it('leave over what does not divide, other instances in each round', () => {
    const counts = callersOf(deterministic(4), 10, 20);
    expect(counts.reduce((a, b) => a + b)).toBe(80);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    expect(Math.min(...counts)).toBeGreaterThan(4);
  });
});

describe('random subsets', () => {
  it('300 callers of 300 instances, 30 % each: 63 % of the mean for some, 121 % for others', () => {
    const counts = callersOf(random(90), 300, 300);
    const sorted = [...counts].sort((a, b) => a - b);
    // Binomial of 300 x 30 %: 90 on average, standard deviation 7.9; the book has 57 and 109.
    expect(sorted[0]).toBeGreaterThan(55);
    expect(sorted[0]).toBeLessThan(75);
    expect(sorted[299]).toBeGreaterThan(105);
    expect(sorted[299]).toBeLessThan(125);
    const even = callersOf(deterministic(90), 300, 300);
    // 100 rounds in which 270 of 300 have a caller: 90 on average, standard deviation 3, at most 100.
    expect(Math.min(...even)).toBeGreaterThanOrEqual(77);
    expect(Math.max(...even)).toBeLessThanOrEqual(100);
  });
});

describe('what a caller is shown', () => {
  it('is its subset in order, of those that are up', () => {
    const see = shown(deterministic(3), 1, range(12));
    const mine = see();
    expect(mine).toEqual([...mine].sort((a, b) => a - b));
    expect(mine.length).toBe(3);
    expect(see(range(12).filter((k) => k !== mine[1]))).toEqual([mine[0], mine[2]]);
    expect(see(range(12))).toEqual(mine);
  });

  it('is an entire deterministic subset if none of it is up', () => {
    const see = shown(deterministic(3), 1, range(12));
    const mine = see();
    expect(see(range(12).filter((k) => !mine.includes(k)))).toEqual(mine);
  });

  it('is filled up with the next of its draw where subsets are random', () => {
    const see = shown(random(3), 1, range(12));
    const mine = see();
    const [, ...others] = ordered(random(3), 12, 1, SHARED, OWN);
    const first = ordered(random(3), 12, 1, SHARED, OWN)[0];
    const left = see(range(12).filter((k) => k !== first));
    expect(left).toEqual(others.slice(0, 3).sort((a, b) => a - b));
    expect(mine).toContain(first);
  });
});

describe('the order of a draw', () => {
  /** From the last place to the second: one of the remaining instances, whose place the last of them takes. */
  function drawn(instances: number, { a, b }: typeof OWN, of: number): number[] {
    const left = range(instances);
    const order: number[] = [];
    while (left.length > 1) {
      const at = Math.floor(unit(a, b, of, 0, 2 ** 21 + left.length - 1) * left.length);
      order.unshift(left[at]!);
      left[at] = left.at(-1)!;
      left.pop();
    }
    return [...left, ...order];
  }

  it('is that of each caller where subsets are random', () => {
    for (const caller of range(40)) {
      const order = [...ordered(random(3), 7, caller, SHARED, OWN)];
      expect(order).toEqual(drawn(7, OWN, caller));
    }
  });

  it('is that of the round where they are not, and each caller of it has the next part', () => {
    for (const caller of range(40)) {
      const order = drawn(13, SHARED, Math.floor(caller / 4));
      const part = (caller % 4) * 3;
      expect([...ordered(deterministic(3), 13, caller, SHARED, OWN)]).toEqual(
        order.slice(part, part + 3),
      );
    }
  });
});

describe('shows a caller the same instances, whichever were up before', () => {
  it.each([deterministic(3), random(3), random(12), deterministic(1)])(
    'are the first of its draw that are up: $kind $size',
    (subset) => {
      const roll = dice(subset.size);
      const order = ordered(subset, 12, 2, SHARED, OWN);
      const state = new Subsetting(order, subset.size, 12);
      // The valid entries are followed by outdated ones.
      const candidates = Int32Array.from(range(12));
      let seen = 0;
      // The first instance alone, then random ones.
      for (let step = 0, count = 1; step < 400; step++) {
        const up = [...candidates.subarray(0, count)];
        const mine = [...order].filter((index) => up.includes(index)).slice(0, subset.size);
        const wanted = mine.length > 0 ? mine : [...order];
        if (mine.length > 0 && mine.length < subset.size) seen++;
        const found = state.gather(candidates, count);
        expect([...state.members].slice(0, found)).toEqual(wanted.sort((a, b) => a - b));
        expect(found).toBe(wanted.length);
        const kind = roll(4);
        if (kind === 0) count = 1 + roll(12);
        else if (kind === 1) {
          const some = range(12).filter(() => roll(3) === 0);
          if (some.length > 0) candidates.set(some);
          count = Math.max(1, some.length);
        } else if (kind === 2 && count > 1) {
          // Replaces the first or the last.
          const at = roll(2) * (count - 1);
          const others = range(12).filter(
            (index) => !candidates.subarray(0, count).includes(index),
          );
          if (others.length > 0) candidates[at] = others[roll(others.length)]!;
        }
      }
      expect(subset.size === 1 || seen > 10).toBe(true);
    },
  );
});
