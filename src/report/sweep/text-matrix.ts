import { plural } from '../../text/words.js';
import { oneLine } from '../../text/line.js';
import { left, lengthOf, right } from '../text-table.js';
import { caseAt, figuresOf, placed, type SweepView } from './cases.js';
import { figureColumns } from './columns.js';
import {
  cellIn,
  folded,
  headRows,
  painted,
  thinned,
  widthOf,
  wordWidth,
  type Cell,
  type SweepTextOptions,
} from './text-cells.js';

/** Most rows of a matrix on a terminal. */
const ROWS = 24;
/** Most characters of a line of a value of an axis, and of the names of both axes. */
const VALUE = 20;
const NAMES = 34;

/** A matrix for each variant: first of the budgets, then of each metric; rows are the first axis. */
export function matrices(view: SweepView, options: SweepTextOptions): string[][] {
  const { variants } = view.result;
  return figureColumns(view).flatMap((column) =>
    variants.map((name) => {
      const what = column.kind === 'budgets' ? 'budgets held' : column.head;
      return matrix(view, variants.length > 1 ? `${what}, ${name}` : what, options, (at) => {
        const one = caseAt(view, at);
        const figures = figuresOf(one, name);
        return cellIn(column, one === null || figures === null ? null : { case: one, figures });
      });
    }),
  );
}

function matrix(
  view: SweepView,
  name: string,
  options: SweepTextOptions,
  cellOf: (at: readonly number[]) => Cell,
): string[] {
  const { paint } = options;
  const [first, second] = view.free as [number, number];
  const limit = options.whole === true ? Infinity : options.columns;
  const rowTexts = textsOf(view, first);
  const columnTexts = textsOf(view, second);
  const rows = thinned(rowTexts.length, options.whole === true ? Infinity : ROWS);
  const cells = rows.map((r) => columnTexts.map((_, c) => cellOf(placed(view, view.free, [r, c]))));
  const names = `${view.axisNames[first]!} \\ ${view.axisNames[second]!}`;
  const corner = folded(names, lengthOf(names) <= NAMES ? NAMES : wordWidth(names, NAMES));
  const labels = rows.map((r) => folded(rowTexts[r]!, VALUE));
  const columnHeads = columnTexts.map((text) => folded(text, VALUE));
  const head = Math.max(widthOf(corner), ...labels.map(widthOf));
  const isMarked = cells.some((row) => row.some(({ text }) => /[!?]$/.test(text)));
  const shown = isMarked ? cells : cells.map((row) => row.map(unmarked));
  const end = isMarked ? ' ' : '';
  const widths = columnHeads.map((lines, c) =>
    Math.max(widthOf(lines) + end.length, ...shown.map((row) => lengthOf(row[c]!.text))),
  );
  const kept = fitting(widths, limit - head - 2);
  const lines = [
    ...folded(name, limit - 2).map((text) => `  ${paint.bold(text)}`),
    ...headRows([corner, ...kept.map((c) => columnHeads[c]!)]).map(
      ([name, ...texts]) =>
        `  ${paint.dim(left(name!, head))}${texts.map((text, k) => `  ${paint.dim(right(text + end, widths[kept[k]!]!))}`).join('')}`,
    ),
    ...labels.flatMap(([first, ...rest], i) => {
      const texts = kept.map((c) => `  ${painted(shown[i]![c]!, widths[c]!, paint, 'right')}`);
      return [`  ${left(first!, head)}${texts.join('')}`, ...rest.map((text) => `  ${text}`)];
    }),
  ];
  const missing = [leftOut('column', columnTexts, kept), leftOut('row', rowTexts, rows)].filter(
    (text) => text !== '',
  );
  if (missing.length > 0)
    for (const text of folded(`... left out: ${missing.join('; ')}`, limit - 2))
      lines.push(`  ${paint.dim(text)}`);
  return lines.map((text) => text.trimEnd());
}

function textsOf(view: SweepView, axis: number): string[] {
  return view.result.axes[axis]!.values.map(({ text }) => oneLine(text));
}

function unmarked(cell: Cell): Cell {
  return { ...cell, text: cell.text.replace(/ $/, '') };
}

/** Indices of the columns that fit, evenly spread. */
function fitting(widths: readonly number[], room: number): number[] {
  for (let count = widths.length; count > 1; count--) {
    const kept = thinned(widths.length, count);
    if (kept.reduce((sum, c) => sum + widths[c]! + 2, 0) <= room) return kept;
  }
  return thinned(widths.length, 1);
}

/** The number of items left out, and their names if they are few. */
function leftOut(noun: string, texts: readonly string[], kept: readonly number[]): string {
  const missing = texts.filter((_, i) => !kept.includes(i));
  if (missing.length === 0) return '';
  const which = missing.length > NAMED ? '' : ` (${missing.join(', ')})`;
  return plural(missing.length, noun) + which;
}

/** Most left-out columns that are named. */
const NAMED = 4;
