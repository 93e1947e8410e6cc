import { plural } from '../../text/words.js';
import { oneLine } from '../../text/line.js';
import { left, lengthOf, right } from '../lines/text-table.js';
import { caseAt, figuresOf, hasBudgets, placed, valueText, type SweepView } from './cases.js';
import { figureColumns, settingColumns, type SettingColumn } from './columns.js';
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
import { orderedEntries } from './order.js';

/** Most rows of a table along one axis, and most settings of a list of the best. */
const ROWS = 40;
const BEST = 10;
/** Most left-out columns that are named. */
const NAMED = 4;
/** Most characters of a line of a name, of a value of an axis, and of a metric's head; longer ones have several lines. */
const NAME = 16;
const VALUE = 24;
const HEAD = 34;

/** Columns under one head, one for each variant. */
interface Group {
  readonly head: string;
  readonly columns: readonly {
    readonly head: readonly string[];
    readonly cells: readonly Cell[];
  }[];
}

/**
 * A table along the only axis: rows are its values, columns are variants by metric, with intervals where they fit.
 */
export function axisTables(view: SweepView, options: SweepTextOptions): string[][] {
  const { variants, cases } = view.result;
  const axis = view.free[0]!;
  return blocksOf(options, {
    names: view.axisNames[axis]!,
    texts: cases.map(({ at }) => valueText(view, axis, at)),
    groupsOf: (rows, whole) =>
      figureColumns(view).map((kind) => ({
        head: headOf(kind),
        columns: variants.map((name) => ({
          head: variants.length > 1 ? folded(name, NAME) : [],
          cells: rows.map((row) => cellOf(view, kind, name, cases[row]!.at, whole)),
        })),
      })),
  });
}

/** A table for each variant: first of the budgets, then of each metric; rows are the first axis, columns the second one. */
export function matrices(view: SweepView, options: SweepTextOptions): string[][] {
  const { variants, axes } = view.result;
  const [first, second] = view.free as [number, number];
  const texts = (axis: number): string[] => axes[axis]!.values.map(({ text }) => oneLine(text));
  return figureColumns(view).flatMap((kind) =>
    variants.flatMap((name) => {
      const what = kind.kind === 'budgets' ? 'budgets held' : kind.head;
      const table = {
        names: `${view.axisNames[first]!} \\ ${view.axisNames[second]!}`,
        texts: texts(first),
        groupsOf: (rows: readonly number[]): Group[] => [
          {
            head: variants.length > 1 ? `${what}, ${name}` : what,
            columns: texts(second).map((text, c) => ({
              head: folded(text, VALUE),
              cells: rows.map((r) => cellOf(view, kind, name, placed(view, view.free, [r, c]))),
            })),
          },
        ],
      };
      return blocksOf(options, table, texts(second));
    }),
  );
}

function cellOf(
  view: SweepView,
  kind: SettingColumn,
  name: string,
  at: readonly number[],
  whole = false,
): Cell {
  const one = caseAt(view, at);
  const figures = figuresOf(one, name);
  return cellIn(kind, one === null || figures === null ? null : { case: one, figures }, whole);
}

/**
 * A table in as many blocks as its width needs, with whole figures where they fit in one. Of `named` columns, those that
 * have no room are left out instead.
 */
function blocksOf(
  options: SweepTextOptions,
  table: {
    readonly names: string;
    /** The name of each row. */
    readonly texts: readonly string[];
    readonly groupsOf: (rows: readonly number[], whole: boolean) => Group[];
  },
  named: readonly string[] = [],
): string[][] {
  const limit = options.whole === true ? Infinity : options.columns;
  const rows = thinned(table.texts.length, options.whole === true ? Infinity : ROWS);
  const labels = rows.map((row) => folded(table.texts[row]!, VALUE));
  const corner = folded(table.names, VALUE);
  const head = Math.max(widthOf(corner), ...labels.map(widthOf));
  const room = limit - head - 2;
  const wide = packed(table.groupsOf(rows, true), room);
  const narrow = table.groupsOf(rows, false);
  const thin = named.length === 0 ? null : fitting(narrow[0]!, room);
  const blocks = wide.length === 1 ? wide : packed(thin === null ? narrow : [thin.group], room);
  const left = wide.length === 1 ? [] : named.filter((_, c) => thin?.kept.includes(c) === false);
  const missing = table.texts.length - rows.length;
  const notes = [
    ...(missing > 0 ? [plural(missing, 'value')] : []),
    ...(left.length > 0
      ? [`${plural(left.length, 'column')}${left.length > NAMED ? '' : ` (${left.join(', ')})`}`]
      : []),
  ];
  return blocks.map((groups, b) => {
    const lines = blockLines(groups, { corner, labels, head, limit }, options);
    const isLast = b === blocks.length - 1;
    if (isLast && notes.length > 0)
      for (const text of folded(`... left out: ${notes.join('; ')}`, limit - 2))
        lines.push(`  ${options.paint.dim(text)}`);
    return lines;
  });
}

/** The columns of a group that have room, evenly spread, by their indices. */
function fitting(
  group: Group,
  room: number,
): { readonly kept: readonly number[]; readonly group: Group } {
  const count = group.columns.length;
  for (let most = count; ; most--) {
    const kept = thinned(count, most);
    const thin = { ...group, columns: kept.map((c) => group.columns[c]!) };
    if (most <= 1 || groupWidth(thin) <= room) return { kept, group: thin };
  }
}

