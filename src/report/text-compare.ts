import type { BudgetResult, Result, VariantResult } from '../spec/result/result.js';
import {
  budgetFigure,
  populationOf,
  isBroken,
  isFailure,
  isUndecided,
  isWrong,
} from './budget-words.js';
import { winnerOf, type Winner } from './best.js';
import { cellText, latencyColumns, outcomeColumns } from './columns.js';
import { differenceOf } from './difference.js';
import { loadGroups, referenceOf, referencesText, withLoadOf } from './reference.js';
import type { Column } from './column.js';
import { formatDifference, formatInterval, formatWithInterval } from '../text/figures.js';
import { plural } from '../text/words.js';
import { listed } from './format.js';
import { shorten } from './html-escape.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../text/line.js';
import { alarmLines } from './alarms.js';
import { causeLine } from './causes.js';
import { explainedOf } from './explained.js';
import { unfinishedLines } from './incomplete.js';
import { noGoals } from './expected-words.js';
import { GOALS, JUDGED_LISTS, rowsOf, tallyOf, type JudgedList, type JudgedRow } from './judged.js';
import { left, lengthOf, right, type Paint } from './text-table.js';
import { fromBatches, sizeWords, viewOf, type View } from './view.js';
import { otherLoadText } from './other-load.js';
import { sameWords } from './same-words.js';
import { whatIfText } from './what-if.js';
import { labelled } from './wrap.js';

/** The variants side by side, metric by metric: value, paired difference to the baseline, interval, winner. */
export function compareText(
  read: Result,
  options: { readonly paint: Paint; readonly columns: number },
): Lines {
  const view = viewOf(read);
  const { result } = view;
  const { paint } = options;
  const columns = [
    ...outcomeColumns(view),
    ...latencyColumns(view, 'successLatency'),
    ...latencyColumns(view, 'latency'),
  ];
  const differences =
    result.variants.length > 1 ? [`differences to ${oneLine(referencesText(view))}`, 'paired'] : [];
  const facts =
    result.replications > 1
      ? [plural(result.replications, 'seed'), ...differences, '95 % intervals']
      : ['1 seed', ...differences, fromBatches(result) ? BATCHES : 'no intervals'];
  const lines = [
    `${paint.bold(shorten(result.scenario.title, 60))}   ${paint.dim(facts.join(', '))}`,
  ];
  lines.push(...alarmLines(result.alarms, options));
  lines.push(...stopLines(result, paint));
  const words = whatIfText(result.scenario.whatIf);
  if (words !== null) lines.push(oneLine(words));
  const otherLoad = otherLoadText(view);
  if (otherLoad !== null) lines.push(oneLine(otherLoad));
  for (const column of columns) lines.push('', ...metricLines(view, column, paint));
  if (result.variants.length === 1) lines.push('', 'One variant: nothing to compare it with.');
  return asLines(lines);
}

/** Options of the list of budgets. */
interface CheckOptions {
  readonly paint: Paint;
  /** Budgets are not cut, as in a log. */
  readonly whole?: boolean;
  /** Sentences are wrapped at this width; omitted = they are not, as in a log. */
  readonly columns?: number | undefined;
  /** Only broken budgets are listed. */
  readonly broken?: boolean;
}

/** Budgets only: each with its verdict and, if it is broken, the variants that break it and by how much. */
export function checkText(
  checked: readonly { readonly file: string; readonly result: Result }[],
  options: CheckOptions,
): Lines {
  const files = oneLineTexts(checked);
  return asLines(
    files.flatMap(({ file, result }, i) => [
      ...(i === 0 ? [] : ['']),
      ...fileLines(file, result, options),
    ]),
  );
}

/** On a terminal, budgets are cut to this width. In a log, values are aligned after budgets up to the second one. */
const BUDGET_WIDTH = 60;
const LOG_WIDTH = 120;

const BATCHES = 'intervals from batches of one run';

