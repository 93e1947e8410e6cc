import { plural } from '../text/words.js';
import type { Words } from './emphasis.js';
import { listed } from './format.js';
import { budgetRows, heldBudgets, type View } from './view.js';

/** Most budgets that the sentence names. */
const NAMED = 2;

/** The budgets that the runs do not decide, where none is broken: `Undecided: “orders.success > 99 %” in steady. ` */
export function undecidedWords(view: View): Words {
  const { variants } = view.result;
  if (variants.some((variant) => heldBudgets(variant).broken > 0)) return [];
  const open = budgetRows(view.result).flatMap(({ name, text, by }) => {
    const own = variants.filter(
      (_, i) => by[i]?.verdict === 'inconclusive' && by[i]?.severity === 'error',
    );
    if (own.length === 0) return [];
    // The text of a budget names the variants that it is about.
    const isEach = own.length === by.filter((budget) => budget !== null).length;
    const where = isEach ? '' : ` in ${listed(own.map((variant) => variant.name))}`;
    return [`“${name ?? text}”${where}`];
  });
  if (open.length === 0) return [];
  const more = open.length - NAMED;
  const shown = [...open.slice(0, NAMED), ...(more > 0 ? [plural(more, 'other budget')] : [])];
  return [`Undecided: ${listed(shown)}. `];
}
