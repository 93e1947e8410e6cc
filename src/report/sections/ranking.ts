import type { VariantResult } from '../../contracts/result/result.js';
import { budgetCell, breakable } from './budget-cells.js';
import { formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { markup, type Markup } from '../base/html-escape.js';
import { ranked } from '../view/ranking.js';
import { budgetRows, heldBudgets, lookOf, type View } from '../view/view.js';
import { framed, variantKey } from './parts.js';

/** All variants from the best to the worst, with their budgets as columns. */
export function rankingTable(view: View, note: string): Markup {
  const { result } = view;
  const rows = ranked(view);
  const at = new Map<VariantResult, number>(result.variants.map((variant, i) => [variant, i]));
  const budgets = budgetRows(result);
  const heads = budgets.map(
    (row) =>
      markup`<th scope="col">${breakable(row.text)}${row.name !== null && markup`<small>${row.name}</small>`}${row.by.some((b) => b?.severity === 'warning') && markup`<small>warning only</small>`}</th>`,
  );
  const body = rows.map(
    (variant, place) =>
      markup`<tr>
        <td class="r" data-v="${place}">${place + 1}</td>
        <th scope="row" class="${lookOf(view, variant.name).className}">
          ${variantKey(view, variant)}${variant.title !== null && markup`<small>${variant.title}</small>`}
        </th>
        ${heldCell(variant)}${successCell(variant)}
        ${budgets.map((row) => markup`<td>${budgetCell(row.by[at.get(variant)!]!)}</td>`)}
      </tr>`,
  );
  const table = framed('scroll long', 'Ranking of the variants', {
    open: markup`<table class="budget ranking wide sortable" id="ranking">`,
    caption: 'Ranking of the variants',
    isHidden: true,
    head: markup`<tr>
      <th scope="col" class="r"><button class="sort" type="button">Place</button></th>
      <th scope="col">Variant</th>
      <th scope="col"><button class="sort" type="button">Budgets held</button></th>
      <th scope="col"><button class="sort" type="button">Success</button></th>
      ${heads}
    </tr>`,
    rows: body,
  });
  return markup`<div class="budgets">
    <p class="meta">Ranking of ${plural(rows.length, 'variant')}: fewest budgets missed, then most success, then lowest p99; variants that another one beats in success or goodput follow, unless they hold every budget; pooled over ${plural(result.replications, 'replication')}</p>
    ${table}
    <p class="meta after">${note}</p>
  </div>`;
}

function heldCell(variant: VariantResult): Markup {
  const { held, of } = heldBudgets(variant);
  return markup`<td data-v="${held - of}">${of === 0 ? '–' : `${held} of ${of}`}</td>`;
}

function successCell({ summary }: VariantResult): Markup {
  const { value } = summary.success;
  return markup`<td data-v="${value ?? ''}">${value === null ? '–' : formatShare(value)}</td>`;
}
