import { describe, expect, it } from 'vitest';
import jstat from 'jstat';
import {
  samplers,
  lognormalOfMean,
  lognormalOfQuantiles,
  meanOf,
} from '../../src/kernel/distribution.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import { streamKey } from '../../src/kernel/rng.js';
import { HORIZON_MAX_NS } from '../../src/kernel/time.js';

const { jStat } = jstat;
const KEY = streamKey(3, 0, 'work');
const N = 200_000;
const MS = 1e6;

interface Law {
  of: Distribution;
  /** In ms. */
  mean: number;
  variance: number;
  cdf: (ms: number) => number;
}

const laws: Record<string, Law> = {
  exponential: {
    of: { kind: 'exponential', meanNs: 5 * MS },
    mean: 5,
    variance: 25,
    cdf: (x) => jStat.exponential.cdf(x, 1 / 5),
  },
  uniform: {
    of: { kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS },
    mean: 15,
    variance: 400 / 12,
    cdf: (x) => (x - 5) / 20,
  },
  'normal far from 0': {
    of: { kind: 'normal', meanNs: 15 * MS, sdNs: 1.5 * MS },
    mean: 15,
    variance: 2.25,
    cdf: (x) => jStat.normal.cdf(x, 15, 1.5),
  },
  'normal cut at 0': {
    // z = 1: mean 1 + pdf(1) / cdf(1), variance 1 - z r - r^2 with r = 0.28760.
    of: { kind: 'normal', meanNs: 1 * MS, sdNs: 1 * MS },
    mean: 1.2876,
    variance: 0.62969,
    cdf: (x) => 1 - (1 - jStat.normal.cdf(x, 1, 1)) / jStat.normal.cdf(1, 0, 1),
  },
  'lognormal by quantiles': {
    // sigma = ln(4) / 2.3263 = 0.59591; mean = 2 exp(sigma^2 / 2), variance = mean^2 (exp(sigma^2)
    // - 1).
    of: lognormalOfQuantiles(2 * MS, 8 * MS),
    mean: 2.38859,
    variance: 2.43201,
    cdf: (x) => jStat.lognormal.cdf(x, Math.log(2), Math.log(4) / 2.3263478740408408),
  },
  'lognormal by mean': {
    of: lognormalOfMean(10 * MS, 0.8),
    mean: 10,
    variance: 64,
    cdf: (x) => jStat.lognormal.cdf(x, Math.log(10 / Math.sqrt(1.64)), Math.sqrt(Math.log(1.64))),
  },
  'gamma of small variation': {
    of: { kind: 'gamma', meanNs: 5 * MS, cv: 0.5 },
    mean: 5,
    variance: 6.25,
    cdf: (x) => jStat.gamma.cdf(x, 4, 5 / 4),
  },
  'gamma of large variation': {
    of: { kind: 'gamma', meanNs: 5 * MS, cv: 1.6 },
    mean: 5,
    variance: 64,
    cdf: (x) => jStat.gamma.cdf(x, 1 / 2.56, 5 * 2.56),
  },
  erlang: {
    of: { kind: 'erlang', k: 3, meanNs: 6 * MS },
    mean: 6,
    variance: 12,
    cdf: (x) => jStat.gamma.cdf(x, 3, 2),
  },
  hyperexponential: {
    // mean 0.9 * 5 + 0.1 * 80 = 12.5; second moment 2 (0.9 * 25 + 0.1 * 6400) = 1325.
    of: {
      kind: 'hyperexponential',
      branches: [
        { weight: 90, meanNs: 5 * MS },
        { weight: 10, meanNs: 80 * MS },
      ],
    },
    mean: 12.5,
    variance: 1325 - 156.25,
    cdf: (x) => 1 - 0.9 * Math.exp(-x / 5) - 0.1 * Math.exp(-x / 80),
  },
  weibull: {
    // mean 5 gamma(1 + 1/2) = 4.43113; variance 25 (1 - pi / 4) = 5.36505.
    of: { kind: 'weibull', shape: 2, scaleNs: 5 * MS },
    mean: 4.43113,
    variance: 5.36505,
    cdf: (x) => jStat.weibull.cdf(x, 5, 2),
  },
  'pareto without end': {
    // shape 5: mean 5/4, variance 5 / (16 * 3).
    of: { kind: 'pareto', shape: 5, minNs: 1 * MS, maxNs: null },
    mean: 1.25,
    variance: 5 / 48,
    cdf: (x) => 1 - x ** -5,
  },
  'pareto with an end': {
    // shape 1 on [1, 100]: density c / x^2 with c = 1 / 0.99; mean c ln 100, second moment 99 c =
    // 100.
    of: { kind: 'pareto', shape: 1, minNs: 1 * MS, maxNs: 100 * MS },
    mean: 4.6516871,
    variance: 100 - 4.6516871 ** 2,
    cdf: (x) => (1 - 1 / x) / 0.99,
  },
  mixture: {
    // mean 0.5 * 5 + 0.5 * 15 = 10; second moments 50 and 225 + 100 / 12.
    of: {
      kind: 'mixture',
      branches: [
        { weight: 1, of: { kind: 'exponential', meanNs: 5 * MS } },
        { weight: 1, of: { kind: 'uniform', minNs: 10 * MS, maxNs: 20 * MS } },
      ],
    },
    mean: 10,
    variance: 0.5 * 50 + 0.5 * (225 + 100 / 12) - 100,
    cdf: (x) => 0.5 * (1 - Math.exp(-x / 5)) + 0.5 * Math.min(1, Math.max(0, (x - 10) / 10)),
  },
};

