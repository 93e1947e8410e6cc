import { describe, expect, it } from 'vitest';
import { metricFinding, metricWords } from '../../src/report/sweep/best.js';
import {
  isLoose,
  isOver,
  rangesText,
  settingText,
  budgetStatusOf,
  sweepViewOf,
  tallyOf,
} from '../../src/report/sweep/cases.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { askedText, sweepBadge, sweepVerdict } from '../../src/report/sweep/words.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import {
  bisectSweep,
  gridSweep,
  largeSweep,
  randomSweep,
  threeSweep,
  wordSweep,
} from './sweep-fixtures.js';
import {
  budget,
  LATENCY,
  makeSweep,
  METASTABLE,
  numeric,
  RECOVERY,
  SUCCESS,
  wordy,
  type Made,
} from './sweep-maker.js';

const said = (result: SweepResult): string[] => sweepVerdict(sweepViewOf(result)).map(plainWords);
/** Without the narrow spaces before units. */
const about = (result: SweepResult, metric = 0): string =>
  plainWords(metricWords(sweepViewOf(result), metric));

/** Settings along one axis of numbers with one budget. */
const along = (
  make: (at: number, variant: string) => Made | null,
  variants: readonly string[] = ['base'],
  values: readonly number[] = [1, 2, 3, 4, 5],
): SweepResult =>
  makeSweep({
    axes: [numeric('a.b.size', values)],
    variants,
    metrics: [LATENCY],
    budgets: [budget('users.success >= 99%')],
    make: ([at], variant) => make(at!, variant),
  });

describe('the verdict on a grid', () => {
  it('counts the settings that hold all budgets, by variant, and says where they lie', () => {
    expect(said(gridSweep())).toEqual([
      '30 of 40 settings hold all budgets with at least one variant (retries: 17 of 40; budget: 30 of 40).',
      'retries holds all budgets at maxAttempts = 1 with rate = 50/s to 400/s; maxAttempts = 2 with rate = 50/s to 200/s; maxAttempts = 3 with rate = 50/s to 150/s; maxAttempts = 4 to 5 with rate = 50/s to 100/s.',
      'budget holds all budgets at rate = 50/s to 400/s, whatever maxAttempts.',
      'The runs of retries at maxAttempts = 5, rate = 800/s were stopped before their time (events): nothing was measured there.',
    ]);
    expect(sweepBadge(sweepViewOf(gridSweep()))).toEqual({ text: '30 of 40 hold', tone: 'open' });
  });

  it('names a block of settings by its values, and all of three axes at once', () => {
    expect(said(threeSweep())).toEqual([
      '18 of 36 settings hold all budgets.',
      'base holds all budgets at retries = 0 to 1, whatever timeout and breaker.',
    ]);
  });

  it('is short where every setting holds all budgets, or none does', () => {
    const everywhere = along(() => ({ values: [0.1], budgets: ['pass'] }));
    expect(said(everywhere)).toEqual(['5 of 5 settings hold all budgets.']);
    expect(sweepBadge(sweepViewOf(everywhere))!.tone).toBe('pass');
    const nowhere = along(() => ({ values: [0.1], budgets: ['fail'] }), ['one', 'two']);
    expect(said(nowhere)).toEqual([
      '0 of 5 settings hold all budgets with at least one variant (one: 0 of 5; two: 0 of 5).',
      'one and two hold all budgets at no setting.',
    ]);
    expect(sweepBadge(sweepViewOf(nowhere))!.tone).toBe('fail');
  });

  it('keeps undecided settings apart from those that fail', () => {
    const result = along((at) => ({
      budgets: [at < 3 ? 'pass' : at < 4 ? 'inconclusive' : 'fail'],
    }));
    expect(said(result)[0]).toBe('2 of 5 settings hold all budgets. 1 more is undecided.');
  });

  it('tells scattered settings one by one while they are few', () => {
    const result = along((at) => ({ values: [at], budgets: [at % 2 === 0 ? 'pass' : 'fail'] }));
    expect(said(result)[1]).toBe('base holds all budgets at size = 2, 4.');
  });

  it('says that nothing was measured', () => {
    const stopped = along(() => ({ stop: 'depth' }));
    expect(said(stopped)).toEqual([
      'The runs of base at 5 of 5 settings were stopped before their time (depth): nothing was measured there.',
      'Nothing was measured: no run reached its end.',
    ]);
    const empty = along(() => ({ values: [null], budgets: ['pass'] }));
    expect(said(empty).at(-1)).toBe('Nothing was measured of users.latency.p99 during outage.');
    expect(about(empty)).toBe('users.latency.p99 during outage: nothing was measured.');
    expect(said(makeSweep({ axes: [numeric('a', [1])], at: [], make: () => null }))).toEqual([
      'No setting was run.',
    ]);
  });

  it('does not count warnings', () => {
    const result = makeSweep({
      axes: [numeric('a', [1, 2])],
      budgets: [budget('one < 1'), budget('two < 1', 'warning')],
      make: () => ({ budgets: ['pass', 'fail'] }),
    });
    expect(said(result)[0]).toBe('2 of 2 settings hold all budgets.');
    expect(tallyOf(result, result.cases[0]!.variants[0]!)).toEqual({ of: 1, held: 1, failed: 0 });
  });
});

