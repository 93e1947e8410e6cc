import type { BudgetResult } from '../../contracts/result/budgets.js';
import { budgetNeeds, budgetValue, isBroken } from '../view/budget-words.js';
import { GOALS } from '../view/judged.js';
import { formatSeconds, formatValue } from '../../text/figures.js';
import { markup, type Markup } from '../base/html-escape.js';

/** The value of a budget or an expectation, or its word. The meaning of its colour is also written, for screen readers. */
export function budgetCell(budget: BudgetResult | null, { said: words } = GOALS): Markup {
  if (budget === null) return markup`<span class="none">–</span>`;
  const [name, said] =
    budget.applies === false
      ? ['none', '']
      : budget.verdict === 'pass'
        ? ['pass', `${words.met}: `]
        : isBroken(budget)
          ? ['fail', `${words.unmet}: `]
          : ['open', 'undecided: '];
  return markup`<span class="${name}"><span class="sr">${said}</span>${budgetValue(budget)}${worstStep(budget)}${needs(budget)}</span>`;
}

/** What would decide an undecided budget. */
function needs(budget: BudgetResult): Markup | null {
  const words = budgetNeeds(budget);
  return words === '' ? null : markup`<small>${words}</small>`;
}

/** The worst step of a budget that is judged step by step. */
function worstStep({ steps }: BudgetResult): Markup | null {
  if (steps === undefined || steps.worst === null) return null;
  const { value, from } = steps.worst;
  return markup`<small>worst ${formatValue(value, steps.unit)} at ${formatSeconds(from)}</small>`;
}

/** An expression that may wrap after dots, arrows and words. */
export function breakable(text: string): Markup[] {
  return text
    .split(/(?<=\D\.|->|\s(?=during|after|before|from|always|for|in))/)
    .map((part, i) => markup`${i > 0 && markup`<wbr />`}${part}`);
}
