import type { VariantResult } from '../../contracts/result/result.js';
import { plural } from '../../text/words.js';
import { budgetCauses } from '../words/budget-cause.js';
import { meaningOf } from '../view/budget-words.js';
import { markup, type Markup } from '../base/html-escape.js';
import { rowsOf, tallyOf, type JudgedList } from '../view/judged.js';
import { lookOf, type View } from '../view/view.js';
import { breakable, budgetCell } from './budget-cells.js';
import { framed, variantKey } from './parts.js';

/** One list by variant: its entries and how many are met. */
export function budgetMatrix(view: View, list: JudgedList): Markup | null {
  const rows = rowsOf(list, view.result.variants);
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
          ${breakable(row.text)}${row.name !== null && markup`<small>${row.name}</small>`}${meaningNote(row.metric)}${row.by.some((b) => b?.severity === 'warning') && markup`<small>warning only</small>`}
        </th>
        ${row.by.map((budget, i) => markup`<td>${budgetCell(budget, list)}${causeNote(variants[i]!, row.text)}</td>`)}
      </tr>`,
  );
  const held = variants.map((variant) => {
    const { held, of } = tallyOf(list, variant);
    return markup`<td>${of === 0 ? '–' : `${held} of ${of}${held === of && variants.length < 6 ? ' · pass' : ''}`}</td>`;
  });
  const table = framed('scroll stick', `${list.heading} by variant`, {
    open: markup`<table class="budget wide">`,
    caption: `${list.heading}, pooled over ${plural(replications, 'replication')}`,
    head: markup`<tr>
      <th scope="col">${list.column}</th>
      ${heads}
    </tr>`,
    rows: body,
    foot: markup` <tfoot>
      <tr>
        <th scope="row">${list.met}</th>
        ${held}
      </tr>
    </tfoot>`,
  });
  return markup`<div class="budgets">
    ${table}
  </div>`;
}

/** Why a variant breaks a budget, where further runs show it. */
function causeNote(variant: VariantResult, text: string): Markup | null {
  const words = budgetCauses([variant], text);
  return words === '' ? null : markup`<small>${words}</small>`;
}

function meaningNote(metric: string): Markup | null {
  const meaning = meaningOf(metric);
  return meaning === null ? null : markup`<small>${meaning}</small>`;
}

/** What a hypothesis expects. On a folded page the expectations that are not met come first. */
export function expectations(view: View, folded: boolean): Markup {
  const { expectations: all } = view.result.hypothesis!;
  const listed = folded ? [...all].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]) : all;
  const rows = listed.map(
    (each) =>
      markup`<tr>
        <th scope="row">${breakable(each.name ?? each.text)}${each.text.includes(' in ') ? null : markup`<small>in ${each.variant}</small>`}</th>
        <td>${budgetCell(each)}</td>
      </tr>`,
  );
  return markup`<div class="scroll expected${folded && ' long'}" tabindex="0" role="region" aria-label="Expectations">
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

const ORDER = { fail: 0, inconclusive: 1, pass: 2 } as const;
