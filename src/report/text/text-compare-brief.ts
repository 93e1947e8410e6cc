import type { VariantResult } from '../../contracts/result/result.js';
import type { Column } from '../view/column.js';
import { cellText, slowColumn, latencyColumns, outcomeColumns } from '../view/columns.js';
import { decidingWords, openWords } from '../view/deciding-words.js';
import { differenceOf, type Difference } from '../view/difference.js';
import { harmWords, insteadWords } from '../words/harm-words.js';
import { loadGroups, referenceOf } from '../view/reference.js';
import { sameWords } from '../words/same-words.js';
import { left, lengthOf, right, type Paint } from '../lines/text-table.js';
import { formatDifference, formatInterval, formatWithInterval } from '../../text/figures.js';
import { oneLine } from '../../text/line.js';
import { plural } from '../../text/words.js';
import type { View } from '../view/view.js';
import { wrapped } from '../lines/wrap.js';

interface Options {
  readonly paint: Paint;
  readonly columns: number;
  /** Every figure has a row, and its words are whole. */
  readonly all?: boolean | undefined;
}

/** Most lines of a comparison, as long as there is room for a few rows of each variant. */
const LINES = 40;
const FEWEST_ROWS = 2;

/** Every figure of the only variant. */
export function figureLines(view: View): string[] {
  const [only] = view.result.variants;
  const all = figuresOf(view).flat();
  const width = Math.max(...all.map(({ name }) => lengthOf(name)));
  return all.map(
    ({ column, name }) => `  ${left(name, width)}  ${valueWords(view, column, only!)}`,
  );
}

/** Each variant against the first one with its load: what differs, the largest first, and what does not in a line. */
export function differenceLines(view: View, options: Options, above: number): string[] {
  const figures = figuresOf(view);
  const blocks = loadGroups(view).flatMap(([, ...others]) =>
    others.map((variant) => blockOf(view, variant, figures, options)),
  );
  if (options.all === true)
    return blocks.flatMap(({ head, rows }) => ['', ...head, ...rows.flat()]);
  const fixed = blocks.reduce((sum, { head, tail }) => sum + 2 + head.length + tail.length, above);
  const most = rowsEach(
    blocks.map(({ rows }) => rows.length),
    LINES - fixed,
  );
  return blocks.flatMap(({ head, rows, more, tail }) => {
    // A row that is left out is named in the line of the others, for which each block has kept a line.
    const shown = rows.length <= most + 1 ? rows : rows.slice(0, most);
    const left = more(shown.length);
    return ['', ...head, ...shown.flat(), ...(left === null ? [] : [left]), ...tail];
  });
}

/** The number of rows up to which all blocks together fit. */
function rowsEach(wanted: readonly number[], room: number): number {
  const used = (most: number): number =>
    wanted.reduce((sum, rows) => sum + Math.min(rows, most), 0);
  let most = FEWEST_ROWS;
  while (most < Math.max(...wanted) && used(most + 1) <= room) most++;
  return most;
}

/** A figure that a comparison is about. */
interface Shown {
  readonly column: Column;
  readonly name: string;
}

/** All figures; latency of successes is followed by that of all, which counts failures. */
function figuresOf(view: View): readonly (readonly Shown[])[] {
  const named = (column: Column): Shown => ({
    column,
    name: oneLine(`${column.head} ${column.of}`.trim()),
  });
  const single = [...outcomeColumns(view), ...slowColumn(view)].map((column) => [named(column)]);
  const all = latencyColumns(view, 'latency');
  const pairs = latencyColumns(view, 'successLatency').map((column, i) => [
    named(column),
    named(all[i]!),
  ]);
  return [...single, ...pairs];
}

interface Block {
  readonly head: readonly string[];
  /** The lines of each figure. */
  readonly rows: readonly (readonly string[])[];
  /** A line for the figures that differ and have no row, if there are some. */
  readonly more: (shown: number) => string | null;
  readonly tail: readonly string[];
}

interface Found extends Shown {
  readonly found: Difference;
  readonly differs: boolean;
}

