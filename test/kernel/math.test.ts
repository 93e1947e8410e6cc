import { describe, expect, it } from 'vitest';
import jstat from 'jstat';
import { cos, exp, log, log1p, pow, powi, sin, tanh } from '../../src/kernel/math.js';
import { unit } from '../../src/kernel/rng.js';
import { gamma, lgamma, normalCdf, normalPdf, normalQuantile } from '../../src/kernel/special.js';

const { jStat } = jstat;

/** Inputs spread over [low, high], the same in every run. */
function inputs(count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, (_, i) => low + (high - low) * unit(1, 2, 3, 4, i));
}

/** How many inputs give other bits than the oracle. V8 on x64 uses the same fdlibm. */
function differences(f: (x: number) => number, oracle: (x: number) => number, xs: number[]) {
  return xs.filter((x) => !Object.is(f(x), oracle(x))).length;
}

function worstRelative(f: (x: number) => number, oracle: (x: number) => number, xs: number[]) {
  return Math.max(...xs.map((x) => Math.abs(f(x) - oracle(x)) / Math.abs(oracle(x))));
}

const exact = process.arch === 'x64' ? it : it.skip;

describe('log and exp', () => {
  exact('give the bits of the fdlibm original on a million inputs', () => {
    expect(differences(log, Math.log, inputs(400_000, 0, 1))).toBe(0);
    expect(differences(log, Math.log, inputs(100_000, 0.999, 1.001))).toBe(0);
    expect(differences(log, Math.log, inputs(100_000, 0, 1e-307))).toBe(0);
    expect(differences(log, Math.log, inputs(100_000, 0, 1e18))).toBe(0);
    expect(differences(exp, Math.exp, inputs(200_000, -2, 2))).toBe(0);
    expect(differences(exp, Math.exp, inputs(200_000, -750, 715))).toBe(0);
    expect(differences(exp, Math.exp, inputs(100_000, -1e-4, 1e-4))).toBe(0);
  });

  exact('take the short series near 1, as the original', () => {
    const near = [1.0000003675588, 1.0000004063291, 0.9999998520847, 0.9999997091397];
    expect(near.map(log)).toEqual(near.map(Math.log));
    expect(near.map((x) => log(8 * x))).toEqual(near.map((x) => Math.log(8 * x)));
  });

  it('treat the special values as usual', () => {
    expect([0, -0, 1, Infinity].map(log)).toEqual([-Infinity, -Infinity, 0, Infinity]);
    expect([-1, NaN, -Infinity].map(log)).toEqual([NaN, NaN, NaN]);
    expect([0, Infinity, -Infinity, 710, -746].map(exp)).toEqual([1, Infinity, 0, Infinity, 0]);
    expect(exp(NaN)).toBe(NaN);
    expect(log(5e-324)).toBe(-744.4400719213812);
    // The last one that is not 0, and the next one.
    expect([-745.1, -745.1332191019411, -745.1332191019412].map(exp)).toEqual([5e-324, 5e-324, 0]);
  });

  it('keep log1p exact for tiny arguments', () => {
    expect(log1p(1e-17)).toBe(1e-17);
    expect(worstRelative(log1p, Math.log1p, inputs(20_000, -0.9, 4))).toBeLessThan(1e-15);
  });
});

describe('powers', () => {
  it('are exact for small whole exponents', () => {
    expect(powi(3, 5)).toBe(243);
    expect(powi(2, -3)).toBe(0.125);
    expect(powi(7, 0)).toBe(1);
    expect(pow(-2, 3)).toBe(-8);
    expect(pow(10, 15)).toBe(1e15);
  });

  it('agree with the usual ones to 1e-13 for real exponents', () => {
    for (const base of inputs(300, 0.001, 1000)) {
      for (const exponent of inputs(30, -30, 30)) {
        expect(Math.abs(pow(base, exponent) / base ** exponent - 1)).toBeLessThan(1e-13);
      }
    }
    expect([pow(0, 2.5), pow(0, -2.5), pow(4, 0.5)]).toEqual([0, Infinity, 2]);
    expect(pow(-2, 0.5)).toBe(NaN);
    expect(pow(-1, 101)).toBe(-1);
  });
});

describe('angles', () => {
  it('agree with the usual sine and cosine to one ulp, also after many turns', () => {
    const xs = [...inputs(20_000, -10, 10), ...inputs(20_000, -8e5, 8e5)];
    expect(Math.max(...xs.map((x) => Math.abs(sin(x) - Math.sin(x))))).toBeLessThan(1.2e-16);
    expect(Math.max(...xs.map((x) => Math.abs(cos(x) - Math.cos(x))))).toBeLessThan(1.2e-16);
  });

  it('have no sine beyond 800,000 radians', () => {
    expect([sin(1e6), cos(-1e6), sin(NaN)]).toEqual([NaN, NaN, NaN]);
  });

  it('give the hyperbolic tangent in all ranges', () => {
    expect(worstRelative(tanh, Math.tanh, inputs(20_000, -25, 25))).toBeLessThan(1e-15);
    expect(worstRelative(tanh, Math.tanh, inputs(20_000, -0.4, 0.4))).toBeLessThan(1e-15);
  });
});

describe('special functions', () => {
  it('give factorials and half-integer values of gamma', () => {
    expect([1, 2, 5, 11].map(gamma)).toEqual([1, 1, 24, 3_628_800]);
    expect(gamma(0.5)).toBeCloseTo(1.7724538509055159, 13);
    expect(gamma(1.5)).toBeCloseTo(0.886226925452758, 13);
    expect(lgamma(1000)).toBeCloseTo(5905.220423209181, 9);
    for (const x of inputs(500, 0.05, 60)) {
      expect(Math.abs(lgamma(x) - jStat.gammaln(x))).toBeLessThan(1e-9);
    }
  });

  it('give the normal quantiles of the tables', () => {
    // Reference values of AS 241 and of NIST tables.
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0.99)).toBeCloseTo(2.3263478740408408, 14);
    expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 14);
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798408, 12);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect(normalQuantile(1.5)).toBe(NaN);
  });

  it('invert each other: cdf and quantile of the normal', () => {
    for (const x of inputs(2000, -12, 6)) {
      const p = normalCdf(x);
      // Above 0 the distance to 1 limits the precision of p.
      const tolerance = x < 0 ? 1e-12 : 1e-15 / normalPdf(x) + 1e-13;
      expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(tolerance);
    }
    expect(normalCdf(-10) / 7.619853024160527e-24).toBeCloseTo(1, 12);
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
  });
});
