import { describe, expect, it } from 'vitest';
import { budgetsAim, expectationAim } from '../../src/api/sweeps/aims.js';
import { bisect } from '../../src/api/sweeps/bisect.js';
import { scalar } from '../../src/scenario/located.js';
import { Range } from '../../src/scenario/sweep-values.js';
import type { Verdict } from '../../src/contracts/result/budgets.js';
import type { BudgetSource } from '../../src/contracts/scenario/judgement.js';
import type { SweepFigures } from '../../src/contracts/result/sweep-figures.js';
import { budgetOf, expressionOf } from '../support/budget.js';

const HERE = { file: 's.yaml', start: 0, end: 0 };

function range(
  from: number | string,
  to: number | string,
  scale: 'linear' | 'log' = 'linear',
): Range {
  const made = Range.between(scalar(from, HERE), scalar(to, HERE), scale);
  if (typeof made === 'string') throw new Error(made);
  return made;
}

function figures(own: Partial<SweepFigures>): SweepFigures {
  return {
    name: 'v',
    digest: '0',
    replications: 10,
    stop: null,
    figures: [],
    budgets: [],
    points: [],
    expect: null,
    ...own,
  };
}

function expected(verdict: Verdict, value: number | null, limit: number | null): SweepFigures {
  return figures({ expect: { verdict, value, limit, ci95: [0, 1], unit: 'share', note: null } });
}

/** Searches along a range for the limit of `isGood`; returns the values tried, in order, and the result. */
async function searched(
  along: Range,
  isGood: (value: number) => boolean,
  resolution = 0.02,
): Promise<{ asked: string[]; holds: string | null; breaks: string | null; outcome: string }> {
  const asked: string[] = [];
  const aim = {
    holds: ({ stop }: SweepFigures) => stop === null,
    isSure: () => true,
  };
  const { edges } = await bisect({ range: along, variants: ['v'], resolution, aim }, (requests) => {
    for (const { setting } of requests) asked.push(setting.text);
    const answers = requests.map(({ setting }) =>
      figures({ stop: isGood(setting.number!) ? null : 'no' }),
    );
    return Promise.resolve(answers);
  });
  const [{ holds, breaks, outcome }] = edges as [(typeof edges)[number]];
  return { asked, holds: holds?.text ?? null, breaks: breaks?.text ?? null, outcome };
}

describe('bisection', () => {
  it('asks both ends, then the middle of what holds and what breaks', async () => {
    const found = await searched(range('100/s', '900/s'), (rate) => rate < 250);
    expect(found).toEqual({
      asked: [
        '100/s',
        '900/s',
        '500/s',
        '300/s',
        '200/s',
        '250/s',
        '225/s',
        '237.5/s',
        '243.8/s',
        '246.9/s',
      ],
      holds: '246.9/s',
      breaks: '250/s',
      outcome: 'found',
    });
  });

  it('finds what begins to hold as well, along a falling range too', async () => {
    const rising = await searched(range(1, 100), (size) => size >= 37);
    expect([rising.breaks, rising.holds]).toEqual(['36', '37']);
    const falling = await searched(range(100, 1), (size) => size >= 37);
    expect([falling.breaks, falling.holds]).toEqual(['36', '37']);
  });

  it('halves the factor on a log scale', async () => {
    const { asked, holds, breaks } = await searched(
      range('10ms', '10s', 'log'),
      (s) => s > 0.5,
      0.1,
    );
    expect(asked.slice(2, 4)).toEqual(['316.2ms', '1.778s']);
    expect(holds).toBe('513.9ms');
    expect(breaks).toBe('486.9ms');
  });

  it('stops where no value lies between two', async () => {
    const { asked, holds, breaks } = await searched(range(1, 4), (size) => size < 3, 0.001);
    expect(asked).toEqual(['1', '4', '3', '2']);
    expect([holds, breaks]).toEqual(['2', '3']);
  });

  it('says where both ends agree', async () => {
    expect((await searched(range(1, 4), () => true)).outcome).toBe('holds');
    expect((await searched(range(1, 4), () => false)).outcome).toBe('breaks');
  });
});

describe('what a search is for', () => {
  const aimOf = (text: string): ReturnType<typeof expectationAim> => {
    return expectationAim(expressionOf(text));
  };

  it('goes by the figure where the interval cannot tell, and says that it is not sure', () => {
    const aim = aimOf('users.success >= 99%');
    expect(aim.holds(expected('inconclusive', 0.995, 0.99))).toBe(true);
    expect(aim.holds(expected('inconclusive', 0.985, 0.99))).toBe(false);
    expect(aim.isSure(expected('inconclusive', 0.995, 0.99))).toBe(false);
    expect(aim.isSure(expected('fail', 0.5, 0.99))).toBe(true);
  });

  it('does not hold where nothing was measured, or a guard stopped the run', () => {
    const aim = aimOf('users.success >= 99%');
    expect(aim.holds(expected('fail', null, 0.99))).toBe(false);
    expect(aim.holds(figures({ stop: 'budget' }))).toBe(false);
  });

  it('is sure of `never` where all runs say so', () => {
    const aim = aimOf('users.recovery < 5s after outage');
    const of = (note: string | null): boolean => {
      const { expect: own } = expected('fail', null, 5);
      return aim.isSure(figures({ expect: { ...own!, note } }));
    };
    expect(['never', 'never in 2 of 4 runs', 'no samples'].map(of)).toEqual([true, false, false]);
  });

  it('takes a share of ten runs for what it is', () => {
    const aim = aimOf('cascade.metastable <= 50%');
    // Wilson: 2 of 10 lie between 6 and 51 %, 1 of 10 between 2 and 40 %.
    expect(aim.isSure(expected('pass', 0.2, 0.5))).toBe(false);
    expect(aim.isSure(expected('pass', 0.1, 0.5))).toBe(true);
  });

  it('takes all budgets but warnings, by their figures where intervals cannot tell', () => {
    const budget = (own: Partial<BudgetSource>): BudgetSource =>
      budgetOf('users.success >= 99%', own);
    const plain = budgetsAim([budget({}), budget({ severity: 'warning' })]);
    expect(plain.holds(figures({ budgets: ['pass', 'fail'] }))).toBe(true);
    const open = figures({ budgets: ['inconclusive', 'pass'], points: ['pass', 'pass'] });
    expect(plain.holds(open)).toBe(true);
    expect(plain.holds({ ...open, points: ['fail', 'pass'] })).toBe(false);
    expect(plain.isSure(figures({ budgets: ['inconclusive', 'pass'] }))).toBe(false);
    expect(plain.isSure(figures({ budgets: ['pass', 'inconclusive'] }))).toBe(true);
    expect(plain.holds(figures({ budgets: ['fail', 'pass'] }))).toBe(false);
    expect(plain.holds(figures({ budgets: [null, 'pass'] }))).toBe(true);
  });
});
