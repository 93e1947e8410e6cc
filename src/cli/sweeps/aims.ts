import type { Expression } from '../../scenario/expression.js';
import { holds } from '../../spec/compare.js';
import type { BudgetSource } from '../../spec/scenario.js';
import type { SweepFigures } from '../../spec/sweep.js';
import { wilsonInterval } from '../../stats/interval.js';
import type { Aim } from './bisect.js';

/** One expectation: where its interval reaches over the limit, the figure decides. */
export function expectationAim({ op, metric }: Expression): Aim {
  // A share of the runs, of which each says yes or no.
  const isOfRuns = metric.text === 'cascade.metastable';
  return {
    holds({ expect, stop }) {
      if (stop !== null || expect === null) return false;
      const { verdict, value, limit } = expect;
      if (verdict !== 'inconclusive') return verdict === 'pass';
      return value !== null && limit !== null && holds(op, value, limit);
    },
    isSure({ expect, replications, stop }) {
      if (stop !== null || expect === null || expect.verdict === 'inconclusive') return false;
      const { value, limit, note } = expect;
      // `never` is a figure, `no samples` is none.
      if (value === null) return note?.startsWith('never') === true;
      if (!isOfRuns || limit === null) return true;
      const interval = wilsonInterval(Math.round(value * replications), replications);
      return interval !== null && (limit < interval.low || limit > interval.high);
    },
  };
}

/** All budgets as `check` takes them: what is undecided breaks none that is not `strict`; warnings do not count. */
export function budgetsAim(budgets: readonly BudgetSource[]): Aim {
  const verdicts = (figures: SweepFigures): readonly ('pass' | 'fail' | 'open' | 'strict')[] =>
    budgets.flatMap(({ severity, strict }, i) => {
      const verdict = figures.budgets[i] ?? null;
      if (verdict === null || severity === 'warning') return [];
      if (verdict !== 'inconclusive') return [verdict];
      return [strict ? 'strict' : 'open'];
    });
  const isBroken = (verdict: string): boolean => verdict === 'fail' || verdict === 'strict';
  return {
    holds: (figures) => figures.stop === null && !verdicts(figures).some(isBroken),
    isSure(figures) {
      const all = verdicts(figures);
      if (figures.stop !== null || all.length === 0) return false;
      return all.includes('fail') || all.every((verdict) => verdict === 'pass');
    },
  };
}