function metricLines(view: View, column: Column, paint: Paint): string[] {
  const { variants } = view.result;
  const groups = loadGroups(view).map((group) => ({
    group,
    winner: winnerOf(view, column, group),
  }));
  const values = variants.map((variant) => valueWords(view, column, variant));
  const names = variants.map((variant) => shorten(variant.name, 24));
  const nameWidth = Math.max(...names.map(lengthOf));
  const valueWidth = Math.max(...values.map(lengthOf));
  const best = groups.flatMap(({ group, winner }) =>
    winner !== null && winner.names.length < group.length ? winner.names : [],
  );
  const winning = winningWords(view, groups);
  const head = `${paint.bold(`${column.head} ${column.of}`.trim())}${winning === '' ? '' : `   ${paint.dim(winning)}`}`;
  const rows = variants.map((variant, i) => {
    const name = left(names[i]!, nameWidth);
    const value = right(values[i]!, valueWidth);
    const difference =
      variants.length === 1
        ? ''
        : variant.name === view.baseline.name
          ? paint.dim('baseline')
          : differenceWords(view, column, variant, paint);
    return `  ${name}  ${best.includes(variant.name) ? paint.bold(value) : value}   ${difference}`.trimEnd();
  });
  return [head, ...rows];
}

/** A value; for a single run, with the interval from its batches. */
function valueWords(view: View, column: Column, variant: VariantResult): string {
  const { value, ci95, from } = column.pick(variant);
  if (view.result.replications > 1 || from !== 'batches' || value === null)
    return oneLine(cellText(column, variant));
  return oneLine(formatWithInterval(value, ci95, column.unit));
}

/** The winner; with several loads, that of each load with two variants or more. */
function winningWords(
  { result }: View,
  groups: readonly { readonly group: readonly VariantResult[]; readonly winner: Winner | null }[],
): string {
  if (result.variants.length < 2) return '';
  if (groups.length === 1) return winnerWords(groups[0]!.group, groups[0]!.winner);
  const compared = groups.filter(({ group }) => group.length > 1);
  if (compared.length === 0) return 'not compared';
  return compared
    .map(({ group, winner }) => {
      return `${winnerWords(group, winner)} (load of ${oneLine(group[0]!.name)})`;
    })
    .join('; ');
}

function winnerWords(variants: readonly VariantResult[], winner: Winner | null): string {
  if (winner === null) return 'not compared';
  const names = winner.names.map(oneLine);
  if (names.length === 0)
    return `${oneLine(winner.outdone ?? '')} serves fewer requests, or leaves work undone: no best`;
  if (names.length === variants.length) return winner.alike ? 'all alike' : "the data can't tell";
  if (names.length === 1) return `best: ${names[0]!}`;
  if (winner.alike) return `best: ${listed(names)}, alike`;
  return `best: ${names.join(' or ')}, the data can't tell`;
}

function differenceWords(view: View, column: Column, variant: VariantResult, paint: Paint): string {
  const { difference, ci95, verdict, margin, otherLoad } = differenceOf(view, column, variant);
  if (otherLoad === true)
    return paint.dim(withLoadOf(view, variant).length > 1 ? 'first with its load' : 'other load');
  if (difference === null) {
    return verdict === 'better' || verdict === 'worse' ? verdict : paint.dim('not comparable');
  }
  if (difference === 0 && verdict === 'same') return paint.dim('no difference');
  const size = right(oneLine(formatDifference(difference, column.unit, ci95)), 10);
  const interval = ci95 === null ? '' : oneLine(formatInterval(difference, ci95, column.unit));
  const word =
    verdict === 'same'
      ? sameWords(difference, margin, column.unit)
      : verdict === 'unknown'
        ? "the data can't tell"
        : verdict;
  const shown =
    verdict === 'worse' ? paint.red(word) : verdict === 'better' ? word : paint.dim(word);
  const reference = referenceOf(view, variant);
  const to = reference === view.baseline ? '' : paint.dim(`   to ${shorten(reference.name, 24)}`);
  return `${size}  ${left(interval, 24)}  ${shown}${to}`;
}

function fileLines(file: string, result: Result, options: CheckOptions): string[] {
  const { paint, columns = Infinity } = options;
  const lines = [
    `${paint.bold(oneLine(file))}   ${paint.dim([sizeWords(result), ...(fromBatches(result) ? [BATCHES] : [])].join(', '))}`,
  ];
  lines.push(...alarmLines(result.alarms, { paint, columns }));
  lines.push(...stopLines(result, paint));
  const words = whatIfText(result.scenario.whatIf);
  if (words !== null) lines.push(`  ${oneLine(words)}`);
  const { hypothesis } = result;
  if (hypothesis !== null && (isWrong(hypothesis) || options.broken !== true))
    lines.push(`  hypothesis ${hypothesis.verdict}: ${oneLine(hypothesis.statement)}`);
  lines.push(...JUDGED_LISTS.flatMap((list) => listLines(list, result, options)));
  for (const one of explainedOf(result.variants)) {
    const text = `${oneLine(one.variant.name)}: ${oneLine(causeLine(one))}`;
    lines.push(...labelled('causes', text, columns, paint, Infinity));
  }
  return lines;
}

