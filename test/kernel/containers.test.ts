import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { InvariantError, invariant } from '../../src/kernel/invariant.js';
import { PairSet } from '../../src/kernel/pair-set.js';
import { Slots, widenFloat64, widenInt32, widenUint8 } from '../../src/kernel/pool.js';
import { IntRing } from '../../src/kernel/ring.js';

describe('a ring of integers', () => {
  it('behaves like a list under any mixture of operations', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('push'), value: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('shift'), value: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pop'), value: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), value: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), value: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const ring = new IntRing();
        const list: number[] = [];
        for (const { do: name, value } of operations) {
          if (name === 'push') {
            ring.push(value);
            list.push(value);
          } else if (name === 'shift') {
            expect(ring.shift()).toBe(list.shift() ?? -1);
          } else if (name === 'pop') {
            expect(ring.pop()).toBe(list.pop() ?? -1);
          } else if (name === 'remove') {
            const at = list.indexOf(value);
            expect(ring.remove(value)).toBe(at >= 0);
            if (at >= 0) list.splice(at, 1);
          } else {
            ring.clear();
            list.length = 0;
          }
          expect(ring.length).toBe(list.length);
          expect(ring.peek()).toBe(list[0] ?? -1);
          expect(list.map((_, k) => ring.get(k))).toEqual(list);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('a set of pairs', () => {
  it('holds what was added since it was cleared, zeros among it', () => {
    const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
    const step = fc.tuple(fc.nat(60), word, word);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const pairs = new PairSet();
        const known = new Set<string>();
        for (const [kind, a, b] of steps) {
          expect(pairs.has(a, b)).toBe(known.has(`${a}/${b}`));
          if (kind > 0) {
            pairs.add(a, b);
            known.add(`${a}/${b}`);
          } else {
            pairs.clear();
            known.clear();
          }
          expect(pairs.has(a, b)).toBe(kind > 0);
        }
        for (const key of known) {
          const [a, b] = key.split('/').map(Number);
          expect(pairs.has(a!, b!)).toBe(true);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('grows with what it holds', () => {
    const pairs = new PairSet();
    for (let k = 0; k < 50_000; k++) pairs.add(k, -k);
    for (let k = 0; k < 50_000; k++) {
      if (!pairs.has(k, -k) || pairs.has(k, -k - 1)) throw new Error(`pair ${k}`);
    }
    expect(pairs.has(50_000, -50_000)).toBe(false);
  });
});

describe('a pool of slots', () => {
  it('never hands out a slot twice and grows by doubling', () => {
    const pool = new Slots(3);
    const capacities: number[] = [];
    pool.onGrow((capacity) => capacities.push(capacity));
    const taken = new Set(Array.from({ length: 9 }, () => pool.take()));
    expect(taken.size).toBe(9);
    expect(capacities).toEqual([4, 8, 16]);
    expect([pool.capacity, pool.used, pool.peak]).toEqual([16, 9, 9]);
  });

  it('grows by a quarter where doubling would leave much unused', () => {
    const pool = new Slots(65_536);
    const capacities: number[] = [];
    pool.onGrow((capacity) => capacities.push(capacity));
    for (let k = 0; k < 90_000; k++) pool.take();
    expect(capacities).toEqual([65_536, 81_920, 102_400]);
  });

  it('hands out the slot given back last', () => {
    const pool = new Slots();
    const [first, second] = [pool.take(), pool.take()];
    pool.give(first);
    pool.give(second);
    expect([pool.take(), pool.take()]).toEqual([second, first]);
    expect(pool.peak).toBe(2);
  });

  it('refuses a slot that is not taken', () => {
    const pool = new Slots();
    const slot = pool.take();
    pool.give(slot);
    expect(pool.has(slot)).toBe(false);
    expect(() => pool.give(slot)).toThrow(/a slot is given back once/);
  });

  it('keeps returned slots when it grows', () => {
    const pool = new Slots(2);
    const held = [pool.take(), pool.take(), pool.take()];
    pool.give(held[1]);
    while (pool.used < pool.capacity) pool.take();
    pool.take();
    expect(pool.has(held[1])).toBe(true);
    expect(pool.used).toBe(5);
  });
});

describe('widened columns', () => {
  it('keep what they held and are 0 behind', () => {
    expect([...widenInt32(Int32Array.of(1, -2), 4)]).toEqual([1, -2, 0, 0]);
    expect([...widenUint8(Uint8Array.of(1, 2), 3)]).toEqual([1, 2, 0]);
    expect([...widenFloat64(Float64Array.of(0.5), 2)]).toEqual([0.5, 0]);
  });
});

describe('an invariant', () => {
  it('throws its code when broken and nothing else', () => {
    expect(() => invariant(true, 'fine')).not.toThrow();
    try {
      invariant(false, 'broken-thing');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvariantError);
      expect((error as InvariantError).code).toBe('broken-thing');
    }
  });
});
