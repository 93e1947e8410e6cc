import type { FixedVariant, FixResult, TunedSet } from '../../contracts/result/fix.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { formatValue } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines, type OneLine } from '../../text/line.js';
import { capitalised, plural } from '../../text/words.js';
import { headingLines, tableLines } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { checkWords } from './check-words.js';
import {
  answerWords,
  commandOf,
  legendOf,
  notesOf,
  remedyWords,
  tableOf,
  unheldWords,
} from './words.js';

/** The answer of a search for settings: which change, and its gain and price. */
export function fixText(read: FixResult, options: SummaryOptions): Lines {
  const result = oneLineTexts(read);
  const { scenario, seed, replications, fixed } = result;
  const { paint, file, columns } = options;
  const facts = `${file}   ${fixed.name}, ${plural(replications, 'replication')}, seed ${seed}`;
  return asLines([
    ...wrapped(answerWords(fixed), '', '', columns).map(paint.bold),
    ...headingLines(scenario.title, [facts], { columns, paint }).map(paint.dim),
    ...(fixed.base.holds ? [] : bodyLines(fixed, options)),
    ...exportLines(read.fixed, options),
    ...noteLines(fixed, options),
  ]);
}

function bodyLines(
  fixed: OneLine<FixedVariant>,
  { file, columns, paint }: SummaryOptions,
): string[] {
  const { answer, unheld, remains } = fixed;
  const text = (words: string, first = '', rest = ''): string[] =>
    wrapped(words, first, rest, columns);
  return [
    '',
    ...tableLines(tableOf(fixed), paint),
    ...legendOf(fixed).flatMap((line) => text(line, '  ', '     ')),
    ...(answer === null ? [] : ['', ...budgetLines(answer, fixed, columns)]),
    ...(unheld.length === 0
      ? []
      : [
          '',
          paint.bold(`Not held (${unheld.length}):`),
          ...unheld.flatMap((own) => [
            ...text(unheldWords(own), '  ', '      '),
            ...text(capitalised(`${remedyWords(own, fixed)}.`), '    ', '      '),
          ]),
        ]),
    ...(remains === null || remains === ''
      ? []
      : text(`${answer === null ? 'Why' : 'Why, with change 1'}: ${remains}`)),
    ...checkLines(fixed, columns),
    ...(answer === null
      ? []
      : ['', 'Run it beside the present settings:', `  ${commandOf(answer, fixed, file)}`]),
  ];
}

function checkLines(fixed: OneLine<FixedVariant>, columns: number): string[] {
  const words = checkWords(fixed);
  return words.length === 0 ? [] : ['', ...words.flatMap((own) => wrapped(own, '', '  ', columns))];
}

/** The change in other formats. Lines of files are not folded. */
function exportLines({ exports = [] }: FixedVariant, { columns, paint }: SummaryOptions): string[] {
  return exports.flatMap(({ format, text, unwritten }) => [
    '',
    paint.bold(`As ${oneLine(format)}:`),
    ...text.split('\n').flatMap((line) => (line === '' ? [] : [`  ${line}`])),
    ...unwritten.flatMap(({ path, reason }) =>
      wrapped(`Not written: ${path}, because ${reason}.`, '  ', '      ', columns),
    ),
  ]);
}

function noteLines(fixed: OneLine<FixedVariant>, { columns, paint }: SummaryOptions): string[] {
  const notes = notesOf(fixed).flatMap((note) => wrapped(note, '', '', columns).map(paint.dim));
  return notes.length === 0 ? [] : ['', ...notes];
}

/** Verdicts in the words of `check`. */
const WORDS: Readonly<Record<BudgetResult['verdict'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  inconclusive: '?',
};

/** Each budget with its value now and with the change. */
function budgetLines({ budgets }: TunedSet, { base }: FixedVariant, columns: number): string[] {
  return budgets.flatMap((own, k) => {
    const words = `${own.applies === false ? '-' : WORDS[own.verdict]} ${own.name ?? own.text}: ${valueOf(own)}, now ${valueOf(base.budgets[k]!)}`;
    return wrapped(words, '  ', '      ', columns);
  });
}

function valueOf({ value, unit, note }: BudgetResult): string {
  return value === null ? (note ?? 'no samples') : formatValue(value, unit);
}