/** The lines of one list: its entries, and how many variants do not meet it. */
function listLines(list: JudgedList, result: Result, options: CheckOptions): string[] {
  const { paint, whole } = options;
  const isAsked = ({ by }: JudgedRow): boolean =>
    options.broken !== true || by.some((budget) => budget !== null && isFailure(budget));
  const rows = rowsOf(list, result.variants).filter(isAsked);
  if (rows.length === 0) {
    const isSaid = list === GOALS && options.broken !== true;
    return isSaid ? [`  ${noGoals(result.variants)}`] : [];
  }
  const textOf = ({ text }: JudgedRow): string =>
    whole === true ? oneLine(text) : shorten(text, BUDGET_WIDTH);
  const width = rows
    .map((row) => lengthOf(textOf(row)))
    .filter((length) => length <= LOG_WIDTH)
    .reduce((most, length) => Math.max(most, length), 0);
  const failed = result.variants.filter((variant) => tallyOf(list, variant).broken > 0).length;
  return [
    ...(list === GOALS ? [] : [`  ${paint.bold(list.heading)}`]),
    ...rows.map((row) => rowLine(list, row, left(textOf(row), width), result, paint)),
    `  ${list.sum(failed, result.variants.length)}`,
  ];
}

/** A budget or expectation with its verdict, and the values that matter. */
function rowLine(
  list: JudgedList,
  row: JudgedRow,
  text: string,
  { variants }: Result,
  paint: Paint,
): string {
  const by = row.by.map((budget, i) => ({ budget, name: variants[i]!.name }));
  const failing = by.filter(({ budget }) => budget !== null && isBroken(budget));
  const open = by.filter(({ budget }) => budget !== null && isUndecided(budget));
  const idle = by.filter(({ budget }) => budget?.applies === false);
  const isIdle =
    idle.length > 0 && by.every(({ budget }) => budget === null || budget.applies === false);
  const listed = failing.length > 0 ? failing : open.length > 0 ? open : isIdle ? idle : [];
  const warning = by.some(({ budget }) => budget?.severity === 'warning');
  const word = isIdle
    ? '-   '
    : failing.length > 0
      ? warning
        ? 'warn'
        : list.fails
      : open.length > 0
        ? '?   '
        : 'pass';
  const shown = word === list.fails ? paint.bold(paint.red(word)) : word;
  const values = listed
    .map(({ budget, name }) => `${oneLine(name)} ${oneLine(budgetFigure(budget!))}`)
    .join('; ');
  return `  ${shown}  ${text}   ${values === '' ? paint.dim(closest(by)) : values}${besideValue(row.metric)}${isIdle ? '' : besideIdle(idle)}`;
}

/** Said once per budget, after the values: whether failures count in a latency. */
function besideValue(metric: string): string {
  const population = populationOf(metric);
  return population === null ? '' : ` (${population})`;
}

/** The variants in which a budget has no meaning, which hold or break it in no way. */
function besideIdle(
  idle: readonly { readonly budget: BudgetResult | null; readonly name: string }[],
): string {
  return idle.map(({ budget, name }) => `; ${oneLine(name)} ${oneLine(budget!.note!)}`).join('');
}

/** A line for each variant with missing runs. */
function stopLines(result: Result, paint: Paint): readonly string[] {
  return unfinishedLines(result).map(
    ({ variant, text }) =>
      `  ${paint.bold(paint.red('STOP'))}  ${oneLine(variant)}: ${oneLine(text)}`,
  );
}

/** For a budget that all variants hold: the variant closest to breaking it. */
function closest(
  by: readonly { readonly budget: BudgetResult | null; readonly name: string }[],
): string {
  let nearest: { readonly name: string; readonly budget: BudgetResult } | null = null;
  for (const { budget, name } of by) {
    if (budget === null || budget.margin === null) continue;
    if (nearest === null || budget.margin < nearest.budget.margin!) nearest = { name, budget };
  }
  return nearest === null
    ? ''
    : `nearest: ${oneLine(nearest.name)} ${oneLine(budgetFigure(nearest.budget))}`;
}
