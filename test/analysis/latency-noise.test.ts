import { describe, expect, it } from 'vitest';
import { tailOf, UsualLatency } from '../../src/analysis/latency-noise.js';

/** P(at least k of n), each with probability p, added up term by term. */
function atLeast(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return 1 - below;
}

describe('the noise of a p95', () => {
  it.each([
    // n, how many of them are at least as slow as their p95 of nearest rank
    [1, 1],
    [5, 1],
    [20, 2],
    [80, 5],
    [400, 21],
  ])('%i requests: so slow a share that %i of them are, once in 740 times', (n, slow) => {
    expect(atLeast(slow, n, tailOf(n, 0.00135))).toBeCloseTo(0.00135, 8);
  });

  it('knows what a share of the usual latencies exceeds', () => {
    const usual = new UsualLatency(1000, (p) => 0.1 * p);
    expect(usual.exceededBy(0.25)).toBeCloseTo(0.075, 12);
    expect(usual.exceededBy(0.001)).toBeCloseTo(0.0999, 12);
  });

  it('goes on beyond the slowest by as much in each decade as in the last one', () => {
    // An exponential law of mean 1 s: ln 10 s in each decade.
    const usual = new UsualLatency(1000, (p) => -Math.log(Math.max(1 - p, 0.001)));
    expect(usual.exceededBy(0.0001)).toBeCloseTo(Math.log(10_000), 9);
    expect(usual.exceededBy(0.00001)).toBeCloseTo(Math.log(100_000), 9);
  });
});
