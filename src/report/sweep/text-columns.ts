import type { SweepFigures } from '../../spec/result/sweep.js';
import { formatWithInterval } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { cut, shorten } from '../html-escape.js';
import { oneLine } from '../../text/line.js';
import { left, lengthOf, right } from '../text-table.js';
import {
  expectText,
  figuresOf,
  hasBudgets,
  unitOf,
  valueText,
  wordOf,
  type SweepView,
} from './cases.js';
import {
  figureCell,
  markOf,
  NOT_RUN,
  painted,
  tallyCell,
  thinned,
  type Cell,
  type SweepTextOptions,
} from './text-cells.js';
import { orderedEntries } from './order.js';

/** Most rows of a table along one axis, and most settings of a list of the best. */
const ROWS = 40;
const BEST = 10;
/** Most characters of a name, of a value of an axis, and of a metric's head. */
const NAME = 16;
const VALUE = 24;
const HEAD = 34;

/** Columns under one head, one for each variant. */
interface Group {
  readonly head: string;
  readonly columns: readonly { readonly head: string; readonly cells: readonly Cell[] }[];
}

/**
 * A table along the only axis: rows are its values, columns are variants by metric, with intervals where they fit.
 */
export function axisTables(view: SweepView, options: SweepTextOptions): string[][] {
  const { result } = view;
  const axis = view.free[0]!;
  const limit = options.whole === true ? Infinity : options.columns;
  const cases = thinned(result.cases.length, options.whole === true ? Infinity : ROWS).map(
    (i) => result.cases[i]!,
  );
  const labels = cases.map((one) => shorten(oneLine(valueText(view, axis, one.at)), VALUE));
  const corner = shorten(view.axisNames[axis]!, VALUE);
  const head = Math.max(lengthOf(corner), ...labels.map(lengthOf));
  const groupsOf = (whole: boolean): Group[] =>
    kindsOf(view, whole).map((kind) => ({
      head: kind.head,
      columns: result.variants.map((name) => ({
        head: result.variants.length > 1 ? shorten(name, NAME) : '',
        cells: cases.map((one) => {
          const figures = figuresOf(one, name);
          return figures === null ? NOT_RUN : kind.cell(figures);
        }),
      })),
    }));
  const wide = packed(groupsOf(true), limit - head - 2);
  const blocks = wide.length === 1 ? wide : packed(groupsOf(false), limit - head - 2);
  const missing = result.cases.length - cases.length;
  return blocks.map((groups, b) => {
    const lines = blockLines(groups, { corner, labels, head, limit }, options);
    const isLast = b === blocks.length - 1;
    if (isLast && missing > 0)
      lines.push(`  ${options.paint.dim(`... ${plural(missing, 'value')} left out`)}`);
    return lines;
  });
}

/** The best settings in a table: those that hold all budgets first, then by the first metric with a direction. */
export function bestTable(view: SweepView, options: SweepTextOptions): string[] {
  const { result } = view;
  const { paint } = options;
  const { entries, by } = orderedEntries(view);
  const shown = entries.slice(0, options.whole === true ? Infinity : BEST);
  const judged = hasBudgets(result);
  const several = result.variants.length > 1;
  const heads = [
    ...view.free.map((axis) => view.axisNames[axis]!),
    ...(several ? ['variant'] : []),
    ...(judged ? ['budgets'] : []),
    ...result.metrics.map((metric) => metric.text),
  ].map((text) => shorten(oneLine(text), HEAD));
  const rows = shown.map(({ case: one, figures }): Cell[] => [
    ...view.free.map((axis) => textCell(valueText(view, axis, one.at), VALUE)),
    ...(several ? [textCell(figures.name, NAME)] : []),
    ...(judged ? [tallyCell(result, figures)] : []),
    ...result.metrics.map((metric, m) => {
      const figure = figures.figures[m];
      return figure === undefined ? NOT_RUN : figureCell(result, figures, figure, unitOf(metric));
    }),
  ]);
  const widths = heads.map((text, i) =>
    Math.max(lengthOf(text), ...rows.map((row) => lengthOf(row[i]!.text))),
  );
  const limit = options.whole === true ? Infinity : options.columns;
  let kept = 0;
  for (let room = limit - 2; kept < heads.length && room >= widths[kept]!; kept++)
    room -= widths[kept]! + 2;
  const fixed = view.free.length + (several ? 1 : 0);
  const side = (i: number): 'left' | 'right' => (i < fixed ? 'left' : 'right');
  const lineOf = (cells: readonly Cell[]): string =>
    `  ${cells
      .slice(0, kept)
      .map((cell, i) => painted(cell, widths[i]!, paint, side(i)))
      .join('  ')}`.trimEnd();
  const lines = [
    `  ${paint.bold(cut(listName(view, shown.length, entries.length, by), limit - 2))}`,
    lineOf(heads.map((text) => ({ text, tone: 'faint' }))),
    ...rows.map(lineOf),
  ];
  if (kept < heads.length)
    lines.push(`  ${paint.dim(`... ${plural(heads.length - kept, 'column')} left out`)}`);
  return lines;
}

