import { describe, expect, it } from 'vitest';
import { cos, exp, log, log1p, pow, powi, sin, tanh } from '../../src/kernel/math.js';
import { unit } from '../../src/kernel/rng.js';

// Compares sine and cosine with integers of 300 binary places; log and exp with V8, whose functions are fdlibm's on
// x64.

const PLACES = 300n;
const ONE = 1n << PLACES;
const PI = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n)); // Machin 1706.
const bits = new DataView(new ArrayBuffer(8));
const exact = process.arch === 'x64' ? it : it.skip;

function arctangentOfInverse(n: bigint): bigint {
  let term = ONE / n;
  let sum = term;
  for (let odd = 3n; term !== 0n; odd += 2n) {
    term = -term / (n * n);
    sum += term / odd;
  }
  return sum;
}

/** A double in units of 2^-PLACES. Exact from 2^-248 on. */
function fixed(x: number): bigint {
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = (word >> 52n) & 0x7ffn;
  const mantissa = (word & 0xfffffffffffffn) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = (exponent === 0n ? 1n : exponent) - 1075n + PLACES;
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return x < 0 ? -size : size;
}

/** The error of a double in units of its last place. */
function errorOf(value: number, truth: bigint): number {
  bits.setFloat64(0, value);
  const unitOfLast = 1n << (((bits.getBigUint64(0) >> 52n) & 0x7ffn) - 1075n + PLACES);
  const difference = fixed(value) - truth;
  return Number((1_000_000n * (difference < 0n ? -difference : difference)) / unitOfLast) / 1e6;
}

/** Sine and cosine of a double by their Taylor series about the nearest quarter turn. */
function trueAngles(x: number): readonly [sine: bigint, cosine: bigint] {
  const angle = fixed(x);
  const quarter = PI / 2n;
  const turns = (angle + (angle < 0n ? -quarter : quarter) / 2n) / quarter;
  const rest = angle - turns * quarter;
  const series = [ONE, 0n];
  let term = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = (term * rest) / ONE / n;
    const sign = (n >> 1n) & 1n ? -1n : 1n;
    series[Number(n & 1n)]! += sign * term;
  }
  const [c, s] = series as [bigint, bigint];
  const quadrant = ((turns % 4n) + 4n) % 4n;
  if (quadrant === 0n) return [s, c];
  if (quadrant === 1n) return [c, -s];
  return quadrant === 2n ? [-s, -c] : [-c, s];
}

/** The largest errors of sine and cosine over some angles, in units of the last place. */
function worst(angles: readonly number[]): readonly [sine: number, cosine: number] {
  let [sine, cosine] = [0, 0];
  for (const x of angles) {
    const [s, c] = trueAngles(x);
    sine = Math.max(sine, errorOf(sin(x), s));
    cosine = Math.max(cosine, errorOf(cos(x), c));
  }
  return [sine, cosine];
}

function spread(count: number, low: number, high: number, stream: number): number[] {
  return Array.from({ length: count }, (_, i) => low + (high - low) * unit(stream, 2, 3, 4, i));
}

/** Doubles with this upper half, of either sign: `count` lower halves, spread over all. */
function withHigh(high: number, count = 400): number[] {
  return Array.from({ length: 2 * count }, (_, i) => {
    bits.setUint32(0, i & 1 ? high | 0x80000000 : high);
    bits.setUint32(4, Math.floor(unit(high, 5, 6, 7, i >> 1) * 4294967296));
    return bits.getFloat64(0);
  });
}

const QUARTER_TURN = 0.7853981633974483;

