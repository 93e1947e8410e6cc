import { isUndecided, isUnmeasured } from '../view/budget-words.js';
import type { Words } from '../base/emphasis.js';
import { GOALS, namedIn } from '../view/judged.js';
import { heldBudgets, type View } from '../view/view.js';

/**
 * The budgets that no number of runs measures, and those that the runs do not decide, where none is broken:
 * `Undecided: “orders.success > 99 %” in steady. `
 */
export function undecidedWords(view: View): Words {
  const { variants } = view.result;
  const idle = namedIn(GOALS, variants, isUnmeasured);
  const isBroken = variants.some((variant) => heldBudgets(variant).broken > 0);
  const open = isBroken ? null : namedIn(GOALS, variants, isUndecided);
  return [
    ...(idle === null ? [] : [`Not measurable: ${idle}. `]),
    ...(open === null ? [] : [`Undecided: ${open}. `]),
  ];
}
