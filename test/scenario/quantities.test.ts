import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  parseCountDistribution,
  parseDistribution,
} from '../../src/contracts/quantities/distribution-text.js';
import {
  count,
  duration,
  factor,
  rate,
  share,
  whole,
} from '../../src/contracts/quantities/quantities.js';
import {
  formatDuration,
  parseCount,
  parseDuration,
  parseDurationOrNone,
  parseFactor,
  parseRate,
  parseShare,
  parseWhole,
} from '../../src/contracts/quantities/quantity-text.js';

describe('a duration', () => {
  it.each([
    ['250us', 250_000],
    ['15ms', 15_000_000],
    ['1.5s', 1_500_000_000],
    ['0.3ms', 300_000],
    ['2m', 120_000_000_000],
    ['1h', 3_600_000_000_000],
    ['1d', 86_400_000_000_000],
    [0, 0],
    ['0ms', 0],
    ['0.0000004s', 400],
  ])('reads %s as %i ns', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each([
    [15, '15 what? write 15s or 15ms'],
    ['15', '15 what? write 15s or 15ms'],
    [-3, '-3 is negative: a duration is 0 or more'],
    ['-3ms', '-3ms is negative: a duration is 0 or more'],
    ['5min', '5min is no duration: a minute is written m, as in 5m'],
    ['5sec', '5sec is no duration: units are ns us ms s m h'],
    ['soon', 'soon is no duration: write 15ms, 1.5s or 2m'],
    ['0.1ns', '0.1ns is below the resolution of the clock, 1ns'],
    ['105d', '105d is absurd: the longest time is 104 days'],
    [Number.NaN, 'NaN is no duration: write 15ms'],
    [Infinity, 'Infinity is no duration: write 15ms'],
    [null, 'must be a duration such as 15ms, got null'],
    [undefined, 'is required: a duration such as 15ms'],
    [['1s'], 'must be a duration such as 15ms, got a list'],
  ])('refuses %s: %s', (input, message) => {
    expect(() => parseDuration(input)).toThrow(message);
  });

  it('may be bounded below, and may be the word none where a limit is meant', () => {
    expect(() => parseDuration('1ms', { min: 5_000_000 })).toThrow('below the least possible, 5ms');
    expect(() => parseDuration('0s', { allowZero: false })).toThrow('0s is no time at all');
    expect(parseDurationOrNone('none')).toBeNull();
    expect(() => parseDuration('none')).toThrow('none is no duration');
  });

  it('is written back in the unit that reads best', () => {
    expect([0, 1, 1500, 250_000_000, 90_000_000_000, 60_000_000_000].map(formatDuration)).toEqual([
      '0s',
      '1ns',
      '1.5us',
      '250ms',
      '90s',
      '1m',
    ]);
  });
});

describe('rates, shares, factors and counts', () => {
  it('read rates as events per second', () => {
    expect([
      parseRate('400/s'),
      parseRate('90/min'),
      parseRate('7200/h'),
      parseRate('2/ms'),
    ]).toEqual([400, 1.5, 2, 2000]);
    expect(parseRate('0/s', true)).toBe(0);
  });

  it.each([
    [20, '20 what? write 20/s'],
    ['20', '20 what? write 20/s'],
    ['5/m', '5/m: a minute is written min'],
    ['-5/s', '-5/s is negative'],
    ['0/s', '0/s never happens: write a rate above 0'],
    ['2000000000/s', 'more than one per nanosecond'],
  ])('refuses the rate %s', (input, message) => {
    expect(() => parseRate(input)).toThrow(message);
  });

  it('read shares with and without a percent sign', () => {
    expect([parseShare('2.5%'), parseShare(0.025), parseShare('0%'), parseShare(1)]).toEqual([
      0.025, 0.025, 0, 1,
    ]);
    expect(() => parseShare('120%')).toThrow('120% is above 100%');
    expect(() => parseShare(5)).toThrow(
      '5 is above 1: a share is written 5% or lies between 0 and 1',
    );
    expect(() => parseShare('-1%')).toThrow('-1% is negative');
    expect(() => parseShare('half')).toThrow('half is no share: write 2.5% or 0.025');
  });

  it('read factors above 1 in percent too', () => {
    expect([parseFactor(2), parseFactor('150%'), parseFactor(0.5)]).toEqual([2, 1.5, 0.5]);
    expect(() => parseFactor(0)).toThrow('it must be above 0');
    expect(() => parseFactor(1e7)).toThrow('absurd');
  });

  it('read unlimited and unbounded as one and the same count', () => {
    expect([parseCount('unlimited'), parseCount('unbounded'), parseCount(3)]).toEqual([
      Infinity,
      Infinity,
      3,
    ]);
    expect(() => parseCount(-1, 1)).toThrow('must be a whole number >= 1 or unlimited, got -1');
    expect(() => parseWhole(1.5, { min: 1, max: 9 })).toThrow(
      'must be a whole number from 1 to 9, got 1.5',
    );
    expect(() => parseWhole('3')).toThrow(
      'must be a whole number >= 0, got the text "3": remove the quotes',
    );
  });
});

describe('a distribution', () => {
  const MS = 1_000_000;

  it.each([
    ['15ms', { kind: 'constant', valueNs: 15 * MS }],
    ['constant(15ms)', { kind: 'constant', valueNs: 15 * MS }],
    ['exponential(15ms)', { kind: 'exponential', meanNs: 15 * MS }],
    ['uniform(5ms 25ms)', { kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS }],
    ['uniform(min=5ms, max=25ms)', { kind: 'uniform', minNs: 5 * MS, maxNs: 25 * MS }],
    ['normal(15ms 3ms)', { kind: 'normal', meanNs: 15 * MS, sdNs: 3 * MS }],
    ['lognormal(mean=10ms, p99=10ms)', { kind: 'lognormal', medianNs: 10 * MS, sigma: 0 }],
    ['lognormal(p50=10ms p95=10ms)', { kind: 'lognormal', medianNs: 10 * MS, sigma: 0 }],
    ['lognormal(p50=10ms cv=0)', { kind: 'lognormal', medianNs: 10 * MS, sigma: 0 }],
    ['gamma(mean=10ms cv=1.5)', { kind: 'gamma', meanNs: 10 * MS, cv: 1.5 }],
    ['erlang(k=3 mean=9ms)', { kind: 'erlang', k: 3, meanNs: 9 * MS }],
    ['weibull(shape=1.5 scale=10ms)', { kind: 'weibull', shape: 1.5, scaleNs: 10 * MS }],
    ['pareto(shape=1.5 min=2ms)', { kind: 'pareto', shape: 1.5, minNs: 2 * MS, maxNs: null }],
    [
      'pareto(shape=0.8 min=2ms max=1s)',
      { kind: 'pareto', shape: 0.8, minNs: 2 * MS, maxNs: 1000 * MS },
    ],
    ['empirical(3ms 5ms 9ms)', { kind: 'empirical', valuesNs: [3 * MS, 5 * MS, 9 * MS] }],
    [
      'hyperexponential(90%=5ms 10%=80ms)',
      {
        kind: 'hyperexponential',
        branches: [
          { weight: 0.9, meanNs: 5 * MS },
          { weight: 0.1, meanNs: 80 * MS },
        ],
      },
    ],
    [
      'mixture(95%=exponential(5ms) 5%=constant(1s))',
      {
        kind: 'mixture',
        branches: [
          { weight: 0.95, of: { kind: 'exponential', meanNs: 5 * MS } },
          { weight: 0.05, of: { kind: 'constant', valueNs: 1000 * MS } },
        ],
      },
    ],
  ])('reads %s', (text, law) => {
    expect(parseDistribution(text)).toEqual(law);
  });

  it('reads the long form as the short one', () => {
    expect(parseDistribution({ kind: 'lognormal', p50: '8ms', p99: '60ms' })).toEqual(
      parseDistribution('lognormal(p50=8ms p99=60ms)'),
    );
    expect(
      parseDistribution({ kind: 'mixture', branches: [{ weight: '100%', of: '5ms' }] }),
    ).toEqual(parseDistribution('mixture(100%=5ms)'));
    expect(parseDistribution({ kind: 'empirical', values: ['3ms'] })).toEqual(
      parseDistribution('empirical(3ms)'),
    );
  });

  it('finds sigma of a lognormal from its quantiles: p99 = p50 * exp(2.3263 sigma)', () => {
    const law = parseDistribution('lognormal(p50=10ms p99=100ms)');
    // log(10) / 2.326348 = 0.98979
    expect(law).toMatchObject({ kind: 'lognormal', medianNs: 10 * MS });
    expect((law as { sigma: number }).sigma).toBeCloseTo(0.98979, 4);
  });

  it.each([
    ['lognormal(p50=8ms', 'a comma inside { } ends the value: write lognormal(p50=8ms p99=60ms)'],
    ['uniform(5ms', 'a comma inside { } ends the value: write uniform(5ms 25ms)'],
    ['lognorm(1ms)', '"lognorm" is unknown here'.replaceAll('"', '')],
    ['exponential(5)', 'exponential: mean: 5 what? write 5s or 5ms'],
    ['exponential()', 'exponential needs mean: write exponential(15ms)'],
    ['exponential(0ms)', 'exponential: mean: 0ms is no time at all'],
    ['exponential(1ms 2ms)', 'exponential cannot place 2ms'],
    ['exponential(mean=1ms mean=2ms)', 'mean is given twice'],
    ['exponential(1ms mean=2ms)', 'mean is given twice'],
    ['uniform(9ms 5ms)', 'uniform: max is below min'],
    ['lognormal(8ms 60ms)', 'lognormal cannot place 8ms: write lognormal(p50=8ms p99=60ms)'],
    [
      'lognormal(p50=8ms mean=9ms cv=2)',
      'lognormal: write one of p50 and mean, and one of p90, p95, p99 and cv: lognormal(p50=8ms p99=60ms)',
    ],
    ['lognormal(p50=8ms)', 'lognormal needs p99: write lognormal(p50=8ms p99=60ms)'],
    ['lognormal(p50=8ms p95=7ms)', 'lognormal: p95 is below p50'],
    ['lognormal(mean=8ms p99=7ms)', 'lognormal: p99 is below the mean'],
    [
      'lognormal(mean=10ms p99=150ms)',
      'lognormal: its p99 is at most 15.0 times its mean: give p50 in place of the mean',
    ],
    ['gamma(mean=1ms cv=0)', 'gamma: cv must be a number from 0.001 to 100, got 0'],
    ['erlang(k=2.5 mean=1ms)', 'erlang: k must be a whole number, got 2.5'],
    [
      'pareto(shape=0.9 min=1ms)',
      'pareto: with a shape of 1 or less the mean is infinite: give max',
    ],
    ['hyperexponential(90%=5ms)', 'hyperexponential: the shares add up to 90%, not 100%'],
    ['exponential(90%=5ms)', 'exponential takes no weights'],
    ['weibull(shape=1 scale=1ms speed=2)', 'weibull has no speed'],
    ['exponential(5ms) later', 'after the closing parenthesis'],
    ['fast', 'fast is no distribution: write 15ms or lognormal(p50=8ms p99=60ms)'],
    ['empirical(latencies.csv)', 'empirical reads no file: list the values'],
  ])('refuses %s: %s', (text, message) => {
    expect(() => parseDistribution(text)).toThrow(message);
  });

  it('refuses an object without a kind, with a wrong field, or with weights that are none', () => {
    expect(() => parseDistribution({ mean: '5ms' })).toThrow(
      'needs kind, one of constant exponential',
    );
    expect(() => parseDistribution({ kind: 'exponential', meen: '5ms' })).toThrow(
      'exponential has no meen',
    );
    expect(() => parseDistribution({ kind: 'mixture', branches: [{ of: '5ms' }] })).toThrow(
      'mixture is written',
    );
    expect(() => parseDistribution('mixture(0%=1ms 100%=2ms)')).toThrow('0% never happens');
  });
});

describe('a random count', () => {
  it('is a number, or drawn', () => {
    expect(parseCountDistribution(3)).toEqual({ kind: 'constant', value: 3 });
    expect(parseCountDistribution('uniform(1 5)')).toEqual({ kind: 'uniform', min: 1, max: 5 });
    expect(parseCountDistribution('geometric(mean=3)')).toEqual({ kind: 'geometric', mean: 3 });
    expect(parseCountDistribution('choice(80%=1 20%=4)')).toEqual({
      kind: 'choice',
      branches: [
        { weight: 0.8, value: 1 },
        { weight: 0.2, value: 4 },
      ],
    });
  });

  it.each([
    [-1, 'must be a whole number'],
    ['uniform(5 1)', 'uniform: max is below min'],
    ['geometric(mean=0.5)', 'mean must be a number from 1'],
    ['exponential(3)', 'exponential is unknown here; known: uniform geometric choice normal'],
  ])('refuses %s', (input, message) => {
    expect(() => parseCountDistribution(input)).toThrow(message);
  });
});

describe('the zod types of quantities', () => {
  it('give numbers, defaults in the written form, and a JSON Schema of what is written', () => {
    const schema = z.strictObject({
      after: duration().describe('a'),
      every: duration({ allowZero: false }).prefault('2s').describe('b'),
      rate: rate().optional().describe('c'),
      part: share().prefault('100%').describe('d'),
      size: count({ min: 1 }).prefault('unlimited').describe('e'),
      times: whole({ min: 1, max: 9 }).optional().describe('f'),
      by: factor().optional().describe('g'),
    });
    expect(schema.parse({ after: '1ms', rate: '3/s' })).toEqual({
      after: 1_000_000,
      every: 2_000_000_000,
      rate: 3,
      part: 1,
      size: Infinity,
    });
    const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
    expect(json.required).toEqual(['after']);
    expect(json.properties).toMatchObject({
      every: { default: '2s', description: 'b' },
      times: { type: 'integer', minimum: 1, maximum: 9 },
    });
  });
});
