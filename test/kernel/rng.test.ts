import { describe, expect, it } from 'vitest';
import { derive, lineage, streamKey, unit } from '../../src/kernel/rng.js';

const KEY = streamKey(1, 0, 'orders.create/work#0');
const N = 1_000_000;

/** Every way in which neighbouring draws can be neighbours. */
const sequences: Record<string, (i: number) => number> = {
  'lineage, low word': (i) => unit(KEY.a, KEY.b, 5, i, 0),
  'lineage, high word': (i) => unit(KEY.a, KEY.b, i, 5, 0),
  'lineage, both words': (i) => unit(KEY.a, KEY.b, i, i, 0),
  'lineage counted down': (i) => unit(KEY.a, KEY.b, 0, -i, 0),
  'key, first word': (i) => unit(i, KEY.b, 7, 9, 0),
  'key, second word': (i) => unit(KEY.a, i, 7, 9, 0),
  index: (i) => unit(KEY.a, KEY.b, 7, 9, i),
  'index with all else zero': (i) => unit(0, 0, 0, 0, i),
  'low half of the bits': (i) => fraction(unit(KEY.a, KEY.b, 5, i, 0) * 67108864),
  'derived children': (i) => {
    derive(3, 0, i);
    return unit(KEY.a, KEY.b, lineage.a, lineage.b, 0);
  },
  'first word of children': (i) => {
    derive(0, 0, i);
    return ((lineage.a >>> 0) + 0.5) / 4294967296;
  },
  'second word of children of neighbours': (i) => {
    derive(0, i, 1);
    return ((lineage.b >>> 0) + 0.5) / 4294967296;
  },
};

function fraction(x: number): number {
  return x - Math.floor(x);
}

/** (chi-square - degrees of freedom) / sd over `bins` cells: about standard normal. */
function chiSquareZ(cells: Float64Array, total: number): number {
  const expected = total / cells.length;
  let sum = 0;
  for (const cell of cells) sum += (cell - expected) ** 2 / expected;
  return (sum - (cells.length - 1)) / Math.sqrt(2 * (cells.length - 1));
}

describe('draws', () => {
  // 12 sequences x 6 statistics: |z| beyond 4.2 has a chance of 0.2 % in all; the seeds are fixed.
  for (const [name, draw] of Object.entries(sequences)) {
    it(`are uniform and uncorrelated along ${name}`, () => {
      const u = new Float64Array(N);
      for (let i = 0; i < N; i++) u[i] = draw(i);
      let sum = 0;
      const lags = [0, 0];
      const bins = new Float64Array(1024);
      const pairs = [new Float64Array(4096), new Float64Array(4096)];
      for (let i = 2; i < N; i++) {
        sum += u[i] - 0.5;
        bins[Math.floor(u[i] * 1024)]++;
        for (let lag = 1; lag <= 2; lag++) {
          lags[lag - 1] += (u[i] - 0.5) * (u[i - lag] - 0.5);
          pairs[lag - 1][Math.floor(u[i] * 64) * 64 + Math.floor(u[i - lag] * 64)]++;
        }
      }
      const n = N - 2;
      const z = [
        (sum / n) * Math.sqrt(12 * n),
        ...lags.map((lag) => (lag / n) * 12 * Math.sqrt(n)),
        chiSquareZ(bins, n),
        ...pairs.map((pair) => chiSquareZ(pair, n)),
      ];
      expect(Math.max(...z.map(Math.abs))).toBeLessThan(4.2);
    });
  }

  it('change every output bit with probability one half for every input bit', () => {
    const rounds = 4000;
    let worstBit = 0;
    let worstCell = 0;
    for (let word = 0; word < 5; word++) {
      for (let bit = 0; bit < 32; bit++) {
        const flips = flipCounts(word, bit, rounds);
        const mean = flips.reduce((sum, n) => sum + n, 0) / (52 * rounds);
        worstBit = Math.max(worstBit, Math.abs(mean - 0.5));
        for (const n of flips) worstCell = Math.max(worstCell, Math.abs(n / rounds - 0.5));
      }
    }
    expect(worstBit).toBeLessThan(0.01);
    // 8,320 cells of sd 0.0079: the largest is expected near 4 sd.
    expect(worstCell).toBeLessThan(0.042);
  });

  it('of streams whose keys differ in one bit are not correlated', () => {
    const n = 100_000;
    let worst = 0;
    for (let word = 0; word < 2; word++) {
      for (let bit = 0; bit < 32; bit++) {
        const a = word === 0 ? KEY.a ^ (1 << bit) : KEY.a;
        const b = word === 1 ? KEY.b ^ (1 << bit) : KEY.b;
        let sum = 0;
        for (let i = 0; i < n; i++) {
          sum += (unit(KEY.a, KEY.b, 11, i, 0) - 0.5) * (unit(a, b, 11, i, 0) - 0.5);
        }
        worst = Math.max(worst, Math.abs((sum / n) * 12 * Math.sqrt(n)));
      }
    }
    expect(worst).toBeLessThan(4);
  });

  it('of neighbouring keys do not meet again at neighbouring lineages', () => {
    const seen = new Set<number>();
    for (let key = 0; key < 40; key++) {
      for (let word = 0; word < 40; word++) {
        for (let index = 0; index < 10; index++) {
          seen.add(unit(key, 0, word, 0, index));
          seen.add(unit(0, 1 + key, 1000, word, index));
          seen.add(unit(2000, 1 + key, word, 1000, index));
        }
      }
    }
    // The first family is symmetric in key ^ word: 64 values of it instead of 1,600.
    expect(seen.size).toBe(64 * 10 + 2 * 16_000);
  });

  it('lie strictly between 0 and 1 and are pure functions of their arguments', () => {
    const first = unit(1, -2, 3, -4, 5);
    unit(9, 9, 9, 9, 9);
    expect(unit(1, -2, 3, -4, 5)).toBe(first);
    let inside = 0;
    for (let i = 0; i < 100_000; i++) {
      const u = unit(KEY.a, KEY.b, i, 0, -i);
      if (u > 0 && u < 1) inside++;
    }
    expect(inside).toBe(100_000);
  });
});