/** Draws of N requests in ms, sorted. */
function draws(of: Distribution): { id: number; values: Float64Array } {
  const id = samplers.add(of);
  const values = new Float64Array(N);
  for (let i = 0; i < N; i++) values[i] = samplers.draw(id, KEY.a, KEY.b, 1, i, 0) / MS;
  return { id, values };
}

describe('every law', () => {
  for (const [name, law] of Object.entries(laws)) {
    it(`has its mean, variance and distribution function: ${name}`, () => {
      const { id, values } = draws(law.of);
      const mean = jStat.mean(values as unknown as number[]);
      expect(meanOf(law.of) / MS).toBeCloseTo(law.mean, 3);
      expect(samplers.constantNs(id)).toBe(-1);
      expect(Math.abs(mean - law.mean) / Math.sqrt(law.variance / N)).toBeLessThan(3.5);
      const squares = values.map((x) => (x - mean) ** 2);
      const variance = jStat.mean(squares as unknown as number[]);
      const fourth = jStat.mean(squares.map((x) => x * x) as unknown as number[]);
      const error = Math.sqrt((fourth - variance * variance) / N);
      expect(Math.abs(variance - law.variance) / error).toBeLessThan(4);
      values.sort();
      let distance = 0;
      for (let i = 0; i < N; i++) {
        const p = law.cdf(values[i]);
        distance = Math.max(distance, (i + 1) / N - p, p - i / N);
      }
      // Kolmogorov: sqrt(N) D exceeds 1.95 with probability 0.1 %.
      expect(Math.sqrt(N) * distance).toBeLessThan(1.95);
    });
  }

  it('gives whole ns, never below 0, the same for the same arguments', () => {
    for (const { of } of Object.values(laws)) {
      const id = samplers.add(of);
      for (let i = 0; i < 500; i++) {
        const value = samplers.draw(id, 1, 2, 3, i, 0);
        expect(Number.isInteger(value) && value >= 0).toBe(true);
        expect(samplers.draw(id, 1, 2, 3, i, 0)).toBe(value);
      }
    }
  });
});

