import type { BudgetResult } from '../../contracts/result/budgets.js';
import { oneLine } from '../../text/line.js';
import { plural } from '../../text/words.js';
import {
  budgetNeeds,
  budgetValue,
  isFailure,
  isMean,
  isUndecided,
  isUnmeasured,
} from '../view/budget-words.js';
import { budgetCauses } from '../words/budget-cause.js';
import { expectedCounts, withoutBudgets } from '../words/expected-words.js';
import { JUDGED_LISTS, rowsOf, type JudgedRow } from '../view/judged.js';
import { folded, type TextOptions } from '../lines/text-folded.js';
import { left, lengthOf } from '../lines/text-table.js';
import { brokenWarnings, type View } from '../view/view.js';

/** How many expectations are met, if the file has any: an expected outage then does not look like a surprise. */
export function expectedLines({ result }: View, { paint }: TextOptions): string[] {
  const { held, of, broken } = expectedCounts(result);
  if (of === 0) return [];
  const open = of - held - broken;
  const goals = `${open > 0 ? `, ${open} undecided` : ''}${withoutBudgets(result) ? ', no budgets' : ''}`;
  return [`  ${paint.dim('expected')}  ${held} of ${of} as expected${goals}`];
}

/**
 * Budgets and expectations that are not met, with the variants and their values; then those that the runs do not decide,
 * with what would, and those that cannot be measured.
 */
export function judgedLines(view: View, options: TextOptions, room: number): string[] {
  const { paint } = options;
  const { variants } = view.result;
  const entries = JUDGED_LISTS.flatMap((list) => {
    const rows = rowsOf(list, variants);
    const having = (asked: (one: BudgetResult) => boolean, word: string): Unmet[] =>
      rows
        .filter(({ by }) => by.some((one) => one !== null && asked(one)))
        .map((row) => ({ row, asked, word }));
    return [
      ...having(isFailure, paint.bold(paint.red(list.fails))),
      ...having((one) => isUndecided(one) && !isFailure(one) && one.severity === 'error', '?   '),
      ...having((one) => isUnmeasured(one) && one.severity === 'error', '-   '),
    ];
  });
  const shown = entries.slice(0, entries.length > room ? room - 1 : room);
  const width = Math.min(
    52,
    Math.floor(options.columns * 0.6),
    shown.reduce((most, { row }) => Math.max(most, row.text.length), 0),
  );
  const lines = shown.flatMap(({ row, asked, word }) => {
    const texts = new Map<string, string[]>();
    row.by.forEach((one, i) => {
      if (one === null || !asked(one)) return;
      const needs = budgetNeeds(one);
      const value = oneLine(`${budgetValue(one)}${needs === '' ? '' : ` (${needs})`}`);
      texts.set(value, [...(texts.get(value) ?? []), variants[i]!.name]);
    });
    const groups = [...texts].map(([value, names]) => ({ value, names }));
    const metric = row.by.find((one) => one !== null)!.metric;
    const budget = `${oneLine(row.text)}${isMean(metric) ? ' (mean)' : ''}`;
    const failed = variants.filter((_, i) => {
      const own = row.by[i] ?? null;
      return own !== null && asked(own);
    });
    const why = oneLine(budgetCauses(failed, row.text));
    const causes = why === '' ? '' : `; ${why}`;
    const own = `${brokenBudgetWords(groups, Math.max(16, options.columns - width - 11))}${causes}`;
    if (
      options.whole === true ||
      Math.max(width, lengthOf(budget)) + lengthOf(own) + 11 <= options.columns
    )
      return [`  ${word}  ${left(budget, width)}   ${own}`];
    const [first, ...rest] = folded(
      `${budget}   ${brokenBudgetWords(groups, 2 * options.columns)}${causes}`,
      '        ',
      options,
    );
    return [`  ${word}  ${first!.trimStart()}`, ...rest];
  });
  if (entries.length > shown.length)
    lines.push(
      paint.dim(`  ... ${entries.length - shown.length} more: faultline check ${options.file}`),
    );
  const warned = JUDGED_LISTS.reduce((sum, list) => sum + brokenWarnings(view.result, list), 0);
  if (warned > 0)
    lines.push(paint.dim(`  ${plural(warned, 'warning')}: faultline check ${options.file}`));
  return lines;
}

/** A row that a summary lists, which of its results it shows, and the word before it. */
interface Unmet {
  readonly row: JudgedRow;
  readonly asked: (one: BudgetResult) => boolean;
  readonly word: string;
}

/**
 * The variants that break a budget, and by how much. If there is too little room: the first ones, and the number of
 * others.
 */
function brokenBudgetWords(
  groups: readonly { readonly value: string; readonly names: readonly string[] }[],
  room: number,
): string {
  const words = groups.map(({ value, names }) => `${names.map(oneLine).join(', ')} ${value}`);
  const whole = words.join('; ');
  if (whole.length <= room) return whole;
  for (let kept = words.length - 1; kept > 0; kept--) {
    const left = groups.slice(kept).reduce((sum, group) => sum + group.names.length, 0);
    const text = `${words.slice(0, kept).join('; ')}; ${left} more`;
    if (text.length <= room) return text;
  }
  return whole;
}
