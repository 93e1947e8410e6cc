import type { BudgetResult } from '../../contracts/result/budgets.js';
import type { BudgetTrial, Counterfactuals } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatValue } from '../../text/figures.js';
import { allOf, plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { isFailure } from '../view/budget-words.js';

/** What becomes of the budgets of a variant with a change. */
export interface ChangedBudgets {
  /** Every broken budget holds, and none that holds now breaks. */
  readonly hold: boolean;
  /** How many more budgets hold than now; null where no run shows it. */
  readonly more: number | null;
  /** `“list.lag.max < 200” is still not held: 1,484`; empty where no run shows it. */
  readonly words: string;
}

/** A budget in the runs with a change; undefined = no run shows it. */
interface Row {
  readonly budget: BudgetResult;
  readonly trial: BudgetTrial | undefined;
}

/** What the runs with a change show of the budgets that the variant breaks, and of those that it holds. */
export function budgetsWith(
  change: { readonly words: string },
  { budgets: proofs = [] }: Pick<Counterfactuals, 'budgets'>,
  { budgets }: Pick<VariantResult, 'budgets'>,
): ChangedBudgets {
  const rowsOf = (some: readonly BudgetResult[]): readonly Row[] =>
    some.map((budget) => ({
      budget,
      trial: proofs
        .find(({ text }) => text === budget.text)
        ?.interventions.find(({ words }) => words === change.words),
    }));
  const broken = rowsOf(budgets.filter(isFailure));
  const breaking = rowsOf(
    budgets.filter(({ verdict, severity }) => verdict === 'pass' && severity === 'error'),
  ).filter(({ trial }) => trial !== undefined);
  if (broken.length === 0 || broken.some(({ trial }) => trial === undefined))
    return { hold: false, more: null, words: '' };
  const missed = broken.filter(({ trial }) => !trial!.holds && trial!.isOpen !== true);
  const open = broken.filter(({ trial }) => trial!.isOpen === true);
  const hold = missed.length + open.length + breaking.length === 0;
  const words = [
    ...(missed.length + open.length === 0 ? [heldWords(broken)] : []),
    ...stillWords(missed, broken.length),
    ...breaking.slice(0, 1).map((row) => `${nameOf(row)} breaks: ${valueOf(row)}`),
    ...(missed.length === 0 && open.length > 0 ? [`${nameOf(open[0]!)} is not decided`] : []),
  ];
  const held = broken.length - missed.length - open.length;
  return { hold, more: held - breaking.length, words: listed(words) };
}

function stillWords(missed: readonly Row[], of: number): readonly string[] {
  const [first, ...others] = missed;
  if (first === undefined) return [];
  return others.length === 0
    ? [`${nameOf(first)} is still not held: ${valueOf(first)}`]
    : [`${missed.length} of ${plural(of, 'broken budget')} are still not held`];
}

function heldWords(broken: readonly Row[]): string {
  const [only, ...others] = broken;
  return others.length === 0
    ? `${nameOf(only!)} holds: ${valueOf(only!)}`
    : `${allOf(broken.length, 'broken budget')} hold`;
}

function nameOf({ budget: { name, text } }: Row): string {
  return `“${name ?? text}”`;
}

function valueOf({ budget: { unit }, trial }: Row): string {
  const value = trial!.value;
  return value === null ? 'no samples' : formatValue(value, unit);
}