function listName(view: SweepView, shown: number, all: number, by: string | null): string {
  const several = view.result.variants.length > 1 ? ', by variant' : '';
  const first = hasBudgets(view.result) ? 'what holds all budgets first' : '';
  const order = [first, by === null ? '' : `by ${by}`]
    .filter((text) => text !== '')
    .join(', then ');
  const which = order === '' ? 'Settings' : 'Best settings';
  return `${which}${several}: ${shown} of ${all}${order === '' ? '' : `; ${order}`}`;
}

function textCell(text: string, limit: number): Cell {
  return { text: shorten(oneLine(text), limit), tone: 'plain' };
}

/** The kinds of columns: the expectation of a bisection, the budgets, each metric. */
function kindsOf(
  view: SweepView,
  whole: boolean,
): { readonly head: string; readonly cell: (figures: SweepFigures) => Cell }[] {
  const { result } = view;
  const expected =
    result.sweep.expect === null ? [] : [{ head: result.sweep.expect, cell: expectCell }];
  const judged = hasBudgets(result)
    ? [{ head: 'budgets', cell: (figures: SweepFigures) => tallyCell(result, figures) }]
    : [];
  const metrics = result.metrics.map((metric, m) => ({
    head: metric.text,
    cell: (figures: SweepFigures): Cell => {
      const figure = figures.figures[m];
      if (figure === undefined) return NOT_RUN;
      if (!whole || wordOf(figures, figure) !== null)
        return figureCell(result, figures, figure, unitOf(metric));
      const text = oneLine(formatWithInterval(figure.value!, figure.ci95, unitOf(metric)));
      return { text: text + markOf(result, figures), tone: 'plain' };
    },
  }));
  return [...expected, ...judged, ...metrics];
}

function expectCell({ expect, stop }: SweepFigures): Cell {
  if (stop !== null) return { text: 'stopped ', tone: 'faint' };
  if (expect === null) return NOT_RUN;
  const mark = expect.verdict === 'fail' ? '!' : expect.verdict === 'pass' ? ' ' : '?';
  return {
    text: oneLine(expectText(expect)) + mark,
    tone: expect.verdict === 'fail' ? 'bad' : 'plain',
  };
}

/** Distributes groups over as many blocks as the width requires. A group that is too wide on its own is split. */
function packed(groups: readonly Group[], room: number): Group[][] {
  const blocks: Group[][] = [];
  let used = 0;
  for (const group of groups.flatMap((each) => split(each, room))) {
    const width = groupWidth(group);
    if (blocks.length === 0 || used + width > room) {
      blocks.push([]);
      used = 0;
    }
    blocks[blocks.length - 1]!.push(group);
    used += width;
  }
  return blocks;
}

function split(group: Group, room: number): Group[] {
  if (groupWidth(group) <= room || group.columns.length === 1) return [group];
  const half = Math.ceil(group.columns.length / 2);
  return [group.columns.slice(0, half), group.columns.slice(half)].flatMap((columns) =>
    split({ ...group, columns }, room),
  );
}

function columnWidth(column: Group['columns'][number]): number {
  return Math.max(lengthOf(column.head) + 1, ...column.cells.map(({ text }) => lengthOf(text)));
}

function groupWidth(group: Group): number {
  const cells = group.columns.reduce((sum, column) => sum + columnWidth(column) + 2, 0);
  return Math.max(cells, Math.min(HEAD, lengthOf(oneLine(group.head))) + 2);
}

function blockLines(
  groups: readonly Group[],
  table: {
    readonly corner: string;
    readonly labels: readonly string[];
    readonly head: number;
    readonly limit: number;
  },
  { paint }: SweepTextOptions,
): string[] {
  const { corner, labels, head, limit } = table;
  const isNamed = groups.some((group) => group.columns.some((column) => column.head !== ''));
  const heads = groups.map((group) => {
    const width = Math.min(groupWidth(group), limit - head - 2) - 2;
    const text = shorten(oneLine(group.head), Math.max(width, 8));
    return `  ${isNamed || group.columns.length > 1 ? left(text, width) : right(`${text} `, width)}`;
  });
  const rowOf = (cellOf: (column: Group['columns'][number]) => Cell): string =>
    groups
      .map((group) => {
        const texts = group.columns.map(
          (column) => `  ${painted(cellOf(column), columnWidth(column), paint, 'right')}`,
        );
        const bare = group.columns.reduce((sum, column) => sum + columnWidth(column) + 2, 0);
        return (
          ' '.repeat(isNamed ? 0 : groupWidth(group) - bare) +
          texts.join('') +
          ' '.repeat(isNamed ? groupWidth(group) - bare : 0)
        );
      })
      .join('');
  const lines = [`  ${paint.dim(left(isNamed ? '' : corner, head))}${paint.dim(heads.join(''))}`];
  if (isNamed)
    lines.push(
      `  ${paint.dim(left(corner, head))}${rowOf((column) => ({ text: `${column.head} `, tone: 'faint' }))}`,
    );
  labels.forEach((text, i) => {
    lines.push(`  ${left(text, head)}${rowOf((column) => column.cells[i]!)}`);
  });
  return lines.map((text) => text.trimEnd());
}
