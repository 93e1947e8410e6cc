import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { samplers } from '../../src/kernel/distribution.js';
import { Histogram } from '../../src/stats/histogram.js';
import { quantileRank, sortedQuantile } from '../../src/stats/rank.js';

/** Draws of a lognormal of median 2 ms, whole ns. */
function latencies(count: number): number[] {
  const id = samplers.add({ kind: 'lognormal', medianNs: 2e6, sigma: 1 });
  return Array.from({ length: count }, (_, i) => samplers.draw(id, 5, 6, 0, i, 0));
}

function filled(values: readonly number[], subBits?: number): Histogram {
  const histogram = new Histogram(subBits);
  for (const value of values) histogram.add(value);
  return histogram;
}

const values = fc.array(
  fc.oneof(fc.nat(300), fc.nat(2_000_000), fc.integer({ min: 0, max: 2 ** 52 })),
  { minLength: 1, maxLength: 200 },
);

describe('a histogram', () => {
  it('gives every quantile within 0.4 % of the value of that rank', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, p) => {
        const sorted = list.slice().sort((a, b) => a - b);
        const histogram = filled(list);
        const exact = sortedQuantile(sorted, p);
        expect(Math.abs(histogram.quantile(p) - exact)).toBeLessThanOrEqual(exact * 0.004);
        expect(histogram.quantile(p)).toBeGreaterThanOrEqual(sorted[0]);
        expect(histogram.quantile(p)).toBeLessThanOrEqual(sorted[sorted.length - 1]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('is coarser with fewer bits: 1.6 % at five', () => {
    const list = latencies(5000);
    const sorted = list.slice().sort((a, b) => a - b);
    const histogram = filled(list, 5);
    for (const p of [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]) {
      const exact = sortedQuantile(sorted, p);
      expect(Math.abs(histogram.quantile(p) / exact - 1)).toBeLessThan(1 / 64 + 1e-9);
    }
  });

  it('knows values below 128 ns exactly, 0 among them', () => {
    const histogram = filled([0, 0, 1, 2, 3, 64, 127]);
    const quantiles = [1, 2, 3, 4, 5, 6, 7].map((rank) => histogram.quantile(rank / 7));
    expect(quantiles).toEqual([0, 0, 1, 2, 3, 64, 127]);
  });

  it('keeps count, sum, mean, min and max exact beyond 2^53', () => {
    const big = 2 ** 52 - 1;
    const histogram = new Histogram();
    let sum = 0n;
    for (let i = 0; i < 1000; i++) {
      histogram.add(big - i);
      sum += BigInt(big - i);
    }
    expect(histogram.count).toBe(1000);
    expect(histogram.sum).toBe(Number(sum));
    const json = histogram.toJSON();
    expect(BigInt(json.sum) + BigInt(json.sumRest ?? 0)).toBe(sum);
    expect([histogram.min, histogram.max]).toEqual([big - 999, big]);
    expect(histogram.mean()).toBe(Number(sum) / 1000);
  });

  it('says NaN of nothing', () => {
    const empty = new Histogram();
    const { min, max } = empty;
    expect([empty.quantile(0.5), empty.mean(), min, max, empty.cdfAt(5)]).toEqual(
      Array(5).fill(NaN),
    );
    expect(empty.toJSON()).toEqual({
      subBits: 7,
      count: 0,
      sum: 0,
      min: 0,
      max: 0,
      index: [],
      n: [],
    });
  });

  it('is the same after merging, in any order, as if all had been added to one', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const whole = filled([...a, ...b, ...c]).toJSON();
        const merged = filled(a);
        merged.merge(filled(b));
        merged.merge(filled(c));
        const other = filled(c);
        other.merge(filled(a));
        other.merge(filled(b));
        expect(merged.toJSON()).toEqual(whole);
        expect(other.toJSON()).toEqual(whole);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('comes back from its JSON without loss', () => {
    fc.assert(
      fc.property(values, (list) => {
        const histogram = filled(list);
        const text = JSON.stringify(histogram);
        const back = Histogram.from(JSON.parse(text));
        expect(JSON.stringify(back)).toBe(text);
        expect(back.quantile(0.3)).toBe(histogram.quantile(0.3));
        back.merge(histogram);
        expect(back.count).toBe(2 * list.length);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('gives the share at or below a value, to the bucket', () => {
    const histogram = filled([0, 10, 10, 20, 100]);
    const shares = [-1, 0, 9, 10, 19.5, 20, 99, 100, 1e9].map((ns) => histogram.cdfAt(ns));
    expect(shares).toEqual([0, 0.2, 0.2, 0.6, 0.6, 0.8, 0.8, 1, 1]);
    const list = latencies(20_000);
    const large = filled(list);
    for (const ns of [5e5, 1e6, 2e6, 8e6]) {
      const exact = (most: number): number =>
        list.filter((value) => value <= most).length / list.length;
      expect(large.cdfAt(ns)).toBeGreaterThanOrEqual(exact(ns));
      expect(large.cdfAt(ns)).toBeLessThanOrEqual(exact(ns * (1 + 2 ** -7)));
    }
  });

  it('does not cut in two what is exactly the value that is asked for', () => {
    const histogram = filled([...Array<number>(60).fill(500e6), ...Array<number>(40).fill(2e9)]);
    expect([histogram.cdfAt(500e6), histogram.cdfAt(499e6)]).toEqual([0.6, 0]);
  });

  it('makes pages only for octaves that occur', () => {
    const histogram = new Histogram();
    histogram.add(1_000_000);
    histogram.add(1_040_000);
    expect(pages(histogram)).toBe(1);
    // 100 us to 400 ms is 12 octaves of 512 bytes: 6 KiB.
    for (let ns = 100_000; ns < 400_000_000; ns += 9973) histogram.add(ns);
    expect(pages(histogram)).toBeLessThanOrEqual(13);
  });

  it('refuses to merge buckets of another width', () => {
    expect(() => new Histogram(7).merge(new Histogram(5))).toThrow(/bits-differ/);
  });
});

/** Pages that were made. */
function pages(histogram: Histogram): number {
  const inside = histogram as unknown as { pages: (Uint32Array | null)[] };
  return inside.pages.filter((page) => page !== null).length;
}

describe('the nearest rank', () => {
  it('is ceil(p n), not led astray by binary fractions', () => {
    // 0.07 * 100 is 7.000000000000001 in binary.
    expect(quantileRank(0.07, 100)).toBe(7);
    expect(quantileRank(0.071, 100)).toBe(8);
    expect(quantileRank(0.5, 5)).toBe(3);
    expect([quantileRank(0, 5), quantileRank(1, 5)]).toEqual([1, 5]);
    for (let percent = 1; percent <= 100; percent++) {
      expect(quantileRank(percent / 100, 1000)).toBe(percent * 10);
    }
    expect(sortedQuantile([], 0.5)).toBe(NaN);
  });
});
