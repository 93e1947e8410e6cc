import { framed } from '../sections/parts.js';
import type { SweepFigure, SweepFigures } from '../../spec/result/sweep.js';
import { formatValue, formatWithInterval } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { markup, type Markup, type Part } from '../html-escape.js';
import { breakable } from '../sections/budget-cells.js';
import {
  expectText,
  hasBudgets,
  isOver,
  budgetStatusOf,
  tallyOf,
  unitOf,
  valueText,
  wordOf,
  type SweepView,
} from './cases.js';
import { Made } from './made.js';
import { orderedEntries, rowsOf, type Row } from './order.js';

/** A table with more rows is collapsed. */
const OPEN = 40;

/** The rows of all variants at all settings, with every figure and its interval. */
export function settingsRows(view: SweepView): Made<Markup> {
  const rows = isOrdered(view) ? orderedEntries(view).entries : rowsOf(view.result);
  const isJudged = hasBudgets(view.result);
  return new Made(rows.length, (i) => rowMarkup(view, rows[i]!, isJudged));
}

/** The table of all settings with these of its rows. */
export function settingsTable(view: SweepView, rows: readonly Markup[]): Markup {
  const { result } = view;
  const table = framed('scroll stick cmp settings', 'All settings', {
    open: markup`<table class="wide sortable" id="all-settings">`,
    caption: 'All settings',
    isHidden: true,
    head: markup`<tr>
      ${heads(view)}
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

function heads(view: SweepView): Markup[] {
  const { result } = view;
  const names: { readonly text: string; readonly isText: boolean }[] = [
    ...view.free.map((axis) => ({ text: view.axisNames[axis]!, isText: true })),
    ...(result.variants.length > 1 ? [{ text: 'Variant', isText: true }] : []),
    ...(result.sweep.expect === null ? [] : [{ text: result.sweep.expect, isText: false }]),
    ...(hasBudgets(result) ? [{ text: 'Budgets held', isText: false }] : []),
    ...result.metrics.map(({ text }) => ({ text, isText: false })),
  ];
  return names.map(
    ({ text, isText }) =>
      markup`<th scope="col" class="${isText ? 't' : 'r'}">
        <button class="sort" type="button">${breakable(text)}</button>
      </th>`,
  );
}

/** `isJudged`: whether the table has a column of budgets. */
function rowMarkup(view: SweepView, row: Row, isJudged: boolean): Markup {
  const { result } = view;
  const { figures } = row;
  const [first, ...others] = view.free.map((axis) => ({
    text: valueText(view, axis, row.case.at),
    rank: row.case.at[axis]!,
  }));
  return markup`<tr>
    <th scope="row" data-v="${first?.rank ?? 0}">${first?.text ?? ''}</th>
    ${others.map(({ text, rank }) => markup`<td class="t" data-v="${rank}">${text}</td>`)}${
      result.variants.length > 1 &&
      markup`<td class="t" data-v="${result.variants.findIndex((name) => name === figures.name)}">${figures.name}</td>`
    }${result.sweep.expect !== null && expectCell(figures)}${isJudged && tallyMarkup(view, figures)}${result.metrics.map((_, m) => figureMarkup(view, figures, m))}
  </tr>`;
}

function expectCell({ expect, stop }: SweepFigures): Markup {
  if (stop !== null) return markup`<td data-v=""><span class="none">stopped: ${stop}</span></td>`;
  if (expect === null) return markup`<td data-v=""><span class="none">–</span></td>`;
  const name = TONES[expect.verdict];
  return markup`<td data-v="${expect.value ?? ''}"><span class="${name}">${expectText(expect)}</span></td>`;
}

/** Number of budgets held, out of how many, and the numbers of those that are not. */
function tallyMarkup(view: SweepView, figures: SweepFigures): Markup {
  const { result } = view;
  const status = budgetStatusOf(result, figures);
  if (status === 'stopped' || status === 'unjudged')
    return markup`<td data-v=""><span class="none">–</span></td>`;
  const { held, of } = tallyOf(result, figures);
  const numbers = (verdict: string): string =>
    figures.budgets
      .flatMap((each, i) =>
        each === verdict && result.budgets[i]?.severity === 'error' ? [String(i + 1)] : [],
      )
      .join(', ');
  const failed = numbers('fail');
  const open = numbers('inconclusive');
  const said = [
    failed === '' ? '' : `fails ${failed}`,
    open === '' ? '' : `undecided ${open}`,
  ].filter((text) => text !== '');
  const name = status === 'holds' ? 'pass' : status === 'fails' ? 'fail' : 'open';
  return markup`<td data-v="${held}">
    <span class="${name}">${held}/${of}</span>${said.length > 0 && markup`<small>${said.join('; ')}</small>`}
  </td>`;
}

function figureMarkup(view: SweepView, figures: SweepFigures, metric: number): Markup {
  const { result } = view;
  const figure: SweepFigure | undefined = figures.figures[metric];
  if (figure === undefined) return markup`<td data-v="">–</td>`;
  const unit = unitOf(result.metrics[metric]!);
  const word = wordOf(figures, figure);
  if (word !== null) {
    const isNever = word === 'never';
    const text: Part = isNever
      ? markup`<b class="worse">never</b>`
      : markup`<span class="none">${word}</span>`;
    return markup`<td data-v="${isNever ? 1e300 : ''}">
      ${text}${isNever && markup`<small>in ${figure.never} of ${figures.replications}</small>`}
    </td>`;
  }
  const value = formatValue(figure.value, unit);
  const interval = formatWithInterval(figure.value!, figure.ci95, unit).slice(value.length + 1);
  const isBad = isOver(result, metric, figures);
  return markup`<td data-v="${figure.value}">
    ${isBad ? markup`<span class="fail">${value}</span>` : value}${interval !== '' && markup`<small>${interval}</small>`}
  </td>`;
}

const TONES = { pass: 'pass', fail: 'fail', inconclusive: 'open' } as const;
