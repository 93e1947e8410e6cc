import type { Expression } from '../../contracts/scenario/expression.js';
import { holds } from '../../contracts/compare.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { wilsonInterval } from '../../stats/interval.js';
import type { Aim } from './bisect.js';

/** A single expectation: where its interval extends across the limit, the point estimate decides. */
export function expectationAim({ op, metric }: Expression): Aim {
  // A share of runs: each run counts as yes or no.
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
      // `never` in all runs is conclusive, in some runs it is not, and `no samples` is not a figure.
      if (value === null) return note === 'never';
      if (!isOfRuns || limit === null) return true;
      const interval = wilsonInterval(Math.round(value * replications), replications);
      return interval !== null && (limit < interval.low || limit > interval.high);
    },
  };
}

/** All budgets except warnings: where an interval extends across a limit, the point estimate decides. */
export function budgetsAim(budgets: readonly BudgetSource[]): Aim {
  const judged = ({ budgets: own }: SweepFigures): readonly number[] =>
    budgets.flatMap(({ severity }, i) =>
      severity === 'warning' || (own[i] ?? null) === null ? [] : [i],
    );
  return {
    holds: (figures) =>
      figures.stop === null &&
      judged(figures).every((i) =>
        figures.budgets[i] === 'inconclusive'
          ? figures.points[i] === 'pass'
          : figures.budgets[i] === 'pass',
      ),
    isSure(figures) {
      const all = judged(figures).map((i) => figures.budgets[i]);
      if (figures.stop !== null || all.length === 0) return false;
      return all.includes('fail') || all.every((verdict) => verdict === 'pass');
    },
  };
}