/** The best settings in a table: those that hold all budgets first, then by the first metric with a direction. */
export function bestTable(view: SweepView, options: SweepTextOptions): string[] {
  const { paint } = options;
  const { entries, by } = orderedEntries(view);
  const shown = entries.slice(0, options.whole === true ? Infinity : BEST);
  const columns = settingColumns(view);
  const heads = columns.map(headOf);
  const rows = shown.map((row): TextCell[] =>
    columns.map((column) => {
      const { text, tone } = cellIn(column, row);
      if (column.kind === 'axis') return textCell(column.cell(row).text, VALUE);
      if (column.kind === 'variant') return textCell(row.figures.name, NAME);
      return { lines: [text], tone };
    }),
  );
  const widths = heads.map((text, i) =>
    Math.max(wordWidth(text, HEAD), ...rows.map((row) => widthOf(row[i]!.lines))),
  );
  const limit = options.whole === true ? Infinity : options.columns;
  let kept = 0;
  for (let room = limit - 2; kept < heads.length && room >= widths[kept]!; kept++)
    room -= widths[kept]! + 2;
  const side = (i: number): 'left' | 'right' =>
    columns[i]!.kind === 'axis' || columns[i]!.kind === 'variant' ? 'left' : 'right';
  const lineOf = (cells: readonly Cell[]): string =>
    `  ${cells
      .slice(0, kept)
      .map((cell, i) => painted(cell, widths[i]!, paint, side(i)))
      .join('  ')}`.trimEnd();
  const lines = [
    ...folded(listName(view, shown.length, entries.length, by), limit - 2).map(
      (text) => `  ${paint.bold(text)}`,
    ),
    ...headRows(heads.map((text, i) => folded(text, widths[i]!))).map((texts) =>
      lineOf(texts.map((text) => ({ text, tone: 'faint' }))),
    ),
    ...rows.flatMap((row) => {
      const height = Math.max(...row.map((cell) => cell.lines.length));
      return Array.from({ length: height }, (_, at) =>
        lineOf(row.map(({ lines: own, tone }) => ({ text: own[at] ?? '', tone }))),
      );
    }),
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

/** A cell of several lines. */
interface TextCell {
  readonly lines: readonly string[];
  readonly tone: Cell['tone'];
}

function textCell(text: string, limit: number): TextCell {
  return { lines: folded(text, limit), tone: 'plain' };
}

/** The name of a column; those of the program are in small letters. */
function headOf({ kind, head }: SettingColumn): string {
  return kind === 'variant' || kind === 'budgets' ? head.toLowerCase() : head;
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
  return Math.max(widthOf(column.head) + 1, ...column.cells.map(({ text }) => lengthOf(text)));
}

function groupWidth(group: Group): number {
  const cells = group.columns.reduce((sum, column) => sum + columnWidth(column) + 2, 0);
  return Math.max(cells, wordWidth(group.head, HEAD) + 2);
}

function blockLines(
  groups: readonly Group[],
  table: {
    readonly corner: readonly string[];
    readonly labels: readonly (readonly string[])[];
    readonly head: number;
    readonly limit: number;
  },
  { paint }: SweepTextOptions,
): string[] {
  const { corner, labels, head, limit } = table;
  const isNamed = groups.some((group) => group.columns.some((column) => column.head.length > 0));
  const widths = groups.map((group) => Math.min(groupWidth(group), limit - head - 2) - 2);
  const heads = groups.map((group, g) => folded(group.head, Math.max(widths[g]!, 8)));
  const headOf = (text: string, g: number): string =>
    `  ${isNamed || groups[g]!.columns.length > 1 ? left(text, widths[g]!) : right(`${text} `, widths[g]!)}`;
  const rowOf = (columns: readonly Cell[]): string => {
    let at = 0;
    return groups
      .map((group) => {
        const texts = group.columns.map(
          (column) => `  ${painted(columns[at++]!, columnWidth(column), paint, 'right')}`,
        );
        const bare = group.columns.reduce((sum, column) => sum + columnWidth(column) + 2, 0);
        const rest = ' '.repeat(groupWidth(group) - bare);
        return isNamed ? texts.join('') + rest : rest + texts.join('');
      })
      .join('');
  };
  const columns = groups.flatMap((group) => group.columns);
  const names = headRows([corner, ...columns.map((column) => column.head)]);
  const groupHeads = isNamed ? headRows([[], ...heads]) : headRows([corner, ...heads]);
  const faint = (text: string): Cell => ({ text: `${text} `, tone: 'faint' });
  return [
    ...groupHeads.map(
      ([first, ...texts]) =>
        `  ${paint.dim(left(first!, head))}${paint.dim(texts.map(headOf).join(''))}`,
    ),
    ...(isNamed ? names : []).map(
      ([first, ...texts]) => `  ${paint.dim(left(first!, head))}${rowOf(texts.map(faint))}`,
    ),
    ...labels.flatMap(([first, ...rest], i) => [
      `  ${left(first!, head)}${rowOf(columns.map((column) => column.cells[i]!))}`,
      ...rest.map((text) => `  ${text}`),
    ]),
  ].map((text) => text.trimEnd());
}
