import type { Result } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import {
  budgetFigure,
  besideBudget,
  isBroken,
  isFailure,
  isUndecided,
  isWrong,
} from '../view/budget-words.js';
import { differenceLines, figureLines } from './text-compare-brief.js';
import { loadGroups, referencesText } from '../view/reference.js';
import { plural } from '../../text/words.js';
import { oneRunWords } from '../../contracts/result/one-run.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { alarmLines } from '../lines/alarms.js';
import { allOrNoneWords } from '../words/all-or-none.js';
import { causeLine } from '../words/causes.js';
import { explainedOf } from '../view/explained.js';
import { unfinishedLines } from '../words/incomplete.js';
import { noBudgets } from '../words/expected-words.js';
import {
  GOALS,
  JUDGED_LISTS,
  rowsOf,
  tallyOf,
  type JudgedList,
  type JudgedRow,
} from '../view/judged.js';
import { headingLines, left, lengthOf, type Paint } from '../lines/text-table.js';
import { fromBatches, sizeWords, viewOf, type View } from '../view/view.js';
import { otherLoadText } from '../words/other-load.js';
import { chosenWords } from '../words/until-words.js';
import { whatIfText } from '../words/what-if.js';
import { labelled, wrapped } from '../lines/wrap.js';

/** What a comparison shows. */
interface CompareOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Every figure of every variant, instead of the differences that the runs show. */
  readonly all?: boolean;
}

/** The variants side by side: those of the differences that matter most, or all metrics. */
export function compareText(read: Result, options: CompareOptions): Lines {
  const view = viewOf(read);
  const { result } = view;
  const { paint, columns } = options;
  const asked = compareFacts(view, options.all === true);
  const otherLoad = otherLoadText(view);
  const chosen = chosenWords(result);
  const words = whatIfText(result.scenario.whatIf);
  const folded = (text: string): string[] => wrapped(text, '', '', columns);
  const lines = [
    ...folded(result.scenario.title).map(paint.bold),
    ...folded(asked).map(paint.dim),
    ...alarmLines(result.alarms, options),
    ...stopLines(result, paint),
    ...(words === null ? [] : folded(words)),
    ...(otherLoad === null ? [] : folded(otherLoad)),
    ...(chosen === '' ? [] : folded(oneLine(chosen))),
  ];
  if (result.variants.length > 1) lines.push(...differenceLines(view, options, lines.length));
  else lines.push('', ...figureLines(view), '', 'One variant: nothing to compare it with.');
  return asLines(lines);
}

/** The runs, and how the intervals are to be read. */
function compareFacts(view: View, all: boolean): string {
  const { result } = view;
  const { replications } = result;
  const isCompared = result.variants.length > 1;
  const members = loadGroups(view).reduce((most, group) => Math.max(most, group.length - 1), 0);
  const intervals =
    replications < 2
      ? `${fromBatches(result) ? `${BATCHES}; ` : ''}${oneRunWords(result) ?? ''}`
      : members > 1
        ? `intervals adjusted for ${plural(members, 'difference')} per figure (Holm, 95 % together)`
        : '95 % intervals';
  return [
    plural(replications, 'replication'),
    ...(isCompared ? [`differences to ${oneLine(referencesText(view))}, paired`] : []),
    intervals,
    ...(isCompared && !all ? ['every figure: --all'] : []),
  ].join('; ');
}

