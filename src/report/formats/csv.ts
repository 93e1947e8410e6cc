import type { Estimate } from '../../contracts/result/estimate.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { WhatIfWords } from '../../contracts/scenario/what-if.js';
import { oneLine } from '../../text/line.js';
import { latencyColumns, outcomeColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { JUDGED_LISTS, tallyOf, type JudgedList } from '../view/judged.js';
import { viewOf } from '../view/view.js';

/**
 * Variants by metrics, RFC 4180 with CRLF: every metric with the ends of its interval. Durations in seconds, rates
 * per second, shares 0 to 1. Where the command line changes the scenario, the last column has the changes of a
 * variant. Texts that a spreadsheet would run as a formula get a leading apostrophe.
 */
export function renderCsv(read: Result): string {
  const view = viewOf(read);
  const { result } = view;
  const { whatIf } = result.scenario;
  const columns = [
    ...outcomeColumns(view),
    ...latencyColumns(view, 'successLatency'),
    ...latencyColumns(view, 'latency'),
  ];
  const head = [
    'variant',
    'replications',
    'requests',
    ...columns.flatMap(names),
    'never_recovered',
    'budgets_held',
    'budgets',
    'expectations_met',
    'expectations',
    ...(whatIf === undefined ? [] : ['what_if']),
  ];
  const rows = result.variants.map((variant) => [
    csvText(variant.name),
    String(variant.perReplication.length),
    String(variant.summary.requests),
    ...columns.flatMap((column) => figures(column.pick(variant))),
    String(variant.summary.recovery.never),
    ...JUDGED_LISTS.flatMap((list) => counts(list, variant)),
    ...(whatIf === undefined ? [] : [changed(whatIf, variant)]),
  ]);
  return [head.map(csvText), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** A text as a cell: a row is one line, no formula for a spreadsheet, quoted where necessary. */
export function csvText(text: string): string {
  const cell = oneLine(text);
  const safe = /^[=+\-@]/.test(cell) ? `'${cell}` : cell;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A number as a cell; an unknown one is empty. */
export function numberText(value: number | null): string {
  return value === null ? '' : String(value);
}

function names(column: Column): string[] {
  const unit =
    column.unit === 'seconds' ? '_seconds' : column.unit === 'perSecond' ? '_per_second' : '';
  const name = `${column.key}${unit}`;
  return [name, `${name}_low`, `${name}_high`];
}

function figures(estimate: Estimate): string[] {
  return [numberText(estimate.value), ...(estimate.ci95 ?? [null, null]).map(numberText)];
}

/** Command-line changes of a variant: those for the whole file, or those of the variant that they create. */
function changed({ set, as }: WhatIfWords, variant: VariantResult): string {
  return as === null || as === variant.name ? csvText(set.join(' ')) : '';
}

function counts(list: JudgedList, variant: VariantResult): string[] {
  const { held, of } = tallyOf(list, variant);
  return [String(held), String(of)];
}