function blockOf(
  view: View,
  variant: VariantResult,
  figures: readonly (readonly Shown[])[],
  options: Options,
): Block {
  const { paint, columns } = options;
  const groups = figures.map((group) =>
    group.map((one): Found => {
      const found = differenceOf(view, one.column, variant);
      return { ...one, found, differs: isDifferent(found, view.result.replications < 2) };
    }),
  );
  const differing = groups
    .filter((group) => group.some(({ differs }) => differs))
    .sort((one, two) => servedFirst(one, two) || weightOf(two) - weightOf(one))
    .flatMap((group) => withoutTwins(view, variant, group));
  const others = groups.flatMap((group) => {
    return group.some(({ differs }) => differs) ? [] : withoutTwins(view, variant, group);
  });
  const reference = referenceOf(view, variant);
  const name = oneLine(variant.name);
  const harms = [harmOf(view, variant), harmOf(view, reference)] as const;
  const isNone = harms.every(({ harm }) => Math.round(harm) === 0);
  const [own, other] = harms.map(harmWords);
  const alike = own === other ? `${own!} in both` : insteadWords(...harms);
  const harm = isNone ? 'no request fails or is slow' : alike;
  const per = view.result.replications > 1 ? ', per run' : '';
  const head = wrapped(
    `${name} against ${oneLine(reference.name)}${per}: ${harm}.`,
    '',
    '  ',
    columns,
  );
  return {
    head: head.map((line, i) => (i === 0 ? line.replace(name, paint.bold(name)) : line)),
    rows: rowsOf(view, variant, options.all === true ? groups.flat() : differing, options),
    more: (shown) => {
      const left = differing.slice(shown).filter(({ differs }) => differs);
      const better = left.filter(({ found }) => isBetter(found)).map((one) => one.name);
      const worse = left.filter(({ found }) => !isBetter(found)).map((one) => one.name);
      if (left.length === 0) return null;
      return inLine('also differs', [...worse, ...better], columns);
    },
    tail: [
      inLine(
        'no difference',
        others.filter(({ found }) => found.verdict === 'same').map(sameName),
        columns,
      ),
      inLine('undecided', others.filter(({ found }) => isOpen(found)).map(openName), columns),
    ]
      .filter((line) => line !== null)
      .map(paint.dim),
  };
}

/** Harm of one run: requests that fail, and those that succeed slowly. */
function harmOf({ result }: View, { summary }: VariantResult) {
  const requests = summary.requests / result.replications;
  const failed = requests * (1 - (summary.success.value ?? 1));
  return { failed, harm: failed + requests * (summary.slow?.value ?? 0) };
}

/** Whether the runs show a difference; in a single run, which has no intervals, one above the margin. */
function isDifferent({ verdict, difference, margin }: Difference, isSingle: boolean): boolean {
  if (verdict !== 'unknown' || !isSingle) return verdict === 'better' || verdict === 'worse';
  return difference !== null && Math.abs(difference) > (margin ?? 0);
}

function isOpen(found: Difference): boolean {
  return found.verdict === 'unknown' && found.runsToDecide !== undefined && found.margin !== null;
}

const isBetter = ({ verdict }: Difference): boolean => verdict === 'better';

/** Figures of success come before all others. */
function servedFirst(one: readonly Found[], two: readonly Found[]): number {
  const rank = ([{ column }]: readonly Found[]): number => (SERVED.test(column.key) ? 0 : 1);
  return rank(one) - rank(two);
}

const SERVED = /^(?:success|worst|during\..*)$/u;

/** The largest difference of a group, in margins. One without a scale, such as a recovery that never ends, is large. */
function weightOf(group: readonly Found[]): number {
  return group.reduce((most, { found: { difference, margin, verdict } }) => {
    if (difference === null || margin === null) return verdict === 'unknown' ? most : Infinity;
    return Math.max(most, Math.abs(difference) / margin);
  }, 0);
}

