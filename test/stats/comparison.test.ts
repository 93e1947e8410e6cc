import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../src/kernel/special.js';
import { compareFamily, type Comparing, type Member } from '../../src/stats/comparison.js';
import { runsToDecide } from '../../src/stats/replications.js';

/** Uniform draws in (0, 1) that are the same each time (mulberry32). */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

const SECONDS = { unit: 'seconds', better: 'less', limits: [] } as const;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Figures by run of a baseline and of variants that differ from it by `shifts`, as multiples of the spread. */
function familyOf(shifts: readonly number[], runs: number, draw: () => number): readonly Member[] {
  const base = Array.from({ length: runs }, () => 10 + draw());
  return shifts.map((shift) => {
    const own = base.map(() => 10 + shift + draw());
    return {
      value: mean(own),
      baseValue: mean(base),
      pairs: own.map((value, i) => [base[i]!, value] as const),
    };
  });
}

describe('equal pairs', () => {
  it('are the same without an interval: their spread of 0 bounds nothing', () => {
    const pairs = Array.from({ length: 5 }, () => [0.9, 0.9] as const);
    const member = { value: 0.9, baseValue: 0.9, pairs, trials: 5000 };
    const [found] = compareFamily([member], { unit: 'share', better: 'more', limits: [] });
    expect(found).toMatchObject({ difference: 0, interval: null, verdict: 'same' });
  });
});

const isFound = ({ verdict }: Comparing): boolean => verdict === 'better' || verdict === 'worse';

/** Share of the families without any difference in which some member is found to differ. */
function errorOf(variants: number, runs: number, draw: () => number, families: number): number {
  const alike = new Array<number>(variants).fill(0);
  let wrong = 0;
  for (let i = 0; i < families; i++) {
    if (compareFamily(familyOf(alike, runs, draw), SECONDS).some(isFound)) wrong++;
  }
  return wrong / families;
}

describe('a family of comparisons', () => {
  it('prints an interval that excludes 0 if and only if it finds a difference', () => {
    const uniform = uniforms(1);
    const counts = { better: 0, worse: 0, same: 0, unknown: 0 };
    for (let i = 0; i < 4000; i++) {
      const runs = 2 + Math.floor(uniform() * 9);
      const variants = 1 + Math.floor(uniform() * 6);
      const spread = 10 ** (-3 * uniform());
      const shifts = Array.from({ length: variants }, () =>
        uniform() < 0.4 ? 0 : (uniform() - 0.5) * 4 * spread,
      );
      const draw = (): number => spread * normalQuantile(uniform());
      for (const one of compareFamily(familyOf(shifts, runs, draw), SECONDS)) {
        counts[one.verdict]++;
        const [low, high] = one.interval!;
        const excludes = low > 0 || high < 0;
        // The margin decides only for `same`, whose words name it.
        const isWithin = low >= -one.margin! && high <= one.margin!;
        expect(isFound(one)).toBe(excludes && !isWithin);
        expect(one.verdict === 'same').toBe(isWithin);
        expect(excludes).toBe(one.adjustedP! < 0.05);
        expect(one.confidence).toBeGreaterThanOrEqual(0.95);
        expect(one.runsToDecide !== undefined).toBe(one.verdict === 'unknown');
      }
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(300);
  });

  it('finds a difference where there is none in at most 5 % of the families', () => {
    const uniform = uniforms(2);
    const normal = (): number => normalQuantile(uniform());
    // Exponential, as the latencies of a few slow requests.
    const skewed = (): number => -Math.log(uniform());
    const errors = [
      errorOf(1, 5, normal, 6000),
      errorOf(4, 3, normal, 6000),
      errorOf(4, 5, normal, 6000),
      errorOf(4, 5, skewed, 6000),
      errorOf(11, 10, normal, 4000),
    ];
    // Two standard errors of 6,000 families are 0.6 points.
    for (const error of errors) expect(error).toBeLessThanOrEqual(0.056);
    // The test is not idle: one comparison alone errs as often as it may.
    expect(errors[0]).toBeGreaterThan(0.044);
  });

  it('keeps to that error where the others do differ', () => {
    const uniform = uniforms(3);
    const draw = (): number => normalQuantile(uniform());
    let wrong = 0;
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      const all = compareFamily(familyOf([8, 8, 0, 0], 5, draw), SECONDS);
      if (all.slice(2).some(isFound)) wrong++;
      if (all.slice(0, 2).every(isFound)) found++;
    }
    expect(wrong / 4000).toBeLessThanOrEqual(0.057);
    expect(found / 4000).toBeGreaterThan(0.95);
  });

  it('is wrong about recovery without an end in at most 5 % of the families', () => {
    const uniform = uniforms(4);
    for (const runs of [3, 5]) {
      const time = (): number => (uniform() < 0.5 ? Infinity : 1 + Math.floor(uniform() * 3));
      let wrong = 0;
      for (let i = 0; i < 4000; i++) {
        const base = Array.from({ length: runs }, time);
        const family = [0, 1, 2].map(() => ({
          value: null,
          baseValue: null,
          pairs: base.map((own) => [own, time()] as const),
        }));
        if (compareFamily(family, SECONDS).some(isFound)) wrong++;
      }
      expect(wrong / 4000).toBeLessThanOrEqual(0.05);
    }
  });

  it('leans to one side where each pair of runs does', () => {
    const pairs = [
      [10, 8.9],
      [12, 6.1],
    ] as const;
    const [one] = compareFamily([{ value: 7.5, baseValue: 11, pairs }], SECONDS);
    expect(one).toMatchObject({ verdict: 'unknown', leaning: 'better', confidence: 0.95 });
    expect(one!.runsToDecide).toBeGreaterThan(2);
    const never = [1, 2].map((time) => [Infinity, time] as const);
    const [other] = compareFamily([{ value: 1.5, baseValue: null, pairs: never }], SECONDS);
    expect(other).toMatchObject({ verdict: 'unknown', leaning: 'better', runsToDecide: 3 });
  });
});

describe('the number of replications that would decide', () => {
  it('follows from the spread', () => {
    // 95 % interval of 5 runs: 10 +- 2.776 sd / sqrt(5) with sd = 10 is 12.4 wide: 0 is inside.
    const wide = { n: 5, df: 4, halfWidth: (2.776 * 10) / Math.sqrt(5), error: 0.05 };
    // By hand: (2.262 + 0.883) 10 / sqrt(10) = 9.9 < 10, and (2.365 + 0.896) 10 / sqrt(8) = 11.5.
    expect(runsToDecide(wide, (half) => half < 10)).toBe(10);
    expect(runsToDecide(wide, (half) => half < 0.1)).toBeNull();
  });

  it('decides in about 80 % of the cases', () => {
    const uniform = uniforms(5);
    const runs = runsToDecide(
      { n: 5, df: 4, halfWidth: 2.776 / Math.sqrt(5), error: 0.05 },
      (half) => half < 0.7,
    )!;
    let decided = 0;
    for (let i = 0; i < 2000; i++) {
      const family = familyOf([0.7], runs, () => Math.SQRT1_2 * normalQuantile(uniform()));
      if (isFound(compareFamily(family, SECONDS)[0]!)) decided++;
    }
    expect(decided / 2000).toBeGreaterThan(0.75);
  });
});
