import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../src/kernel/distribution.js';
import { meanOf } from '../../src/kernel/distribution.js';
import { exp } from '../../src/kernel/math.js';
import { unit } from '../../src/kernel/rng.js';
import { fastExp } from '../../src/kernel/variates.js';

/** Worked out by hand from the density of each law. */
const MEANS: readonly [string, Distribution, number][] = [
  ['pareto of shape 3/2', { kind: 'pareto', shape: 1.5, minNs: 10, maxNs: null }, 30],
  ['pareto of shape 1', { kind: 'pareto', shape: 1, minNs: 10, maxNs: null }, Infinity],
  // c = 2 * 100 / (1 - 1/16) over x^3 from 10 to 40: the mean is c (1/10 - 1/40) = 16.
  ['pareto of shape 2 with an end', { kind: 'pareto', shape: 2, minNs: 10, maxNs: 40 }, 16],
  // c = 10 / (1 - 1/4) over x^2: the mean is c ln 4.
  [
    'pareto of shape 1 with an end',
    { kind: 'pareto', shape: 1, minNs: 10, maxNs: 40 },
    (40 / 3) * Math.LN2 * 2,
  ],
  ['pareto of one value', { kind: 'pareto', shape: 2, minNs: 10, maxNs: 10 }, 10],
  ['weibull of shape 1', { kind: 'weibull', shape: 1, scaleNs: 6 }, 6],
  ['weibull of shape 1/2', { kind: 'weibull', shape: 0.5, scaleNs: 6 }, 12],
  ['weibull of shape 1/3', { kind: 'weibull', shape: 1 / 3, scaleNs: 6 }, 36],
  ['lognormal', { kind: 'lognormal', medianNs: 5, sigma: 2 }, 5 * Math.E ** 2],
  ['normal that is cut off nowhere', { kind: 'normal', meanNs: 5, sdNs: 0 }, 5],
  // Half of a normal of mean 0: sd * sqrt(2 / pi).
  [
    'normal that is cut in half',
    { kind: 'normal', meanNs: 0, sdNs: 3 },
    3 * Math.sqrt(2 / Math.PI),
  ],
  ['uniform', { kind: 'uniform', minNs: 3, maxNs: 8 }, 5.5],
  ['empirical', { kind: 'empirical', valuesNs: [1, 2, 9] }, 4],
  ['erlang', { kind: 'erlang', k: 4, meanNs: 9 }, 9],
  [
    'hyperexponential of weights that are no shares',
    {
      kind: 'hyperexponential',
      branches: [
        { weight: 3, meanNs: 10 },
        { weight: 1, meanNs: 50 },
      ],
    },
    20,
  ],
  [
    'mixture',
    {
      kind: 'mixture',
      branches: [
        { weight: 1, of: { kind: 'constant', valueNs: 4 } },
        { weight: 4, of: { kind: 'uniform', minNs: 8, maxNs: 10 } },
      ],
    },
    8,
  ],
];

describe('the mean of a law', () => {
  for (const [name, law, mean] of MEANS) {
    it(`is that of its density: ${name}`, () => {
      if (mean === Infinity) expect(meanOf(law)).toBe(Infinity);
      else expect(Math.abs(meanOf(law) / mean - 1)).toBeLessThan(2e-15);
    });
  }
});

describe('the quick exponential', () => {
  it('agrees with the exact one to two units of the last place', () => {
    let worst = 0;
    for (let i = 0; i < 20_000; i++) {
      const y = -44.4 + 88.7 * unit(1, 2, 3, 4, i);
      worst = Math.max(worst, Math.abs(fastExp(y) / exp(y) - 1));
    }
    expect(worst).toBeLessThan(4.5e-16);
  });

  it('is the exact one where the table ends', () => {
    for (const y of [-44.5, -700, 44.4, 700, 710]) expect(fastExp(y)).toBe(exp(y));
    expect(fastExp(NaN)).toBe(NaN);
    expect([fastExp(0), fastExp(-800)]).toEqual([1, 0]);
  });
});