/** Options of the list of budgets. */
interface CheckOptions {
  readonly paint: Paint;
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

/** Values are aligned after budgets up to the first width on a terminal, up to the second one in a log. */
const BUDGET_WIDTH = 60;
const LOG_WIDTH = 120;
/** Of budgets and of values that have no room in their line. */
const INDENT = '        ';
const VALUES = '          ';

const BATCHES = 'intervals from batches of one run';

function fileLines(file: string, result: Result, options: CheckOptions): string[] {
  const { paint, columns = Infinity } = options;
  const oneRun = oneRunWords(result);
  const facts = [sizeWords(result), ...(fromBatches(result) ? [BATCHES] : []), oneRun ?? ''];
  const lines = headingLines(oneLine(file), [facts.filter((text) => text !== '').join(', ')], {
    columns,
    paint,
  });
  lines.push(...alarmLines(result.alarms, { paint, columns }));
  lines.push(...stopLines(result, paint));
  const chosen = chosenWords(result);
  if (chosen !== '') lines.push(...labelled('runs', oneLine(chosen), columns, paint));
  const words = whatIfText(result.scenario.whatIf);
  if (words !== null) lines.push(...wrapped(words, '  ', '  ', columns));
  const { hypothesis } = result;
  if (hypothesis !== null && (isWrong(hypothesis) || options.broken !== true))
    lines.push(
      ...wrapped(
        `hypothesis ${hypothesis.verdict}: ${oneLine(hypothesis.statement)}`,
        '  ',
        '    ',
        columns,
      ),
    );
  lines.push(...JUDGED_LISTS.flatMap((list) => listLines(list, result, options)));
  const note = options.broken === true ? '' : allOrNoneNote(result);
  if (note !== '') lines.push(...wrapped(note, '  ', '    ', columns));
  for (const one of explainedOf(result.variants)) {
    const text = `${oneLine(one.variant.name)}: ${oneLine(causeLine(one))}`;
    lines.push(...labelled('causes', text, columns, paint));
  }
  return lines;
}

/** The lines of one list: its entries, and how many variants do not meet it. */
function listLines(list: JudgedList, result: Result, options: CheckOptions): string[] {
  const { paint, columns = Infinity } = options;
  const isAsked = ({ by }: JudgedRow): boolean =>
    options.broken !== true || by.some((budget) => budget !== null && isFailure(budget));
  const rows = rowsOf(list, result.variants).filter(isAsked);
  if (rows.length === 0) {
    const isSaid = list === GOALS && options.broken !== true;
    return isSaid ? [`  ${noBudgets(result.variants)}`] : [];
  }
  const width = rows
    .map(({ text }) => lengthOf(oneLine(text)))
    .filter((length) => length <= (columns === Infinity ? LOG_WIDTH : BUDGET_WIDTH))
    .reduce((most, length) => Math.max(most, length), 0);
  const failed = result.variants.filter((variant) => tallyOf(list, variant).broken > 0).length;
  return [
    ...(list === GOALS ? [] : [`  ${paint.bold(list.heading)}`]),
    ...rows.flatMap((row) => rowLines(list, row, { result, width, options })),
    `  ${list.sum(failed, result.variants.length)}`,
  ];
}

/** How sure the shares are that are printed for budgets that all variants hold. */
function allOrNoneNote({ variants, replications }: Result): string {
  const shown = JUDGED_LISTS.flatMap((list) => rowsOf(list, variants))
    .filter(({ by }) => by.every((one) => one === null || one.verdict === 'pass'))
    .flatMap(({ by }) => nearestOf(by.map((budget, i) => ({ budget, name: variants[i]!.name }))));
  return allOrNoneWords(shown.map(({ budget }) => ({ ...budget, runs: replications })));
}

/** Where a row is printed. */
interface Around {
  readonly result: Result;
  readonly width: number;
  readonly options: CheckOptions;
}

/** A budget or expectation with its verdict, and the variants that decide it. */
function rowLines(list: JudgedList, row: JudgedRow, { result, width, options }: Around): string[] {
  const { paint, columns = Infinity } = options;
  const by = row.by.map((budget, i) => ({ budget, name: result.variants[i]!.name }));
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
  const tail = `${values === '' ? closest(by) : values}${besideBudget(row.metric)}${isIdle ? '' : besideIdle(idle)}`;
  const text = oneLine(row.text);
  const budget = left(text, width);
  const tone = values === '' ? paint.dim : (own: string): string => own;
  if (11 + lengthOf(budget) + lengthOf(tail) <= columns)
    return [`  ${shown}  ${budget}   ${tone(tail)}`.trimEnd()];
  const [first, ...rest] = wrapped(text, INDENT, INDENT, columns);
  const below = wrapped(tail, VALUES, VALUES, columns);
  return [`  ${shown}  ${first!.trimStart()}`, ...rest, ...below.map(tone)];
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

/** A budget in a variant, if it is about this variant. */
interface Judged {
  readonly budget: BudgetResult | null;
  readonly name: string;
}

/** For a budget that all variants hold: the variant closest to breaking it. */
function closest(by: readonly Judged[]): string {
  return nearestOf(by)
    .map(({ name, budget }) => `nearest: ${oneLine(name)} ${oneLine(budgetFigure(budget))}`)
    .join('');
}

/** The first variant with the smallest margin; empty if none has a margin. */
function nearestOf(
  by: readonly Judged[],
): { readonly name: string; readonly budget: BudgetResult }[] {
  let nearest: { readonly name: string; readonly budget: BudgetResult } | null = null;
  for (const { budget, name } of by) {
    if (budget === null || budget.margin === null) continue;
    if (nearest === null || budget.margin < nearest.budget.margin!) nearest = { name, budget };
  }
  return nearest === null ? [] : [nearest];
}