describe('the best setting of a metric', () => {
  it('tells the next one by the differences of the runs, and what holds all budgets', () => {
    const result = along((at) => ({ values: [at / 10], budgets: [at > 2 ? 'pass' : 'fail'] }));
    expect(about(result)).toBe(
      'users.latency.p99 during outage is lowest at size = 1: 100 ms [98, 102]. Next: 200 ms at size = 2, and the runs, paired, tell the two apart. Of what holds all budgets: 300 ms at size = 3.',
    );
  });

  it('says that the data is inconclusive if the differences of the runs are on both sides', () => {
    const result = along((at) => ({ values: [1 + (at < 3 ? at : 2 * at) / 100], spread: 0.02 }));
    expect(about(result)).toMatch(
      / Not decided against 1\.02 s \[1\.00, 1\.04\] at size = 2: (?:about \d+ replications would decide|more replications do not help)\./,
    );
    const many = along((at) => ({ values: [1 + at / 100], spread: 0.1 }));
    expect(about(many)).toMatch(
      / Not decided against 4 others: (?:about \d+ replications would decide|more replications do not help)\./,
    );
  });

  it('claims nothing without intervals', () => {
    expect(about(along((at) => ({ values: [at], spread: null })))).toContain(
      'one run each does not say whether that differs',
    );
  });

  it('names both variants where they tie at one setting, and counts where many tie', () => {
    const tie = along((at) => ({ values: [at] }), ['one', 'two']);
    expect(about(tie)).toContain('at size = 1 with one and two.');
    const many = along((at) => ({ values: [Math.max(3, at)] }), ['one', 'two']);
    expect(about(many)).toContain('at 3 of 5 settings with one and 3 with two.');
    expect(about(along(() => ({ values: [1] })))).toContain('is 1 s everywhere.');
  });

  it('leaves runs that never recover out, and counts them', () => {
    const text = about(gridSweep(), 3);
    expect(text).toContain(
      'Some run never recovers at 14 of 40 settings with retries and 4 with budget.',
    );
    const never = makeSweep({
      axes: [numeric('a', [1, 2])],
      metrics: [RECOVERY],
      make: () => ({ values: [null], never: [3] }),
    });
    expect(about(never)).toBe(
      'users.recovery after outage: some run never recovers at any setting.',
    );
  });

  it('shows a share of runs in per cent and ranks nothing without a direction', () => {
    expect(about(gridSweep(), 2)).toContain('cascade.metastable is lowest, 0 %,');
    const result = makeSweep({
      axes: [numeric('a', [1, 2])],
      metrics: [{ text: 'x.rate', unit: 'perSecond', better: 'none' }],
      make: ([at]) => ({ values: [at! * 100] }),
    });
    expect(about(result)).toBe('x.rate lies between 100/s and 200/s.');
    expect(metricFinding(sweepViewOf(result), 0)).toBe('100/s at a = 1, 200/s at a = 2');
  });
});

describe('the verdict of a bisection', () => {
  it('says for each variant where it breaks, holds throughout, or breaks at once', () => {
    expect(said(bisectSweep())).toEqual([
      'Limit of retries between 243/s and 248/s. Measured: 99.7 % [99.6, 99.8] where it holds, 98 % [97.9, 98.1] where it breaks.',
      'full holds over the whole range 100/s to 900/s, as far as its ends tell.',
      'naive breaks already at 100/s, and at 900/s too.',
    ]);
    expect(sweepBadge(sweepViewOf(bisectSweep()))).toBeNull();
  });

  it('warns where an interval reaches over the limit', () => {
    expect(said(bisectSweep(false))[0]).toContain(
      'Limit of retries between 243/s and 248/s, not sure with so few runs.',
    );
    expect(sweepBadge(sweepViewOf(bisectSweep(false)))).toEqual({ text: 'not sure', tone: 'open' });
  });

  it('turns round where the upper end holds', () => {
    const result = bisectSweep();
    const [first] = result.edges;
    const turned = { ...result, edges: [{ ...first!, holds: 2, breaks: 1 }] };
    expect(said(turned)[0]).toMatch(
      /^Limit of retries between 243\/s and 248\/s, holds above it\./,
    );
  });

  it('sets the metrics of both sides against each other', () => {
    expect(about(bisectSweep())).toBe(
      'users.latency.p99 during outage on both sides: retries 740 ms at 243/s and 751 ms at 248/s.',
    );
  });
});

