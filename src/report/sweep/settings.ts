import { framed } from '../sections/parts.js';
import { plural } from '../../text/words.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { breakable } from '../sections/budget-cells.js';
import { hasBudgets, type SweepView } from './cases.js';
import { NOT_RUN, settingColumns, type SettingCell, type SettingColumn } from './columns.js';
import { Made } from './made.js';
import { orderedEntries, rowsOf, type Row } from './order.js';

/** A table with no more columns is no wider than its words. */
const NARROW = 3;
/** A table with more rows is collapsed. */
const OPEN = 40;

/** The rows of all variants at all settings, with every figure and its interval. */
export function settingsRows(view: SweepView): Made<Markup> {
  const rows = isOrdered(view) ? orderedEntries(view).entries : rowsOf(view.result);
  const columns = settingColumns(view);
  return new Made(rows.length, (i) => rowMarkup(columns, rows[i]!));
}

/** The table of all settings with these of its rows. */
export function settingsTable(view: SweepView, rows: readonly Markup[]): Markup {
  const { result } = view;
  const table = framed('scroll stick cmp settings', 'All settings', {
    open: markup`<table class="${settingColumns(view).length > NARROW && 'wide '}sortable" id="all-settings">`,
    caption: 'All settings',
    isHidden: true,
    head: markup`<tr>
      ${settingColumns(view).map(headOf)}
    </tr>`,
    rows,
  });
  const body = markup`<p class="meta">${captionText(view)}</p>
    ${table}`;
  if (rows.length <= OPEN) return body;
  return markup`<details>
    <summary>${plural(rows.length, 'row')}: ${plural(result.cases.length, 'setting')}, every figure with its interval</summary>
    ${body}
  </details>`;
}

function isOrdered({ shape }: SweepView): boolean {
  return shape === 'table' || shape === 'scatter';
}

function captionText(view: SweepView): string {
  const { result } = view;
  const { by } = orderedEntries(view);
  const order = [
    ...(hasBudgets(result) ? ['what holds all budgets first'] : []),
    ...(by === null ? [] : [`by ${by}`]),
  ].join(', then ');
  const interval =
    result.replications > 1
      ? 'Second line: 95 % interval.'
      : 'One run each. Second line: 95 % interval from its steps, where there is one.';
  return `${isOrdered(view) && order !== '' ? `In order: ${order}. ` : ''}${interval}${hasBudgets(result) ? ' Budgets go by their numbers under the verdict.' : ''}`;
}

function headOf({ kind, head }: SettingColumn): Markup {
  const text = kind === 'budgets' ? 'Budgets held' : head;
  return markup`<th scope="col" class="${kind === 'axis' || kind === 'variant' ? 't' : 'r'}">
    <button class="sort" type="button">${breakable(text)}</button>
  </th>`;
}

function rowMarkup(columns: readonly SettingColumn[], row: Row): Markup {
  const [first, ...others] = columns;
  const head = first?.kind === 'axis' ? first.cell(row) : null;
  return markup`<tr>
    <th scope="row" data-v="${head?.sort ?? 0}">${head?.text ?? ''}</th>
    ${(head === null ? columns : others).map((column) => cellMarkup(column, column.cell(row)))}
  </tr>`;
}

function cellMarkup({ kind }: SettingColumn, cell: SettingCell): Markup {
  const { text, beside, isMissing, verdict, sort } = cell;
  if (kind === 'axis' || kind === 'variant')
    return markup`<td class="t" data-v="${sort}">${text}</td>`;
  const shown: Part =
    text === 'never'
      ? markup`<b class="worse">never</b>`
      : isMissing
        ? markup`<span class="none">${kind === 'budgets' || text === NOT_RUN ? '–' : text}</span>`
        : verdict === null
          ? text
          : markup`<span class="${verdict}">${text}</span>`;
  return markup`<td data-v="${sort}">${shown}${beside !== '' && markup`<small>${beside}</small>`}</td>`;
}
