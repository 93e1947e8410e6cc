import { describe, expect, it } from 'vitest';
import { chanceOfSlow } from '../../src/analysis/measure/latency-noise.js';
import { UsualLatency } from '../../src/analysis/measure/usual-latency.js';
import { lowestOf, usualSwing } from '../../src/analysis/story/usual-swing.js';

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
  ])('%i requests: the chance that %i of them are slow', (n, slow) => {
    for (const share of [0.001, 0.02, 0.3])
      expect(chanceOfSlow(n, share)).toBeCloseTo(atLeast(slow, n, share), 10);
  });

  it('knows which share of the usual latencies is as slow', () => {
    const usual = new UsualLatency(
      1000,
      (p) => 0.1 * p,
      (seconds) => Math.max(0, 1000 * (1 - seconds / 0.1)),
    );
    expect(usual.shareAtLeast(0.075)).toBeCloseTo(0.25, 12);
  });

  it('goes on beyond the slowest as it does from the tenth slowest on', () => {
    // An exponential law of mean 1 s: a tenth of the share for each ln 10 s.
    const usual = new UsualLatency(
      1000,
      (p) => -Math.log(Math.max(1 - p, 0.001)),
      () => 0,
    );
    expect(usual.shareAtLeast(Math.log(10_000))).toBeCloseTo(1e-4, 12);
    expect(usual.shareAtLeast(Math.log(100_000))).toBeCloseTo(1e-5, 12);
  });
});

describe('how far a signal goes by itself', () => {
  it('is unknown from a few windows, and what it always is where it never moves', () => {
    expect(usualSwing([1, 2, 3, 4, 5, 6, 7], 2)).toBeNull();
    expect(usualSwing(new Array<number>(40).fill(0.3), 2)).toBe(0.3);
  });

  it('is not made by one outlier, such as a cold start', () => {
    const quiet = Array.from({ length: 40 }, (_, i) => 1 + (i % 4) / 100);
    expect(usualSwing([50, 50, ...quiet], 2)).toBeLessThan(1.3);
  });

  it('is passed once in 10,000 runs of an exponential law, and less often than a short past can tell', () => {
    // Pairs of neighbours that are alike: quantiles of an exponential law of mean 1.
    const of = (n: number): number[] =>
      Array.from({ length: 2 * n }, (_, i) => -Math.log(1 - (Math.floor(i / 2) + 0.5) / n));
    const bound = Math.log(10_000);
    expect(usualSwing(of(2000), 2)).toBeGreaterThan(bound * 0.98);
    expect(usualSwing(of(2000), 2)).toBeLessThan(bound * 1.05);
    expect(usualSwing(of(20), 2)).toBeGreaterThan(bound * 1.2);
    expect(usualSwing(of(20), 2)).toBeCloseTo(4 * Math.max(...of(20)), 9);
  });

  it('knows the lowest of neighbours', () => {
    expect(lowestOf([3, 1, 2, NaN, 5, 6], 2)).toEqual([1, 1, NaN, NaN, 5]);
    expect(lowestOf([1], 2)).toEqual([]);
  });
});