describe('the ziggurat', () => {
  it('gives the tail of the normal its weight', () => {
    // lognormal of sigma 1: ln(draw / median) is the normal itself. P(|Z| > 3.6541528853610088) =
    // 2.5804e-4.
    const id = samplers.add({ kind: 'lognormal', medianNs: 1e12, sigma: 1 });
    const n = 2_000_000;
    let beyond = 0;
    let right = 0;
    const edge = 1e12 * Math.exp(3.6541528853610088);
    const low = 1e12 * Math.exp(-3.6541528853610088);
    for (let i = 0; i < n; i++) {
      const value = samplers.draw(id, KEY.a, KEY.b, 2, i, 0);
      if (value > edge) right++;
      if (value > edge || value < low) beyond++;
    }
    expect(Math.abs(beyond - n * 2.5804e-4) / Math.sqrt(n * 2.5804e-4)).toBeLessThan(3.5);
    expect(Math.abs(2 * right - beyond) / Math.sqrt(beyond)).toBeLessThan(3.5);
  });

  it('gives the tail of the exponential its weight', () => {
    const id = samplers.add({ kind: 'exponential', meanNs: 1e9 });
    const n = 2_000_000;
    let beyond = 0;
    for (let i = 0; i < n; i++) {
      if (samplers.draw(id, KEY.a, KEY.b, 2, i, 0) > 7.69711747013104972e9) beyond++;
    }
    const expected = n * Math.exp(-7.69711747013105);
    expect(Math.abs(beyond - expected) / Math.sqrt(expected)).toBeLessThan(3.5);
  });
});

describe('distributions without randomness', () => {
  it('are recognised as constants', () => {
    const constants: [Distribution, number][] = [
      [{ kind: 'constant', valueNs: 7 }, 7],
      [{ kind: 'uniform', minNs: 4, maxNs: 4 }, 4],
      [{ kind: 'normal', meanNs: 9.4, sdNs: 0 }, 9],
      [{ kind: 'lognormal', medianNs: 3, sigma: 0 }, 3],
      [lognormalOfQuantiles(5, 5), 5],
      [{ kind: 'gamma', meanNs: 8, cv: 0 }, 8],
    ];
    for (const [of, value] of constants) {
      const id = samplers.add(of);
      expect(samplers.constantNs(id)).toBe(value);
      expect(samplers.draw(id, 1, 2, 3, 4, 5)).toBe(value);
    }
  });
});

describe('an empirical law', () => {
  it('gives each value as often as it was named', () => {
    const { values } = draws({ kind: 'empirical', valuesNs: [9 * MS, 3 * MS, 3 * MS, 5 * MS] });
    const counts = [3, 5, 9].map((ms) => values.filter((x) => x === ms).length / N);
    expect(counts[0]).toBeCloseTo(0.5, 2);
    expect(counts[1]).toBeCloseTo(0.25, 2);
    expect(counts[2]).toBeCloseTo(0.25, 2);
  });
});

describe('mixtures', () => {
  it('within mixtures choose again at every level', () => {
    const coin = (zero: Distribution, one: Distribution): Distribution => ({
      kind: 'mixture',
      branches: [
        { weight: 1, of: zero },
        { weight: 1, of: one },
      ],
    });
    const leaf = (valueNs: number): Distribution => ({ kind: 'constant', valueNs });
    const { values } = draws(coin(coin(leaf(0), leaf(1 * MS)), coin(leaf(2 * MS), leaf(3 * MS))));
    for (const ms of [0, 1, 2, 3]) {
      expect(values.filter((x) => x === ms).length / N).toBeCloseTo(0.25, 2);
    }
  });
});

describe('a heavy tail', () => {
  it('is cut off at the largest time there is', () => {
    const law = { kind: 'pareto', shape: 0.05, minNs: 1e9, maxNs: null } as const;
    const id = samplers.add(law);
    let largest = 0;
    for (let i = 0; i < 1000; i++) largest = Math.max(largest, samplers.draw(id, 1, 2, 3, i, 0));
    expect(largest).toBe(HORIZON_MAX_NS);
    expect(meanOf(law)).toBe(Infinity);
  });
});

describe('parameters that make no sense', () => {
  it('break an invariant when added', () => {
    const bad: Distribution[] = [
      { kind: 'uniform', minNs: 5, maxNs: 4 },
      { kind: 'exponential', meanNs: -1 },
      { kind: 'exponential', meanNs: NaN },
      { kind: 'empirical', valuesNs: [] },
      { kind: 'weibull', shape: 0, scaleNs: 1 },
      { kind: 'mixture', branches: [] },
      { kind: 'pareto', shape: 1, minNs: 0, maxNs: null },
    ];
    for (const d of bad) expect(() => samplers.add(d)).toThrow(/invariant broken/);
  });
});
