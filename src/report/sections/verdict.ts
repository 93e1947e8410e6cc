import type { BudgetResult } from '../../spec/result.js';
import { budgetValue, isBroken } from '../budget-words.js';
import { briefSeconds, formatValue, plural } from '../format.js';
import { markup, type Markup } from '../html-escape.js';
import { unfinishedLines } from '../incomplete.js';
import { budgetRows, heldBudgets, lookOf, toldRun, type View } from '../view.js';
import { chainOf, type ChainStep } from '../chain.js';
import { badgeOf, verdictWords, type Words } from '../words.js';
import { variantKey } from './parts.js';

/** Badge, sentence, chain, budgets by variants. */
export function verdictSection(view: View): Markup {
  const { hypothesis, variants } = view.result;
  const badge = badgeOf(view);
  const words = verdictWords(view);
  const chain = chainOf(view, view.told);
  const run = toldRun(view.told);
  const name = variants.length > 1 && markup`<b>${view.told.name}</b>`;
  const of =
    (name || run !== '') &&
    markup`<p class="kick chain-of">What happened in ${name}${name && run !== '' && ', '}${run}</p>`;
  return markup`<section id="verdict" class="verdict" aria-label="Verdict">
    ${
      hypothesis !== null &&
      markup`<p class="kick">Hypothesis</p>
        <p class="lead">${hypothesis.statement}</p>`
    }
    <p class="say">
      ${badge !== null && markup`<span class="badge ${badge.tone}">${badge.text}</span>`}${emphasised(words)}
    </p>
    ${unfinishedList(view)}${
      chain.length > 1 &&
      markup`${of}
        <ol class="chain" aria-label="What happened in ${view.told.name}">
          ${chain.map(step)}
        </ol>`
    }${hypothesis !== null && expectations(view)}${budgetTable(view)}
  </section>`;
}

/** Variants of which runs are missing: how many finished and what stopped the next one. */
function unfinishedList({ result }: View): Markup | null {
  const lines = unfinishedLines(result);
  if (lines.length === 0) return null;
  return markup`<ul class="warn" aria-label="Unfinished variants">
    ${lines.map(({ variant, text }) => markup`<li><b>${variant}</b>: ${text}</li>`)}
  </ul>`;
}

/** Words with their strong parts as markup. */
export function emphasised(words: Words): Markup[] {
  return words.map((word) =>
    typeof word === 'string' ? markup`${word}` : markup`<b>${word.strong}</b>`,
  );
}

/** A budget's value or its word, with what the colour says also in letters. */
export function budgetCell(budget: BudgetResult | null): Markup {
  if (budget === null) return markup`<span class="none">–</span>`;
  const [name, said] =
    budget.verdict === 'pass'
      ? ['pass', 'held: ']
      : isBroken(budget)
        ? ['fail', 'broken: ']
        : ['open', 'undecided: '];
  return markup`<span class="${name}"><span class="sr">${said}</span>${budgetValue(budget)}${worstStep(budget)}</span>`;
}

/** Of steps that are asked one by one, the worst. */
function worstStep({ steps }: BudgetResult): Markup | null {
  if (steps === undefined || steps.worst === null) return null;
  const { value, from } = steps.worst;
  return markup`<small>worst ${formatValue(value, steps.unit)} at ${briefSeconds(from)}</small>`;
}

function step(each: ChainStep): Markup {
  const subject = markup`<b>${each.subject}</b>`;
  return markup`<li class="${each.tone}">
    <time>${each.when}</time>${subject}${each.text !== '' && markup`; ${each.text}`}
  </li>`;
}

function budgetTable(view: View): Markup | null {
  const rows = budgetRows(view.result);
  if (rows.length === 0) return null;
  const { variants, replications } = view.result;
  const heads = variants.map(
    (variant) =>
      markup`<th scope="col" class="${lookOf(view, variant.name).className}">
        ${variantKey(view, variant)}
      </th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr>
        <th scope="row">
          ${breakable(row.text)}${row.name !== null && markup`<small>${row.name}</small>`}${row.by.some((b) => b?.severity === 'warning') && markup`<small>warning only</small>`}
        </th>
        ${row.by.map((budget) => markup`<td>${budgetCell(budget)}</td>`)}
      </tr>`,
  );
  const held = variants.map((variant) => {
    const { held, of } = heldBudgets(variant);
    return markup`<td>${of === 0 ? '–' : `${held} of ${of}${held === of && variants.length < 6 ? ' · pass' : ''}`}</td>`;
  });
  return markup`<div class="budgets">
    <div class="scroll stick" tabindex="0" role="region" aria-label="Budgets by variant">
      <table class="budget wide">
        <caption>
          Budgets, pooled over ${plural(replications, 'replication')}
        </caption>
        <thead>
          <tr>
            <th scope="col">Budget</th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Held</th>
            ${held}
          </tr>
        </tfoot>
      </table>
    </div>
  </div>`;
}

function expectations(view: View): Markup {
  const rows = view.result.hypothesis!.expectations.map(
    (each) =>
      markup`<tr>
        <th scope="row">${breakable(each.text)}${each.text.includes(' in ') ? null : markup`<small>in ${each.variant}</small>`}</th>
        <td>${budgetCell(each)}</td>
      </tr>`,
  );
  return markup`<div class="scroll expected" tabindex="0" role="region" aria-label="Expectations">
    <table class="budget">
      <caption>
        What the hypothesis expects
      </caption>
      <thead>
        <tr>
          <th scope="col">Expectation</th>
          <th scope="col">Measured</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** An expression that may break after dots, arrows and words. */
export function breakable(text: string): Markup[] {
  return text
    .split(/(?<=[.>]|\s(?=during|after|before|from|always|for|in))/)
    .map((part, i) => markup`${i > 0 && markup`<wbr />`}${part}`);
}
