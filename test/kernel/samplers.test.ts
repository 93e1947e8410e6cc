import { beforeEach, describe, expect, it } from 'vitest';
import { Counts } from '../../src/kernel/counts.js';
import {
  lognormalOfMean,
  lognormalOfMeanAndQuantile,
  lognormalOfMedian,
  lognormalOfQuantiles,
  lognormalReach,
  meanOf,
  samplers,
} from '../../src/kernel/distribution.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import { streamKey, unit } from '../../src/kernel/rng.js';
import { HORIZON_MAX_NS } from '../../src/kernel/time.js';
import { subKeyA, subKeyB } from '../../src/kernel/ziggurat.js';

const KEY = streamKey(5, 1, 'test/samplers');
const MS = 1e6;

/** The first draws of a distribution by its id. */
function drawn(id: number, count = 200): number[] {
  return Array.from({ length: count }, (_, k) => samplers.draw(id, KEY.a, KEY.b, 3, k, 0));
}

const draws = (of: Distribution): number[] => drawn(samplers.add(of));

/** The uniform numbers that the draws above are made of. */
const UNITS = Array.from({ length: 200 }, (_, k) => unit(KEY.a, KEY.b, 3, k, 0));

/** One of each kind. */
const KINDS: readonly Distribution[] = [
  { kind: 'constant', valueNs: 7 * MS },
  { kind: 'exponential', meanNs: 5 * MS },
  { kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS },
  { kind: 'normal', meanNs: 15 * MS, sdNs: 4 * MS },
  { kind: 'lognormal', medianNs: 8 * MS, sigma: 1.3 },
  { kind: 'gamma', meanNs: 8 * MS, cv: 1.7 },
  { kind: 'erlang', k: 3, meanNs: 9 * MS },
  { kind: 'weibull', shape: 1.5, scaleNs: 4 * MS },
  { kind: 'pareto', shape: 1.6, minNs: 2 * MS, maxNs: 90 * MS },
  { kind: 'empirical', valuesNs: [1, 5, 9, 200, 3].map((ms) => ms * MS) },
  {
    kind: 'hyperexponential',
    branches: [
      { weight: 9, meanNs: 5 * MS },
      { weight: 1, meanNs: 80 * MS },
    ],
  },
  {
    kind: 'mixture',
    branches: [
      { weight: 3, of: { kind: 'empirical', valuesNs: [1 * MS, 2 * MS] } },
      { weight: 1, of: { kind: 'uniform', minNs: 50 * MS, maxNs: 60 * MS } },
    ],
  },
];

/** The one sampler there is, with the room of one that was just made. */
beforeEach(() => {
  const fresh = samplers.constructor as new () => object;
  Object.assign(samplers, new fresh());
});

describe('the ids of distributions', () => {
  it('are counted from 0, those of a list in its order and the parts of mixtures behind', () => {
    const alone = KINDS.map((of) => draws(of));
    samplers.reset();
    samplers.addAll(KINDS);
    KINDS.forEach((_, id) => {
      expect(drawn(id)).toEqual(alone[id]);
    });
    // Two exponentials and the two branches of the mixture are four more.
    expect(samplers.add(KINDS[0]!)).toBe(KINDS.length + 4);
    samplers.reset();
    expect(samplers.add(KINDS[0]!)).toBe(0);
  });

  it('keep their meaning while thousands are added', () => {
    const alone = KINDS.map((of) => drawn(samplers.add(of), 5));
    const ids = Array.from({ length: 5000 }, (_, k) => samplers.add(KINDS[k % KINDS.length]!));
    ids.forEach((id, k) => {
      const of = k % KINDS.length;
      expect(samplers.constantNs(id)).toBe(of === 0 ? 7 * MS : -1);
      expect(drawn(id, 5)).toEqual(alone[of]);
    });
  });

  it('change their meaning after a run that had other distributions', () => {
    const alone = KINDS.map((of) => draws(of));
    samplers.reset();
    [...KINDS].reverse().forEach((of, k) => {
      expect(draws(of)).toEqual(alone[KINDS.length - 1 - k]);
    });
  });
});