/** How often each of 52 output bits changes when one input bit does. */
function flipCounts(word: number, bit: number, rounds: number): number[] {
  const flips = new Array<number>(52).fill(0);
  for (let round = 0; round < rounds; round++) {
    const words = Array.from(
      { length: 5 },
      (_, k) => (unit(77, k, round, word, bit) * 2 ** 32) | 0,
    );
    const before = Math.floor(unit(words[0], words[1], words[2], words[3], words[4]) * 2 ** 52);
    words[word] ^= 1 << bit;
    const after = Math.floor(unit(words[0], words[1], words[2], words[3], words[4]) * 2 ** 52);
    const high = Math.floor(before / 2 ** 26) ^ Math.floor(after / 2 ** 26);
    const low = (before % 2 ** 26) ^ (after % 2 ** 26);
    for (let k = 0; k < 26; k++) {
      flips[k] += (low >>> k) & 1;
      flips[26 + k] += (high >>> k) & 1;
    }
  }
  return flips;
}

describe('stream keys', () => {
  it('depend on seed, replication and name alone', () => {
    const key = streamKey(1, 2, 'a');
    expect(streamKey(1, 2, 'a')).toEqual(key);
    const others = [streamKey(2, 2, 'a'), streamKey(1, 1, 'a'), streamKey(1, 2, 'b')];
    expect(new Set([key, ...others].map(({ a, b }) => `${a}/${b}`)).size).toBe(4);
    expect([key.a | 0, key.b | 0]).toEqual([key.a, key.b]);
  });

  it('and draws keep their values from version to version', () => {
    const { a, b } = streamKey(1, 0, 'shoppers/arrivals');
    derive(7, 11, 13);
    // Changing any of these changes the numbers of every scenario.
    const drawn = unit(a, b, lineage.a, lineage.b, 2);
    expect([a, b]).toEqual([1974016159, 1011746476]);
    expect([lineage.a, lineage.b]).toEqual([-7506361, -983848196]);
    expect(drawn).toBe(0.412395133903808);
  });
});

describe('lineages', () => {
  it('of the children of many parents do not collide', () => {
    const seen = new Set<string>();
    for (let parent = 0; parent < 300; parent++) {
      derive(0, 1, parent);
      const { a, b } = lineage;
      for (let tag = 0; tag < 300; tag++) {
        derive(a, b, tag);
        seen.add(`${lineage.a}/${lineage.b}`);
      }
    }
    expect(seen.size).toBe(90_000);
  });
});
