import type { SweepCase, SweepResult } from '../../contracts/result/sweep.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { hasBudgets, leadingMetric, budgetStatusOf, tallyOf, type SweepView } from './cases.js';

/** A variant at a setting. */
export interface Row {
  readonly case: SweepCase;
  readonly figures: SweepFigures;
}

/** All variants at all settings, in the order of the result. */
export function rowsOf({ cases }: SweepResult): Row[] {
  return cases.flatMap((one) => one.variants.map((figures) => ({ case: one, figures })));
}

/**
 * All variants at all settings, best first. Those that hold all budgets come first, then the order of the first
 * metric for which a direction is better (its text in `by`), else the number of budgets held. Entries without a
 * figure come last; equals keep their order.
 */
export function orderedEntries(view: SweepView): {
  readonly entries: readonly Row[];
  readonly by: string | null;
} {
  const { result } = view;
  const rows = rowsOf(result);
  const metric = leadingMetric(result);
  if (metric === null && !hasBudgets(result)) return { entries: rows, by: null };
  const rank = ({ figures }: Row): readonly number[] => {
    const status = budgetStatusOf(result, figures);
    const missed = status === 'stopped' ? 2 : status === 'fails' || status === 'undecided' ? 1 : 0;
    if (metric === null) return [missed, -tallyOf(result, figures).held];
    const figure = figures.figures[metric];
    const value = figure === undefined || figure.never > 0 ? null : figure.value;
    const sign = result.metrics[metric]!.better === 'low' ? 1 : -1;
    return [missed, value === null ? 1 : 0, value === null ? 0 : sign * value];
  };
  const keyed = rows.map((row) => ({ row, key: rank(row) }));
  keyed.sort((a, b) => {
    const at = a.key.findIndex((each, i) => each !== b.key[i]);
    return at < 0 ? 0 : a.key[at]! - b.key[at]!;
  });
  return {
    entries: keyed.map(({ row }) => row),
    by: metric === null ? null : result.metrics[metric]!.text,
  };
}