describe('a law that is the exponential', () => {
  it('gives the draws of the exponential: gamma, erlang and weibull of shape 1', () => {
    const exponential = draws({ kind: 'exponential', meanNs: 5 * MS });
    expect(draws({ kind: 'gamma', meanNs: 5 * MS, cv: 1 })).toEqual(exponential);
    expect(draws({ kind: 'erlang', k: 1, meanNs: 5 * MS })).toEqual(exponential);
    expect(draws({ kind: 'weibull', shape: 1, scaleNs: 5 * MS })).toEqual(exponential);
    expect(draws({ kind: 'erlang', k: 2, meanNs: 5 * MS })).not.toEqual(exponential);
    expect(draws({ kind: 'weibull', shape: 2, scaleNs: 5 * MS })).not.toEqual(exponential);
  });

  it('gives the same gamma by shape and by variation', () => {
    const erlang = draws({ kind: 'erlang', k: 4, meanNs: 5 * MS });
    expect(draws({ kind: 'gamma', meanNs: 5 * MS, cv: 0.5 })).toEqual(erlang);
  });
});

describe('a draw', () => {
  it('is what the inverse of the distribution makes of one uniform number', () => {
    expect(draws({ kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS })).toEqual(
      UNITS.map((u) => Math.round(5 * MS + 20 * MS * u)),
    );
    const values = [1, 3, 5, 9].map((ms) => ms * MS);
    expect(draws({ kind: 'empirical', valuesNs: [...values].reverse() })).toEqual(
      UNITS.map((u) => values[Math.floor(4 * u)]),
    );
    // Survival (min / x)^2 = 1 - c u with c = 1 - (min / max)^2, to a nanosecond.
    const [min, max] = [2 * MS, 10 * MS];
    draws({ kind: 'pareto', shape: 2, minNs: min, maxNs: max }).forEach((x, k) => {
      expect(Math.abs(x - min / Math.sqrt(1 - 0.96 * UNITS[k]!))).toBeLessThan(0.6);
    });
    draws({ kind: 'pareto', shape: 2, minNs: min, maxNs: null }).forEach((x, k) => {
      expect(Math.abs(x - min / Math.sqrt(1 - UNITS[k]!))).toBeLessThan(0.6 + 1e-8 * x);
    });
  });

  it('is rounded half up, to whole nanoseconds, once', () => {
    const constants = [0, 0.49, 0.5, 1.4999, 1.5, 2.5, 1e15 + 0.5];
    expect(constants.map((valueNs) => draws({ kind: 'constant', valueNs })[0])).toEqual([
      0,
      0,
      1,
      1,
      2,
      3,
      1e15 + 1,
    ]);
  });

  it('is at most the last moment there is', () => {
    const last = draws({ kind: 'constant', valueNs: HORIZON_MAX_NS });
    expect(last[0]).toBe(HORIZON_MAX_NS);
    const far = draws({ kind: 'lognormal', medianNs: HORIZON_MAX_NS, sigma: 1 });
    expect(Math.max(...far)).toBe(HORIZON_MAX_NS);
    expect(Math.min(...far)).toBeLessThan(HORIZON_MAX_NS / 2);
    const beyond: Distribution = { kind: 'exponential', meanNs: HORIZON_MAX_NS + 1 };
    expect(() => samplers.add(beyond)).toThrow(
      /the values of a distribution are within the longest run/,
    );
  });
});

describe('a mixture', () => {
  const constant = (valueNs: number): Distribution => ({ kind: 'constant', valueNs });

  it('takes the first branch whose share of the weights is reached', () => {
    const weights = [1, 0, 2, 5, 0];
    const of: Distribution = {
      kind: 'mixture',
      branches: weights.map((weight, k) => ({ weight, of: constant(k) })),
    };
    expect(draws(of)).toEqual(UNITS.map((u) => (u <= 1 / 8 ? 0 : u <= 3 / 8 ? 2 : 3)));
    expect(new Set(draws(of)).size).toBe(3);
  });

  it('gives a draw that is exactly a share to the branch that ends with it', () => {
    const [u] = UNITS as [number];
    const branches = [
      { weight: u, of: constant(0) },
      { weight: 1 - u, of: constant(1) },
    ];
    expect(draws({ kind: 'mixture', branches })[0]).toBe(0);
    const counts = new Counts();
    const id = counts.add({
      kind: 'choice',
      branches: branches.map(({ weight }, value) => ({ weight, value })),
    });
    expect(counts.drawCount(id, KEY.a, KEY.b, 3, 0, 0)).toBe(0);
  });

  it('draws from its branch with separate random numbers', () => {
    const branch: Distribution = { kind: 'uniform', minNs: 0, maxNs: 1e9 };
    const mixture = draws({ kind: 'mixture', branches: [{ weight: 3, of: branch }] });
    expect(mixture).toEqual(
      UNITS.map((_, k) => Math.round(1e9 * unit(subKeyA(KEY.a, 1), subKeyB(KEY.b, 1), 3, k, 0))),
    );
    // The hyperexponential is the mixture of its exponentials.
    const exponential = (meanNs: number): Distribution => ({ kind: 'exponential', meanNs });
    const means = [
      { weight: 1, meanNs: 5 * MS },
      { weight: 2, meanNs: 70 * MS },
    ];
    expect(draws({ kind: 'hyperexponential', branches: means })).toEqual(
      draws({
        kind: 'mixture',
        branches: means.map(({ weight, meanNs }) => ({ weight, of: exponential(meanNs) })),
      }),
    );
  });
});

