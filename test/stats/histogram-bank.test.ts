import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistogramBank } from '../../src/stats/histogram-bank.js';
import { Histogram } from '../../src/stats/histogram.js';
import { rowOf } from '../support/histogram-row.js';

const values = fc.array(
  fc.oneof(
    fc.nat(3),
    fc.nat(2_000_000_000),
    fc.maxSafeNat().map((x) => x % 2 ** 52),
  ),
  {
    maxLength: 300,
  },
);

describe('a bank of histograms', () => {
  it.each([5, 7])('holds what single histograms hold, at %i bits', (subBits) => {
    fc.assert(
      fc.property(fc.tuple(values, values, values), (columns) => {
        const bank = new HistogramBank(subBits, 2, 4);
        bank.add(0, 77);
        bank.reset(columns.length);
        const singles = columns.map(() => new Histogram(subBits));
        // Interleaved, so that pages of one lie between those of the others.
        for (let k = 0; k < 300; k++) {
          columns.forEach((column, id) => {
            if (k >= column.length) return;
            bank.add(id, column[k]!);
            singles[id]!.add(column[k]!);
          });
        }
        singles.forEach((single, id) => expect(bank.dataOf([id])).toEqual(single.toJSON()));
        const both = Histogram.from(singles[0]!.toJSON());
        both.merge(singles[1]!);
        expect(bank.dataOf([0, 1])).toEqual(both.toJSON());
        expect(bank.rowOf(0, singles.length)).toEqual(rowOf(singles));
        expect(bank.rowOf(1, 2)).toEqual(rowOf(singles.slice(1)));
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it('counts zeros that were only counted', () => {
    const bank = new HistogramBank(7, 1, 1);
    bank.reset(1);
    const single = new Histogram();
    bank.add(0, 5);
    bank.addZeros(0, 3);
    single.add(5);
    for (let k = 0; k < 3; k++) single.add(0);
    expect(bank.dataOf([0])).toEqual(single.toJSON());
    expect(Histogram.from(bank.dataOf([0])).quantile(0.75)).toBe(0);
  });

  it('carries a sum beyond 2^53 without a loss', () => {
    const bank = new HistogramBank(7, 1, 1);
    bank.reset(1);
    const single = new Histogram();
    for (let k = 0; k < 5; k++) {
      bank.add(0, 2 ** 52 - 1 - k);
      single.add(2 ** 52 - 1 - k);
    }
    expect(bank.dataOf([0])).toEqual(single.toJSON());
  });
});
