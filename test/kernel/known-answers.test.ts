import { describe, expect, it } from 'vitest';
import { samplers, meanOf } from '../../src/kernel/distribution.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import { cos, exp, log, log1p, pow, powi, sin, tanh } from '../../src/kernel/math.js';
import { mix, mixed, streamKey, unit } from '../../src/kernel/rng.js';
import { gamma, lgamma, normalCdf, normalPdf, normalQuantile } from '../../src/kernel/special.js';
import { fastExp } from '../../src/kernel/variates.js';
import { standardExponential, standardNormal, subUnit } from '../../src/kernel/ziggurat.js';

// "Same file and seed, same bytes" begins with these functions: other tests hold them against theory, this one pins
// every bit of them, so that a change of a constant, of an order or of a table cannot pass.

const bits = new DataView(new ArrayBuffer(8));

/** FNV-1a of the bits of numbers, as 8 hex digits. */
function fold(values: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const value of values) {
    bits.setFloat64(0, value);
    // The bits of NaN differ between processors.
    if (Number.isNaN(value)) bits.setUint32(0, 0x7ff80000);
    hash = Math.imul(hash ^ bits.getUint32(0), 0x01000193);
    hash = Math.imul(hash ^ bits.getUint32(4), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A number by the two halves of its bits. */
function numberOf(high: number, low: number): number {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  return bits.getFloat64(0);
}

/** Numbers with these upper halves, on both sides of each, in several powers of two. */
function around(highs: readonly number[]): readonly number[] {
  return highs.flatMap((high) =>
    [-1, 0, 1].flatMap((d) => [0, 1, 0xffffffff].map((low) => numberOf(high + d, low))),
  );
}

/** Numbers spread evenly between two ends. */
function spread(from: number, to: number, count = 2000): number[] {
  return Array.from({ length: count }, (_, k) => from + ((to - from) * k) / (count - 1));
}

const KEY = streamKey(11, 2, 'shop.buy/work#0');
const DRAWS = Array.from({ length: 4000 }, (_, k) => [k * 2654435761, k >> 3, k & 7] as const);

/** Digest of the first draws of a distribution. */
function drawn(of: Distribution): string {
  samplers.reset();
  const id = samplers.add(of);
  return fold(DRAWS.map(([a, b, index]) => samplers.draw(id, KEY.a, KEY.b, a | 0, b, index)));
}

const MS = 1e6;
const LAWS: Readonly<Record<string, Distribution>> = {
  exponential: { kind: 'exponential', meanNs: 5 * MS },
  uniform: { kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS },
  normal: { kind: 'normal', meanNs: 15 * MS, sdNs: 1.5 * MS },
  'normal cut at 0': { kind: 'normal', meanNs: 1 * MS, sdNs: 2 * MS },
  lognormal: { kind: 'lognormal', medianNs: 8 * MS, sigma: 1.3 },
  'gamma below 1': { kind: 'gamma', meanNs: 8 * MS, cv: 1.7 },
  'gamma above 1': { kind: 'gamma', meanNs: 8 * MS, cv: 0.4 },
  erlang: { kind: 'erlang', k: 3, meanNs: 9 * MS },
  hyperexponential: {
    kind: 'hyperexponential',
    branches: [
      { weight: 9, meanNs: 1 * MS },
      { weight: 1, meanNs: 40 * MS },
    ],
  },
  weibull: { kind: 'weibull', shape: 0.7, scaleNs: 6 * MS },
  pareto: { kind: 'pareto', shape: 1.6, minNs: 2 * MS, maxNs: null },
  'pareto cut off': { kind: 'pareto', shape: 1, minNs: 2 * MS, maxNs: 90 * MS },
  empirical: { kind: 'empirical', valuesNs: [1, 5, 9, 200, 3].map((ms) => ms * MS) },
  mixture: {
    kind: 'mixture',
    branches: [
      { weight: 3, of: { kind: 'constant', valueNs: 2 * MS } },
      { weight: 1, of: { kind: 'exponential', meanNs: 30 * MS } },
      { weight: 1, of: { kind: 'lognormal', medianNs: 3 * MS, sigma: 0.5 } },
    ],
  },
};

describe('the functions that every draw goes through', () => {
  it('are the same to the last bit: logarithm, exponential, powers', () => {
    const near = around([
      0x3ff00000,
      0x3ff00000 + 0x6147a,
      0x3ff00000 + 0x6b851,
      0x3fe00000 + 0x6a09e,
      0x3e300000,
      0x3fd62e42,
      0x3ff0a2b2,
      0x00100000,
      0x3feffffd,
      0x40862e42,
    ]);
    const wide = spread(0, 1e15);
    for (let x = 1e-15; x < 1e15; x *= 1.03125) wide.push(x);
    const ends = [0, 1, 745.1332191019411, 745.2, 709.782712893384, 709.79, 1e-310];
    const args = [...near, ...wide, ...ends];
    const signed = [...args, ...args.map((x) => -x)];
    expect(fold(args.map(log))).toBe('8f1d51da');
    expect(fold(signed.map(exp))).toBe('e367f3cb');
    expect(fold([...spread(-0.999, 3), ...near].map(log1p))).toBe('96b16272');
    expect(fold(spread(-30, 30).map(fastExp))).toBe('9991c3c0');
    expect(
      fold(spread(0.01, 9, 400).flatMap((x) => [0.3, -1.7, 2, 40.5].map((y) => pow(x, y)))),
    ).toBe('64163d3c');
    expect(
      fold([-2, -1, 0, 0.5, 3].flatMap((x) => [-3, -1, 0, 1, 2, 63].map((n) => powi(x, n)))),
    ).toBe('b1a98b01');
    expect(fold([-8, -2].flatMap((x) => [-3, 2, 3, 0.5].map((y) => pow(x, y))))).toBe('8d591905');
  });

  it('are the same to the last bit: circle and hyperbola', () => {
    const turns = [...spread(0, 6.283), ...spread(-40, 40), ...around([0x3fe921fb, 0x3ff921fb])];
    expect(fold(turns.map(sin))).toBe('08dc5bb8');
    expect(fold(turns.map(cos))).toBe('4daa80a2');
    expect(fold([...spread(-25, 25), 0, 22, -22, 1e-9].map(tanh))).toBe('a0a7e6ed');
  });

  it('are the same to the last bit: gamma and normal', () => {
    expect(fold(spread(0.05, 60).map(lgamma))).toBe('099d0f3a');
    expect(fold(spread(0.05, 20).map(gamma))).toBe('b8bd99f2');
    expect(fold([...spread(-9, 9), -2.5, 2.5].map(normalCdf))).toBe('53311ecc');
    expect(fold(spread(-9, 9).map(normalPdf))).toBe('fb3a15bf');
    expect(fold([...spread(1e-9, 1 - 1e-9), 0.5, 0.02425, 0.97575].map(normalQuantile))).toBe(
      'e8f23ca1',
    );
  });

  it('are the same to the last bit: streams and their sub-streams', () => {
    const words = DRAWS.flatMap(([a, b, index]) => {
      mix(KEY.a, KEY.b, a | 0, b, index);
      return [mixed.x, mixed.y, unit(KEY.a, KEY.b, a | 0, b, index)];
    });
    expect(fold(words)).toBe('1623d804');
    expect(
      fold(DRAWS.map(([a, b, index]) => subUnit(KEY.a, KEY.b, a | 0, b, index, 1 + (index & 3)))),
    ).toBe('603b58c4');
  });

  it('are the same to the last bit in their rare branches: 200,000 draws of the two ziggurats', () => {
    const each = Array.from({ length: 200_000 }, (_, k) => k);
    expect(fold(each.map((k) => standardNormal(KEY.a, KEY.b, k, 7, 0)))).toBe('e3c9bbdf');
    expect(fold(each.map((k) => standardExponential(KEY.a, KEY.b, k, 7, 0)))).toBe('9f3690cd');
  });
});

describe('the draws of distributions', () => {
  it('are the same to the nanosecond', () => {
    const found = Object.fromEntries(Object.entries(LAWS).map(([name, of]) => [name, drawn(of)]));
    expect(found).toEqual({
      empirical: 'f73645b5',
      erlang: '39dccf59',
      exponential: '41dc9e4c',
      'gamma above 1': '7c54d5af',
      'gamma below 1': 'b5d0ddef',
      hyperexponential: '32ebad11',
      lognormal: 'd09c77e8',
      mixture: '0f78ace6',
      normal: '9bd9800b',
      'normal cut at 0': 'ec0e55bb',
      pareto: '62d36c67',
      'pareto cut off': 'f5dfbb1d',
      uniform: '5ea4adc3',
      weibull: '2cb4998a',
    });
  });

  it('have means that are the same to the last bit', () => {
    expect(fold(Object.values(LAWS).map(meanOf))).toBe('de451a36');
  });

  it('are those of each distribution, however many there are', () => {
    samplers.reset();
    const laws = Object.values(LAWS);
    const ids = Array.from({ length: 60 }, () => laws.map((of) => samplers.add(of))).flat();
    const draw = (id: number): number => samplers.draw(id, KEY.a, KEY.b, 5, 6, 7);
    const first = ids.slice(0, laws.length).map(draw);
    for (let k = 0; k < ids.length; k++) expect(draw(ids[k]!)).toBe(first[k % laws.length]);
  });
});