describe('a lognormal', () => {
  it('has the quantiles that it was made of', () => {
    const of = lognormalOfQuantiles(2 * MS, 8 * MS);
    // 2.3263478740408408 is the 99th percentile of the normal (NIST).
    expect(of).toEqual({
      kind: 'lognormal',
      medianNs: 2 * MS,
      sigma: expect.any(Number) as number,
    });
    expect((of as { sigma: number }).sigma).toBeCloseTo(Math.log(4) / 2.3263478740408408, 14);
  });

  it('has the mean and the variation that it was made of', () => {
    const of = lognormalOfMean(10 * MS, 0.8) as { medianNs: number; sigma: number };
    expect(of.medianNs).toBeCloseTo((10 * MS) / Math.sqrt(1.64), 6);
    expect(of.sigma).toBeCloseTo(Math.sqrt(Math.log(1.64)), 14);
  });
});

describe('a lognormal of two figures at hand', () => {
  // Quantiles of the normal (NIST).
  const Z = { 0.9: 1.2815515655446004, 0.95: 1.6448536269514722, 0.99: 2.3263478740408408 };

  it.each([0.9, 0.95, 0.99] as const)('has its mean and its quantile %d', (at) => {
    const of = lognormalOfMeanAndQuantile(10 * MS, 20 * MS, at);
    const { medianNs, sigma } = of as { medianNs: number; sigma: number };
    expect(meanOf(of)).toBeCloseTo(10 * MS, 3);
    expect(medianNs * Math.exp(sigma * Z[at])).toBeCloseTo(20 * MS, 3);
    const median = lognormalOfQuantiles(10 * MS, 20 * MS, at) as { sigma: number };
    expect(median.sigma).toBeCloseTo(Math.log(2) / Z[at], 12);
  });

  it('has its median and its variation', () => {
    const { medianNs, sigma } = lognormalOfMedian(10 * MS, 0.8) as Record<string, unknown>;
    expect([medianNs, sigma]).toEqual([10 * MS, expect.closeTo(Math.sqrt(Math.log(1.64)), 12)]);
  });

  it('reaches exp(z * z / 2) times its mean, and no further', () => {
    const reach = Math.exp((Z[0.99] * Z[0.99]) / 2);
    expect(lognormalReach(0.99)).toBeCloseTo(reach, 9);
    expect(() => lognormalOfMeanAndQuantile(1000, 1000 * reach * 1.001, 0.99)).toThrow();
    expect(() => lognormalOfMeanAndQuantile(1000, 999, 0.99)).toThrow();
  });
});

describe('parameters at the edge of sense', () => {
  it('are refused on one side only', () => {
    const good: readonly Distribution[] = [
      { kind: 'exponential', meanNs: 0 },
      { kind: 'uniform', minNs: 0, maxNs: 1 },
      { kind: 'normal', meanNs: 0, sdNs: 1 },
      { kind: 'gamma', meanNs: 0, cv: 2 },
      { kind: 'exponential', meanNs: HORIZON_MAX_NS },
    ];
    for (const of of good) expect(() => samplers.add(of)).not.toThrow();
    const bad: readonly Distribution[] = [
      { kind: 'uniform', minNs: -1, maxNs: 1 },
      { kind: 'normal', meanNs: -1, sdNs: 1 },
      { kind: 'normal', meanNs: 1, sdNs: -1 },
      { kind: 'erlang', k: 0, meanNs: 1 },
      { kind: 'pareto', shape: 0, minNs: 1, maxNs: null },
      { kind: 'mixture', branches: [{ weight: 0, of: { kind: 'constant', valueNs: 1 } }] },
    ];
    for (const of of bad) expect(() => samplers.add(of)).toThrow(/invariant broken/);
    expect(() => lognormalOfQuantiles(0, 1)).toThrow(
      /the quantiles of a lognormal distribution are in order/,
    );
    expect(() => lognormalOfQuantiles(2, 1)).toThrow(
      /the quantiles of a lognormal distribution are in order/,
    );
    expect(() => lognormalOfMean(0, 1)).toThrow(
      /the mean of a lognormal distribution is above zero/,
    );
    expect(() => lognormalOfMean(1, -1)).toThrow(
      /the mean of a lognormal distribution is above zero/,
    );
  });
});
