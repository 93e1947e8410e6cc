import type { VariantResult } from '../contracts/result/result.js';
import { winnerOf, type Winner } from './best.js';
import type { Column } from './column.js';
import { cellText, slowColumn, latencyColumns, outcomeColumns } from './columns.js';
import { openWords } from './deciding-words.js';
import { differenceOf } from './difference.js';
import { listed } from './format.js';
import { loadGroups, referenceOf, withLoadOf } from './reference.js';
import { sameWords } from './same-words.js';
import { left, lengthOf, right, type Paint } from './text-table.js';
import { formatDifference, formatInterval, formatWithInterval } from '../text/figures.js';
import { oneLine } from '../text/line.js';
import type { View } from './view.js';
import { wrapped } from './wrap.js';

interface Options {
  readonly paint: Paint;
  readonly columns: number;
}

/** Every metric with the values of all variants and their differences. */
export function everyMetric(view: View, options: Options): string[] {
  const columns = [
    ...outcomeColumns(view),
    ...slowColumn(view),
    ...latencyColumns(view, 'successLatency'),
    ...latencyColumns(view, 'latency'),
  ];
  if (view.result.variants.length > 1)
    return columns.flatMap((column) => ['', ...metricLines(view, column, options)]);
  const [only] = view.result.variants;
  const names = columns.map(({ head, of }) => oneLine(`${head} ${of}`.trim()));
  const width = Math.max(...names.map(lengthOf));
  return [
    '',
    ...columns.map(
      (column, i) => `  ${left(names[i]!, width)}  ${valueWords(view, column, only!)}`,
    ),
  ];
}

function metricLines(view: View, column: Column, { paint, columns }: Options): string[] {
  const { variants } = view.result;
  const groups = loadGroups(view).map((group) => ({
    group,
    winner: winnerOf(view, column, group),
  }));
  const values = variants.map((variant) => valueWords(view, column, variant));
  const names = variants.map((variant) => oneLine(variant.name));
  const nameWidth = Math.max(...names.map(lengthOf));
  const valueWidth = Math.max(...values.map(lengthOf));
  const best = groups.flatMap(({ group, winner }) =>
    winner !== null && winner.names.length < group.length ? winner.names : [],
  );
  const winning = winningWords(view, groups);
  const head = `${column.head} ${column.of}`.trim();
  const rows = variants.flatMap((variant, i) => {
    const name = left(names[i]!, nameWidth);
    const value = right(values[i]!, valueWidth);
    const isBest = best.includes(variant.name);
    const shown = isBest ? paint.bold(value) : value;
    const difference = differenceWords(view, column, variant, paint);
    const row = `  ${name}  ${value}   ${difference.size}`.trimEnd();
    const shownRow = `  ${name}  ${shown}   ${difference.size}`.trimEnd();
    if (difference.words === '') return [shownRow];
    if (lengthOf(row) + 2 + lengthOf(difference.words) <= columns)
      return [`${shownRow}  ${difference.tone(difference.words)}`];
    return [shownRow, ...wrapped(difference.words, INDENT, INDENT, columns).map(difference.tone)];
  });
  return [
    ...wrapped(winning === '' ? head : `${head} (${winning})`, '', '  ', columns).map(paint.bold),
    ...rows,
  ];
}

/** Of words about a difference that have no room beside it. */
const INDENT = '      ';

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
  if (winner.ahead !== null) return `best in each run: ${oneLine(winner.ahead)}, but too few runs`;
  if (names.length === variants.length) return winner.alike ? 'all alike' : 'undecided';
  if (names.length === 1) return `best: ${names[0]!}`;
  if (winner.alike) return `best: ${listed(names)}, alike`;
  return `best: ${names.join(' or ')}, undecided`;
}

/** The difference with its interval, and its verdict in words. */
interface Beside {
  readonly size: string;
  readonly words: string;
  readonly tone: (text: string) => string;
}

function differenceWords(view: View, column: Column, variant: VariantResult, paint: Paint): Beside {
  const { dim } = paint;
  const only = (words: string, tone = dim): Beside => ({ size: '', words, tone });
  if (view.result.variants.length === 1) return only('');
  if (variant.name === view.baseline.name) return only('baseline');
  const found = differenceOf(view, column, variant);
  const { difference, interval, verdict, margin, otherLoad } = found;
  if (otherLoad === true)
    return only(withLoadOf(view, variant).length > 1 ? 'first with its load' : 'other load');
  const { replications } = view.result;
  if (difference === null) {
    if (verdict === 'better' || verdict === 'worse') return only(verdict, (text) => text);
    const open = found.leaning === undefined ? '' : openWords(found, replications, column.unit);
    return only(open === '' ? 'not comparable' : open);
  }
  if (difference === 0 && verdict === 'same') return only('no difference');
  const { unit } = column;
  const size = right(oneLine(formatDifference(difference, unit, interval)), 10);
  const ends = interval === null ? '' : oneLine(formatInterval(difference, interval, unit));
  const reference = referenceOf(view, variant);
  const to = reference === view.baseline ? '' : ` (to ${oneLine(reference.name)})`;
  const word =
    verdict === 'same'
      ? sameWords(difference, margin, unit)
      : verdict === 'unknown'
        ? openWords(found, replications, unit)
        : verdict;
  const tone =
    verdict === 'worse' ? paint.red : verdict === 'better' ? (text: string) => text : dim;
  return { size: `${size}  ${left(ends, 24)}`.trimEnd(), words: `${word}${to}`.trim(), tone };
}
