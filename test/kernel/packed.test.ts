import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgedTable } from '../../src/kernel/aged-table.js';
import { Packed } from '../../src/kernel/packed.js';
import { SlotIndex } from '../../src/kernel/slot-index.js';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const time = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const small = fc.integer({ min: 0, max: 3 });

describe('packed columns', () => {
  it('give back the whole numbers that were put in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, time, small), { maxLength: 40 }), (rows) => {
        const columns = [0, 1, 2].map((c) => Float64Array.from(rows, (row) => row[c]!));
        const packed = new Packed(columns, rows.length);
        rows.forEach((row, k) => {
          expect([0, 1, 2].map((c) => packed.get(c, k))).toEqual(row);
        });
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('take no bytes where all are equal, and as many as the span needs elsewhere', () => {
    const count = 100;
    const equal = new Float64Array(count).fill(7_000_000_000_000);
    const close = Float64Array.from({ length: count }, (_, k) => 1e15 + k);
    const far = Float64Array.from({ length: count }, (_, k) => k * 1e9);
    expect(new Packed([equal], count).bytes).toBe(0);
    expect(new Packed([close], count).bytes).toBe(count);
    expect(new Packed([far], count).bytes).toBe(5 * count);
  });

  it('refuse what is not whole', () => {
    const bad = [
      [0, 0.5],
      [5, NaN],
      [NaN, 5],
      [NaN],
      [Infinity],
      [0, Infinity],
      [-(2 ** 53), 2 ** 53],
    ];
    for (const column of bad) {
      const pack = (): unknown => new Packed([Float64Array.from(column)], column.length);
      expect(pack).toThrow(/packed numbers are whole/);
    }
  });

  it('look at the first rows only, up to the given number', () => {
    const packed = new Packed([Float64Array.of(3, 4, NaN, 1e9), Float64Array.of(7, 7, 8)], 2);
    expect([packed.get(0, 0), packed.get(0, 1), packed.get(1, 1), packed.bytes]).toEqual([
      3, 4, 7, 2,
    ]);
    expect(new Packed([Float64Array.of(NaN)], 0).bytes).toBe(0);
  });

  it('take one byte more from each power of 256 on', () => {
    const bytes = (largest: number): number =>
      new Packed([Float64Array.of(0, largest)], 2).bytes / 2;
    for (let width = 1; width <= 6; width++) {
      expect([bytes(256 ** width - 1), bytes(256 ** width)]).toEqual([width, width + 1]);
    }
    expect([bytes(0), bytes(1), bytes(2 ** 53 - 1)]).toEqual([0, 1, 7]);
  });
});

describe('a table that forgets its oldest rows', () => {
  it('finds what a list would, however many came and went', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 700 }) }) },
        { weight: 2, arbitrary: fc.record({ drop: fc.integer({ min: 1, max: 900 }) }) },
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 999 }), (list, salt) => {
        const table = new AgedTable(2);
        const rows: (readonly [number, number, number])[] = [];
        let made = 0;
        for (const step of list) {
          if ('add' in step) {
            for (let k = 0; k < step.add; k++, made++) {
              const key = Math.imul(made, salt) % 5000;
              table.add(key, ~key, made, 3);
              rows.push([key, ~key, made]);
            }
          } else {
            for (let k = 0; k < step.drop && rows.length > 0; k++) {
              table.drop();
              rows.shift();
            }
          }
        }
        expect(table.length).toBe(rows.length);
        const newest = new Map(rows.map(([a, , at]) => [a, at]));
        for (let key = 0; key < 5000; key += 37) {
          const row = table.find(key, ~key);
          expect(row < 0 ? undefined : table.get(row, 0)).toBe(newest.get(key));
          if (row >= 0) expect([table.keyOf(row), table.get(row, 1)]).toEqual([[key, ~key], 3]);
        }
      }),
      { numRuns: 60, seed: 12 },
    );
  });
});

describe('an index of slots', () => {
  it('finds what a map would', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { maxLength: 1500 }), (list) => {
        const index = new SlotIndex();
        const known = new Map<number, number>();
        for (const step of list) {
          // A number that is present is removed, an absent one is added; both of its halves matter.
          const value = Math.abs(step) * 4294967297;
          const slot = known.get(value);
          expect(index.find(value)).toBe(slot ?? -1);
          if (slot === undefined) known.set(value, index.take(value));
          else {
            index.give(slot);
            known.delete(value);
          }
        }
        for (const [value, slot] of known) expect(index.find(value)).toBe(slot);
        expect(index.slots.used).toBe(known.size);
      }),
      { numRuns: 100, seed: 13 },
    );
  });
});