/** Without the latency of all where it is that of the successes, since hardly a request fails. */
function withoutTwins(
  view: View,
  variant: VariantResult,
  group: readonly Found[],
): readonly Found[] {
  const all = [variant, referenceOf(view, variant)];
  const isTwin = all.every((one) => {
    return new Set(group.map(({ column }) => cellText(column, one))).size === 1;
  });
  return isTwin ? group.slice(0, 1) : group;
}

function rowsOf(
  view: View,
  variant: VariantResult,
  some: readonly Found[],
  { paint, columns, all = false }: Options,
): readonly (readonly string[])[] {
  const reference = referenceOf(view, variant);
  const valueOf = (column: Column, one: VariantResult): string =>
    all ? valueWords(view, column, one) : oneLine(cellText(column, one));
  const cells = some.map(({ column, name, found }) => [
    name,
    valueOf(column, reference),
    valueOf(column, variant),
    sizeWords(found, column),
    all ? wholeWord(found, view.result.replications, column) : verdictWord(found),
  ]);
  const width = (i: number): number => Math.max(0, ...cells.map((row) => lengthOf(row[i]!)));
  const widths = [0, 1, 2, 3].map(width);
  const isNarrow = widths.reduce((sum, one) => sum + one, 0) + 22 > columns;
  return cells.map(([name, from, to, size, word], i) => {
    const values = `${right(from!, widths[1]!)} to ${right(to!, widths[2]!)}`;
    const between = isNarrow ? `${values}  ${size}` : `${values}  ${left(size!, widths[3]!)}`;
    const figures = `  ${left(name!, widths[0]!)}  ${between}`;
    const row = `${figures}  ${word}`.trimEnd();
    const { verdict } = some[i]!.found;
    const tone = verdict === 'worse' ? paint.red : verdict === 'same' ? paint.dim : same;
    if (!all || lengthOf(row) <= columns) return [tone(row)];
    return [figures.trimEnd(), ...wrapped(word!, INDENT, INDENT, columns)].map(tone);
  });
}

const same = (text: string): string => text;

/** Of words about a difference that have no room beside it. */
const INDENT = '      ';

/** A value; for a single run, with the interval from its batches. */
function valueWords(view: View, column: Column, variant: VariantResult): string {
  const { value, ci95, from } = column.pick(variant);
  if (view.result.replications > 1 || from !== 'batches' || value === null)
    return oneLine(cellText(column, variant));
  return oneLine(formatWithInterval(value, ci95, column.unit));
}

/** The verdict with its margin, or with what would decide. */
function wholeWord(found: Difference, replications: number, { unit }: Column): string {
  const { verdict, difference } = found;
  if (verdict === 'same')
    return difference === null ? verdict : sameWords(found, unit, replications);
  return verdict === 'unknown' ? openWords(found, replications, unit) : verdict;
}

/** The interval of the difference; without one the difference. */
function sizeWords({ difference, interval }: Difference, { unit }: Column): string {
  if (difference === null) return '';
  return oneLine(
    interval === null
      ? formatDifference(difference, unit)
      : formatInterval(difference, interval, unit),
  );
}

function verdictWord(found: Difference): string {
  const { verdict } = found;
  if (verdict === 'better' || verdict === 'worse') return verdict;
  return verdict === 'same' ? 'same' : isOpen(found) ? 'undecided' : '';
}

const sameName = ({ name }: Found): string => name;

/** A figure that is undecided, and what would decide. */
function openName({ name, found: { runsToDecide, leaning } }: Found): string {
  const runs = decidingWords(runsToDecide ?? null, 'more runs do not help').replace(
    'replications would decide',
    'runs',
  );
  return `${name} (${leaning === undefined ? '' : `${leaning}?, `}${runs})`;
}

/** As many names as a line has room for, and the number of the others; null without any. */
function inLine(label: string, names: readonly string[], columns: number): string | null {
  if (names.length === 0) return null;
  for (let kept = names.length; kept > 0; kept--) {
    const rest = names.length - kept;
    const text = `  ${label}: ${names.slice(0, kept).join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
    if (lengthOf(text) <= columns) return text;
  }
  return `  ${label}: ${plural(names.length, 'figure')}`;
}
