import type { Result, VariantResult } from '../../contracts/result/result.js';
import { cellText, latencyColumns, outcomeColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { asLines, oneLine, type Lines } from '../../text/line.js';
import { unfinishedLines } from '../words/incomplete.js';
import { judgedByChecksAlone } from '../words/expected-words.js';
import { usedUpPools } from '../words/pools.js';
import { statusLines } from '../words/statuses.js';
import { columnsOf, fit, headingLines, lengthOf, right, type Paint } from '../lines/text-table.js';
import { heldBudgets, requestLabel, sizeWords, viewOf, type View } from '../view/view.js';
import { alertsText } from '../words/alerts.js';
import { alarmLines } from '../lines/alarms.js';
import { faultLine } from '../words/causes.js';
import { explainedOf } from '../view/explained.js';
import { bestOf } from '../view/best.js';
import { characterOf, describedRun } from '../words/character.js';
import { cheapestWords } from '../words/cheapest.js';
import { guessWords } from '../words/guess-words.js';
import { handledWords, optionalWords } from '../words/handled.js';
import { headroomLine } from '../words/headroom.js';
import { innocentLines, innocentsOf } from '../words/innocents.js';
import { chainOf } from '../words/chain.js';
import { folded, noted, type TextOptions } from '../lines/text-folded.js';
import { expectedLines, judgedLines } from './text-judged.js';
import { tippingWords } from '../tipping/words.js';
import { chosenWords } from '../words/until-words.js';
import { whatIfText } from '../words/what-if.js';
import { labelled, wrapped } from '../lines/wrap.js';
import { answerOf, namedAnswers, type Answer } from '../words/answer.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { advisedOf } from '../words/advice.js';
import { headlineWords, isSameInAll } from '../words/words.js';

/** The summary after a run: the variants in a table, the cascade, and as many broken budgets as fit 30 lines. */
export function summaryText(read: Result, options: TextOptions): Lines {
  const view = viewOf(read);
  const { result } = view;
  const answer = answerOf(view);
  const lines = [
    ...heading(view, options),
    ...alarmLines(result.alarms, options),
    ...answerLines(answer, options),
    '',
    ...tableLines(view, options),
    ...stopLines(view, options),
    '',
    ...storyLines(view, options),
    ...causeLines(view, answer, options),
    ...usedUpPools(result.variants).flatMap((text) => noted('pools', text, options)),
    ...statusLines(result, view.worstVariant.name, 2).flatMap((text) =>
      noted('status', text, options),
    ),
    ...handledLines(view, answer, options),
    ...alertLinesOf(view, options),
    ...headroomLines(view, options),
    ...runLines(view, options),
    ...guessLines(view, options),
    ...hypothesisLines(view, options),
    ...expectedLines(view, options),
  ];
  const room = Math.max(2, LINES - lines.length - 3);
  const budgets = judgedLines(view, options, room);
  const cleared = innocentLinesOf(view, options);
  // Broken budgets need the room more.
  if (lines.length + cleared.length + budgets.length + 3 <= LINES) lines.push(...cleared);
  if (budgets.length > 0) lines.push('', ...budgets);
  if (options.report !== null)
    lines.push('', `  ${options.paint.dim('report')}  ${options.report}`);
  return asLines(lines);
}

const LINES = 29;
const VARIANTS = 10;
const UNFINISHED = 4;
/** Longest name of a variant beside its figures. */
const NAME = 24;

/** A narrow terminal drops columns in this order. */
const DROPPED = [
  'latencyRecovery',
  'attempts',
  'wasted',
  'successLatency.p99',
  'recovery',
  'goodput',
];

function heading(view: View, options: TextOptions): string[] {
  const { result } = view;
  const facts = [options.file, sizeWords(result), options.wall ?? ''];
  const words = whatIfText(result.scenario.whatIf);
  return [
    ...headingLines(result.scenario.title, facts, options),
    ...(words === null ? [] : folded(words, '', options)),
  ];
}

/** How many variants survive, what happens, why, and what to do. */
function answerLines(answer: Answer, options: TextOptions): string[] {
  const { paint, columns, whole } = options;
  const badge =
    answer.badge === null
      ? []
      : [
          `  ${paint.bold(answer.badge.tone === 'fail' ? paint.red(answer.badge.text) : answer.badge.text)}`,
        ];
  const room = whole === true ? Infinity : columns;
  const line = (label: string, words: Words): readonly string[] =>
    labelled(label.padEnd(4), oneLine(plainWords(words)), room, paint);
  return [
    ...badge,
    ...namedAnswers(answer).flatMap(({ name, words, beside }) => [
      ...line(name.toLowerCase(), words),
      ...beside.flatMap((below) => (below.length === 0 ? [] : line('', below))),
    ]),
    ...answer.notes.flatMap((words) => folded(plainWords(words), '  ', options)),
  ];
}

function tableLines(view: View, options: TextOptions): string[] {
  const { paint } = options;
  const chosen = chosenColumns(view);
  const shown = view.result.variants.slice(0, VARIANTS);
  const judged = view.result.variants.some((variant) => heldBudgets(variant).of > 0);
  const cells = (variant: VariantResult): string[] =>
    chosen.map((column) => oneLine(cellText(column, variant)));
  const names = shown.map((variant) => oneLine(variant.name));
  const last = shown.map((variant) =>
    judged ? budgetWord(view, variant) : oneLine(characterOf(view, variant)),
  );
  const heads = chosen.map((column) => headOf(view, column));
  const widths = columnsOf([heads, ...shown.map(cells)]);
  // A long name has a line of its own.
  const short = names.map(lengthOf).filter((length) => length <= NAME);
  const nameWidth = Math.max(8, ...short);
  const keep = fit(
    chosen.map((column) => column.key),
    widths,
    options.columns - nameWidth - 5 - Math.max(...last.map(lengthOf), judged ? 7 : 0),
    [...flatColumns(chosen, shown), ...DROPPED],
  );
  const row = (
    name: string,
    texts: readonly string[],
    end: string,
    style: (i: number, padded: string) => string,
  ): string =>
    `  ${name}${keep.map((i) => `  ${style(i, right(texts[i]!, widths[i]!))}`).join('')}   ${end}`.trimEnd();
  const best = chosen.map((column) => bestOf(view, column));
  const lines = [
    row(' '.repeat(nameWidth), heads, judged ? paint.dim('budgets') : '', (_, text) =>
      paint.dim(text),
    ),
  ];
  shown.forEach((variant, v) => {
    const texts = cells(variant);
    const style = (i: number, text: string): string =>
      texts[i] === chosen[i]!.missing?.(variant)
        ? paint.bold(paint.red(text))
        : best[i]!.has(variant.name)
          ? paint.bold(text)
          : text;
    const end = last[v]!.replace('FAIL', paint.bold(paint.red('FAIL')));
    const name = names[v]!;
    const isLong = lengthOf(name) > nameWidth;
    if (isLong) lines.push(`  ${paint.bold(name)}`);
    lines.push(
      row(paint.bold(isLong ? ' '.repeat(nameWidth) : name.padEnd(nameWidth)), texts, end, style),
    );
  });
  const others = view.result.variants.length - shown.length;
  if (others > 0) lines.push(paint.dim(`  ... ${others} more variants in the report`));
  const kept = keep.map((i) => chosen[i]!);
  lines.push(...folded(footnote(view, kept, options.columns - 2), '  ', options).map(paint.dim));
  return lines.map((text) => text.trimEnd());
}

/** Unfinished variants, the first ones. */
function stopLines({ result }: View, options: TextOptions): string[] {
  const { paint, columns } = options;
  const lines = unfinishedLines(result);
  const loud: Paint = { ...paint, dim: (word) => paint.bold(paint.red(word)) };
  const width = options.whole === true ? Infinity : columns;
  const shown = lines
    .slice(0, UNFINISHED)
    .flatMap(({ variant, text }) =>
      labelled('STOP', `${oneLine(variant)}  ${oneLine(text)}`, width, loud),
    );
  const others = Math.max(0, lines.length - UNFINISHED);
  return others === 0 ? shown : [...shown, paint.dim(`  ... ${others} more did not finish`)];
}

function chosenColumns(view: View): Column[] {
  const last = ['recovery', 'cost', 'attempts', 'wasted'];
  const wanted = ['success', 'degraded', 'goodput', ...last];
  const all = outcomeColumns(view);
  const unseen = all.filter((column) => column.key.startsWith('unseen.'));
  const outcome = all.filter(
    (column) => wanted.includes(column.key) || column.key.startsWith('during.'),
  );
  const hasDuring = outcome.some((column) => column.key.startsWith('during.'));
  const first = outcome.filter(
    (column) =>
      column.key === 'success' ||
      column.key === 'degraded' ||
      column.key.startsWith('during.') ||
      (!hasDuring && column.key === 'goodput'),
  );
  const rest = outcome.filter((column) => last.includes(column.key));
  return [...first, ...unseen, latencyColumns(view, 'successLatency')[2]!, ...rest];
}

/**
 * Columns in which all variants have the same text, which a narrow terminal drops first. If there are effects besides
 * requests, these are all columns except success; otherwise only those about the fault.
 */
function flatColumns(columns: readonly Column[], variants: readonly VariantResult[]): string[] {
  if (variants.length < 2) return [];
  const unseen = columns.some((column) => column.key.startsWith('unseen.'));
  return columns
    .filter((column) => column.key.startsWith('during.') || (unseen && column.key !== 'success'))
    .filter((column) => new Set(variants.map((v) => cellText(column, v))).size === 1)
    .map((column) => column.key);
}

function headOf(view: View, column: Column): string {
  if (column.key.startsWith('during.'))
    return `${requestLabel(view, column.key.slice('during.'.length))}*`;
  return column.key === 'successLatency.p99' ? 'p99' : column.head.toLowerCase();
}

function footnote(view: View, columns: readonly Column[], room: number): string {
  const during = columns.some((column) => column.key.startsWith('during.'));
  const parts = [during ? duringNote(view, room) : ''];
  if (columns.some((column) => column.key === 'successLatency.p99'))
    parts.push('p99 of successes.');
  parts.push(
    ...columns
      .filter((c) => c.key === 'degraded' || c.key.startsWith('unseen.'))
      .flatMap((c) => c.note ?? []),
  );
  if (view.result.variants.length > 1) parts.push('Intervals: faultline compare.');
  let text = '';
  for (const part of parts)
    if (part !== '' && text.length + part.length < room) text += `${text === '' ? '' : ' '}${part}`;
  return oneLine(text);
}

/** The meaning of a star at a column: with the times of each variant where there is room. */
function duringNote(view: View, room: number): string {
  const words = headlineWords(view);
  if (words === null) return '';
  const whole = `* while ${words}.`;
  if (whole.length < room) return whole;
  const { id, words: own } = view.headline!;
  return isSameInAll(view)
    ? `* while ${own}.`
    : `* during the fault ${id}, which differs by variant.`;
}

function budgetWord(view: View, variant: VariantResult): string {
  if (variant.unfinished !== undefined) return oneLine(characterOf(view, variant));
  const { held, of, broken } = heldBudgets(variant);
  const word =
    of === 0
      ? noBudgetsWord(variant)
      : `${held}/${of} ${broken > 0 ? 'FAIL' : held === of ? 'pass' : 'undecided'}`;
  return variant.cascade.metastable > 0 ? `${word} metastable`.trim() : word;
}

function noBudgetsWord(variant: VariantResult): string {
  return judgedByChecksAlone([variant]).length > 0 ? 'no budgets' : '';
}

/** The values that are not measured, and the command that says which of them decide. */
function guessLines({ result }: View, options: TextOptions): string[] {
  const { guesses = [] } = result.scenario;
  if (guesses.length === 0) return [];
  const words = `${guessWords(guesses)}. faultline sensitivity says which of them decide.`;
  return noted('guesses', oneLine(words), options);
}

/** What the program chose about the runs: their number, and the warm-up. */
function runLines({ result }: View, options: TextOptions): string[] {
  const words = chosenWords(result);
  return words === '' ? [] : noted('runs', oneLine(words), options);
}

/** The hypothesis and its verdict. */
function hypothesisLines(view: View, options: TextOptions): string[] {
  const { hypothesis } = view.result;
  if (hypothesis === null) return [];
  const { paint } = options;
  const word = hypothesis.verdict;
  const shown = word === 'confirmed' ? word : paint.bold(paint.red(word));
  const statement = oneLine(hypothesis.statement);
  const head = `  hypothesis ${shown}`;
  if (statement.length <= options.columns - word.length - 15) return ['', `${head}: ${statement}`];
  return ['', head, ...folded(statement, '  ', options)];
}

/** The chain of the worst variant, one step a line. */
function storyLines(view: View, options: TextOptions): string[] {
  const { paint } = options;
  const { worstVariant } = view;
  const chain = chainOf(view, worstVariant);
  if (chain.length < 2) {
    const { sentence } = worstVariant.cascade;
    const text = oneLine(sentence === '' ? 'Nothing broke.' : sentence);
    return options.whole === true ? [`  ${text}`] : wrapped(text, '  ', '  ', options.columns);
  }
  const name = oneLine(worstVariant.name);
  const isLong = lengthOf(name) > NAME;
  const width = isLong ? 8 : Math.max(8, lengthOf(name));
  const run = describedRun(worstVariant);
  const lines = chain.flatMap((step, i) => {
    const lead = i === 0 && !isLong ? paint.bold(name.padEnd(width)) : ' '.repeat(width);
    const text = oneLine(`${step.subject}${step.text === '' ? '' : `: ${step.text}`}`);
    const when = oneLine(step.when === 'until the end' ? 'to end' : step.when).padStart(9);
    const [first, ...rest] = folded(text, ' '.repeat(width + 14), options);
    return [`  ${lead} ${paint.dim(when)}  ${first!.trimStart()}`, ...rest];
  });
  if (isLong) lines.unshift(`  ${paint.bold(name)}`);
  return run === '' ? lines : [...lines, `  ${' '.repeat(width + 12)}${paint.dim(`(${run})`)}`];
}

/** Findings of the runs without each fault: of the variant that the account is about, else of the first one with such runs. */
function causeLines(view: View, { act }: Answer, options: TextOptions): string[] {
  const { worstVariant, result } = view;
  const advice = plainWords(act ?? []);
  const advised = advisedOf(view);
  const own = explainedOf([worstVariant]);
  const explained = own.length > 0 ? own : explainedOf(result.variants).slice(0, 1);
  const { columns, paint, whole } = options;
  const told = explained.flatMap((one) => {
    const name = one.variant === worstVariant ? '' : `${oneLine(one.variant.name)}: `;
    const cheapest = cheapestWords(one.own, one.variant, advice);
    const room = whole === true ? Infinity : columns;
    const part = (label: string, text: string): string[] =>
      labelled(label, `${name}${oneLine(text)}`, room, paint);
    return [
      ...part('causes', faultLine(one)),
      ...(cheapest === null || advised !== null ? [] : part('remedy', cheapest)),
    ];
  });
  return [...told, ...tippingLines(view, options)];
}

/** Faults of the account that are not to blame, without those that its causes clear already. */
function innocentLinesOf({ worstVariant, result }: View, options: TextOptions): string[] {
  const [own] = explainedOf([worstVariant]);
  const said = own === undefined ? '' : faultLine(own);
  const rest = innocentsOf(worstVariant).filter(({ words }) => !said.includes(words));
  if (rest.length === 0) return [];
  const whose = result.variants.length > 1 ? `${worstVariant.name}: ` : '';
  return noted('cleared', oneLine(`${whose}${innocentLines(rest, INNOCENTS).join(' ')}`), options);
}

/** Most faults that are not to blame and are named. */
const INNOCENTS = 2;

/** How close it was: of the variant that the account is about, else of the first one with a loop. */
function tippingLines({ worstVariant, result }: View, options: TextOptions): string[] {
  const all = [worstVariant, ...result.variants];
  const own = all.find((variant) => tippingWords(variant) !== null);
  if (own === undefined) return [];
  const name = own === worstVariant ? '' : `${own.name}: `;
  return noted('tipping point', oneLine(`${name}${tippingWords(own)!}`), options);
}

/** Calls that fail and no request shows, where the answer does not name them. */
function handledLines(view: View, answer: Answer, options: TextOptions): string[] {
  const words = plainWords(handledWords(view));
  const own = plainWords(optionalWords(view.worstVariant)).trim();
  const isSaid = namedAnswers(answer).some((one) => plainWords(one.words).includes(own));
  return words === '' || (own !== '' && isSaid) ? [] : noted('beside', oneLine(words), options);
}

/** What the alerts of the variant would have said that the account is about. */
function alertLinesOf({ worstVariant, result }: View, options: TextOptions): string[] {
  const words = alertsText(worstVariant);
  if (words === null) return [];
  const whose = result.variants.length > 1 ? `${worstVariant.name}: ` : '';
  return noted('alerts', oneLine(`${whose}${words}`), options);
}

/** The component of the baseline that saturates first. */
function headroomLines({ baseline, result }: View, options: TextOptions): string[] {
  const line = headroomLine(baseline, result.variants.length > 1);
  if (line === null) return [];
  return noted('headroom', oneLine(line), options);
}
