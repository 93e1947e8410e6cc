import { isFailure, isWrong } from '../report/view/budget-words.js';
import { judgedOf } from '../report/view/judged.js';
import type { Result } from '../contracts/result/result.js';
import type { BudgetResult } from '../contracts/result/budgets.js';

/** A budget or an expectation that is not met. */
export interface Broken extends Pick<BudgetResult, 'text' | 'value' | 'limit' | 'unit' | 'note'> {
  readonly variant: string;
}

/**
 * The budgets and expectations of a result that are not met, those of the hypothesis included: empty where
 * `faultline check` ends with exit code 0. Warnings do not count; undecided ones count if they are strict.
 */
export function broken({ variants, hypothesis }: Result): readonly Broken[] {
  const own = variants.flatMap((variant) =>
    judgedOf(variant)
      .filter(isFailure)
      .map((budget) => brokenOf(budget, variant.name)),
  );
  if (hypothesis === null || !isWrong(hypothesis)) return own;
  const { statement, verdict, expectations } = hypothesis;
  const unmet = expectations.filter((one) => one.verdict !== 'pass');
  const nothing = { value: null, limit: null, unit: 'number', note: verdict } as const;
  return [
    ...own,
    ...(unmet.length === 0
      ? [{ variant: '', text: statement, ...nothing }]
      : unmet.map((one) => brokenOf(one, one.variant))),
  ];
}

function brokenOf(budget: BudgetResult, variant: string): Broken {
  const { text, value, limit, unit, note } = budget;
  return { variant, text, value, limit, unit, note };
}