describe('what was asked', () => {
  it('is one sentence with the paths, the settings and the runs', () => {
    const asked = (result: SweepResult): string => askedText(sweepViewOf(result));
    expect(asked(wordSweep())).toBe(
      'services.payments.balancer: 4 values, 10 runs of each of 2 variants, 120 s measured.',
    );
    expect(asked(bisectSweep())).toBe(
      'Where along workloads.users.rate from 100/s to 900/s users.success >= 99% stops to hold, to within 2 % of the value: 7 values, up to 10 runs of each of 3 variants, 120 s measured.',
    );
    expect(asked(randomSweep(6))).toMatch(
      /^A random sample of workloads\.users\.rate \(\S+ to \S+\), services\.cache\.capacity \(\S+ to \S+\) and services\.cache\.eviction \(3 values\): 6 settings/,
    );
  });

  it('says what an axis with one value is held at', () => {
    const result = makeSweep({
      axes: [numeric('a.x', [1, 2]), wordy('a.y', ['only'])],
      make: () => ({}),
    });
    const view = sweepViewOf(result);
    expect(view.shape).toBe('line');
    expect(askedText(view)).toContain('a.x, with a.y = only: 2 values');
    expect(settingText(view, [1, 0])).toBe('x = 2');
  });
});

describe('settings', () => {
  it('are shown by the number and the kind of their axes', () => {
    const shape = (result: SweepResult): string => sweepViewOf(result).shape;
    expect(
      [gridSweep(), threeSweep(12), threeSweep(13), randomSweep(), wordSweep()].map(shape),
    ).toEqual(['map', 'maps', 'table', 'scatter', 'words']);
    expect(shape(makeSweep({ axes: [numeric('a', [1])], make: () => ({}) }))).toBe('words');
  });

  it('go by the shortest ends of their paths', () => {
    const names = (...paths: string[]): readonly string[] =>
      sweepViewOf(makeSweep({ axes: paths.map((path) => numeric(path, [1, 2])), make: () => ({}) }))
        .axisNames;
    expect(names('a.b.timeout', 'a.c.timeout')).toEqual(['b.timeout', 'c.timeout']);
    expect(names('a.retries', 'timeout')).toEqual(['retries', 'timeout']);
    expect(names('a.list.0')).toEqual(['list.0']);
    expect(names('x.a', 'a')).toEqual(['x.a', 'a']);
  });

  it('are put together where they follow each other', () => {
    expect(rangesText(numeric('a', [1, 2, 3, 5, 8]), [0, 1, 2, 4])).toBe('1 to 3, 8');
    expect(rangesText(wordy('a', ['x', 'y', 'z']), [0, 1])).toBe('x, y');
  });

  it('hold, fail, are undecided, stopped or not judged', () => {
    const standing = (made: Made): string => {
      const result = along(() => made);
      return budgetStatusOf(result, result.cases[0]!.variants[0]!);
    };
    expect(standing({ budgets: ['pass'] })).toBe('holds');
    expect(standing({ budgets: ['fail'] })).toBe('fails');
    expect(standing({ budgets: ['inconclusive'] })).toBe('undecided');
    expect(standing({ budgets: [null] })).toBe('unjudged');
    expect(standing({ stop: 'events', budgets: ['pass'] })).toBe('stopped');
  });

  it('know the budget that is about a metric by its text without the limit', () => {
    const result = makeSweep({
      axes: [numeric('a', [1])],
      metrics: [LATENCY, SUCCESS, METASTABLE],
      budgets: [budget('users.latency.p99 < 500ms during outage'), budget('users.success >= 99%')],
      make: () => ({ values: [1, 1, 0], budgets: ['fail', 'pass'] }),
    });
    const [figures] = result.cases[0]!.variants;
    expect([0, 1, 2].map((m) => isOver(result, m, figures!))).toEqual([true, false, false]);
  });

  it('are loose where the interval is wider than a tenth', () => {
    const figure = { value: 1, ci95: [0.85, 1.15] as const, never: 0, each: [] };
    expect(isLoose(figure, 'seconds')).toBe(true);
    expect(isLoose({ ...figure, ci95: [0.99, 1.01] }, 'share')).toBe(false);
    expect(isLoose({ ...figure, ci95: null }, 'seconds')).toBe(false);
  });

  it('are settings of a grid of two hundred all the same', () => {
    expect(said(largeSweep())).toEqual([
      '153 of 200 settings hold all budgets.',
      'base holds all budgets at capacity = 1 to 64 with any rate; capacity = 128 with rate = 100/s to 700/s.',
    ]);
  });
});