describe('sine and cosine', () => {
  // Half a unit of the last place is lost where the result is rounded, less than 0.3 in the terms before.
  it('are off by less than 0.8 units of the last place, within a quarter turn and after many turns', () => {
    for (const [k, ends] of [QUARTER_TURN, 10, 800_000].entries()) {
      const [sine, cosine] = worst(spread(4000, -ends, ends, k));
      expect(sine).toBeLessThan(0.8);
      expect(cosine).toBeLessThan(0.8);
    }
  });

  it('keep all their digits beside each quarter turn, where nearly all of the angle cancels out', () => {
    const angles = Array.from({ length: 3000 }, (_, k) => (1 + 169 * k) * (Math.PI / 2));
    const [sine, cosine] = worst([...angles, 22, 355, -355, 710, 103_993, 208_341, 312_689]);
    expect(sine).toBeLessThan(0.51);
    expect(cosine).toBeLessThan(0.51);
  });

  it('go as far as 800,000 radians, both ways', () => {
    const [sine, cosine] = worst([800_000, -800_000]);
    expect(Math.max(sine, cosine)).toBeLessThan(0.8);
    const beyond = [800_000.1, -800_000.1].flatMap((x) => [sin(x), cos(x)]);
    expect(beyond).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('do not depend on the angle before', () => {
    // x - x^3 / 6 is x where x is that small, and so is every digit that an angle before would leave.
    for (const before of [100, 355, 7e5]) {
      cos(before);
      expect(sin(1e-8)).toBe(1e-8);
      expect(sin(-1e-8)).toBe(-1e-8);
    }
  });
});

describe('logarithm and exponential', () => {
  // Upper halves at which fdlibm takes another branch: mantissas of log (in several powers of two), ends of exp.
  const LOG = [0x00000, 0x00001, 0xffffd, 0xffffe, 0xfffff, 0x6147a, 0x6147b, 0x6b850, 0x6b851];
  const EXP = [0x3e300000, 0x3fd62e42, 0x3ff0a2b2, 0x40862e42];

  exact('give the bits of the original where it turns from one formula to another', () => {
    const mantissas = [...LOG, 0x61479, 0x6b852, 0x6a09b, 0x6a09c, 0x6a09d, 0x6a09e];
    const highs = [0x3ff00000, 0x3fe00000, 0x40000000, 0x00100000, 0x7fe00000].flatMap((power) =>
      mantissas.map((mantissa) => power + mantissa),
    );
    for (const x of highs.flatMap((high) => withHigh(high))) expect(log(x)).toBe(Math.log(x));
    for (const high of EXP.flatMap((end) => [end - 1, end, end + 1])) {
      for (const x of withHigh(high)) expect(exp(x)).toBe(Math.exp(x));
    }
  });

  exact('add up one and x as far as that is exact, and no further', () => {
    // 1 + x is rounded down, and x^2 / 2 lifts e^x above the middle of two doubles.
    const x = 2 ** -28 + 2 ** -53 - 2 ** -58;
    expect([1 + x, exp(x)]).toEqual([1 + 2 ** -28, 1 + 2 ** -28 + 2 ** -52]);
    expect(exp(x)).toBe(Math.exp(x));
  });

  it('stay within the numbers there are', () => {
    expect([710.4, 711, 1e6, Infinity].map(exp)).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect([-746, -1500, -1e6, -Infinity].map(exp)).toEqual([0, 0, 0, 0]);
    expect(exp(709.782712893384) / 1.797693134862273e308).toBeCloseTo(1, 15);
    expect([log1p(Infinity), log1p(-1), log1p(-2)]).toEqual([Infinity, -Infinity, NaN]);
  });

  it('give e itself and its powers', () => {
    expect(exp(1)).toBe(2.718281828459045);
    expect(exp(-1)).toBe(0.36787944117144233);
    expect(log(2.718281828459045)).toBe(1);
    expect(log(2)).toBe(Math.LN2);
    expect(log(0.5)).toBe(-Math.LN2);
  });
});

describe('powers', () => {
  it('are products for whole exponents up to 64 on both sides', () => {
    expect([2, -2].map((base) => pow(base, 64))).toEqual([2 ** 64, 2 ** 64]);
    expect([2, -2].map((base) => pow(base, -63))).toEqual([2 ** -63, -(2 ** -63)]);
    expect(pow(2, -64)).toBe(2 ** -64);
    expect([pow(3, 33), powi(3, 33)]).toEqual([5_559_060_566_555_523, 5_559_060_566_555_523]);
  });

  it('have the sign of the base where the exponent is odd', () => {
    for (const exponent of [65, 66, -65, -66, 101, 200]) {
      for (const base of [1.5, -1.5, 0.75, -0.75]) {
        expect(Math.abs(pow(base, exponent) / base ** exponent - 1)).toBeLessThan(1e-13);
      }
    }
  });

  it('do not exist for a negative base and a broken exponent', () => {
    expect([65.5, -65.5, 2.5, 1 / 3].map((exponent) => pow(-1.5, exponent))).toEqual(
      Array.from({ length: 4 }, () => NaN),
    );
  });

  it('are a root at one half, also of what no logarithm reaches', () => {
    expect([pow(2, 0.5), pow(0, 0.5)]).toEqual([Math.SQRT2, 0]);
    expect([pow(0, 65), pow(0, -65), pow(0, 0.3), pow(0, -0.3)]).toEqual([
      0,
      Infinity,
      0,
      Infinity,
    ]);
  });
});

describe('the hyperbolic tangent', () => {
  it('is odd and ends at one', () => {
    for (const x of [1e-9, 0.2, 0.34999, 0.35, 0.36, 1, 5, 19.9, 20, 20.1, 800, Infinity]) {
      expect(tanh(-x)).toBe(-tanh(x));
      expect(Math.abs(tanh(x) / Math.tanh(x) - 1)).toBeLessThan(1e-15);
    }
    expect([20, 20.1, 1e9].map(tanh)).toEqual([1, 1, 1]);
    expect(tanh(NaN)).toBe(NaN);
  });
});
