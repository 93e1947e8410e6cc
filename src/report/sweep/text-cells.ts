import type { TextOptions } from '../lines/text-folded.js';
import { oneLine } from '../../text/line.js';
import { left, lengthOf, right, type Paint } from '../lines/text-table.js';
import { NOT_RUN, type SettingCell, type SettingColumn } from './columns.js';
import type { Row } from './order.js';

/** Inputs of the terminal summary besides the result; the wall time may be left out. */
export type SweepTextOptions = Omit<TextOptions, 'wall'> & { readonly wall?: string | null };

/** A cell of a table in the terminal. */
export interface Cell {
  readonly text: string;
  readonly tone: 'plain' | 'bad' | 'best' | 'faint';
}

/**
 * The cell of a column: a figure, with its interval if it is `whole`, else after a `~` if that is wide; then `!` if a
 * budget or the expectation fails, `?` if one is undecided, else a space.
 */
export function cellIn(column: SettingColumn, row: Row | null, isWhole = false): Cell {
  const cell = row === null ? null : column.cell(row);
  if (cell === null || cell.text === NOT_RUN) return { text: NOT_RUN, tone: 'faint' };
  const { text, full, isMissing, isLoose, mark } = cell;
  const end = mark === 'fail' ? '!' : mark === 'open' ? '?' : ' ';
  if (isMissing) {
    const word = text.startsWith('stopped: ') ? 'stopped' : text;
    return { text: word + end, tone: text === 'never' ? 'bad' : 'faint' };
  }
  return {
    text: `${isWhole ? full : `${isLoose ? '~' : ''}${text}`}${end}`,
    tone: toneOf(column, cell),
  };
}

function toneOf({ kind }: SettingColumn, { verdict }: SettingCell): Cell['tone'] {
  if (kind === 'metric') return 'plain';
  return verdict === 'fail' ? 'bad' : kind === 'budgets' && verdict === 'pass' ? 'best' : 'plain';
}

/** A cell aligned to the right or left end of its column, in its tone. */
export function painted(cell: Cell, width: number, paint: Paint, side: 'left' | 'right'): string {
  const text = side === 'right' ? right(cell.text, width) : left(cell.text, width);
  if (cell.tone === 'bad') return paint.red(text);
  if (cell.tone === 'best') return paint.bold(text);
  return cell.tone === 'faint' ? paint.dim(text) : text;
}

/** Indices of at most `room` of `count` items, spread evenly, with both ends. */
export function thinned(count: number, room: number): number[] {
  const kept = Math.max(1, Math.min(count, room));
  if (kept === 1) return count === 0 ? [] : [0];
  return Array.from({ length: kept }, (_, i) => Math.round((i * (count - 1)) / (kept - 1)));
}

/**
 * Lines of a name that fit a width, with every character of it: broken at spaces, and within a longer word after a dot,
 * a dash or another sign. A name that is cut could be that of another fault or setting.
 */
export function folded(name: string, width: number): string[] {
  const words = oneLine(name)
    .split(' ')
    .flatMap((word) =>
      lengthOf(word) <= width ? [word] : joined(partsOf(word, width), '', width),
    );
  return joined(words, ' ', width);
}

/** Width of the longest word of a name, at most a limit: no narrower column shows it with its words whole. */
export function wordWidth(name: string, most: number): number {
  return Math.min(most, Math.max(...oneLine(name).split(' ').map(lengthOf)));
}

/** Widest of some lines. */
export function widthOf(lines: readonly string[]): number {
  return Math.max(0, ...lines.map(lengthOf));
}

/** Heads of columns, line by line: shorter ones have empty lines above them. */
export function headRows(heads: readonly (readonly string[])[]): string[][] {
  const height = Math.max(0, ...heads.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    heads.map((lines) => lines[row - height + lines.length] ?? ''),
  );
}

function joined(words: readonly string[], between: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines[lines.length - 1];
    const line = last === undefined ? word : `${last}${between}${word}`;
    if (last === undefined || lengthOf(line) > width) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}

/** The parts of a word up to each of its signs; a part that is too wide is cut into several. */
function partsOf(word: string, width: number): string[] {
  return word.split(/(?<=[.,:;=>/_-])/).flatMap((part) => {
    const all = Array.from(part);
    const count = Math.ceil(all.length / width);
    return Array.from({ length: count }, (_, i) => all.slice(i * width, (i + 1) * width).join(''));
  });
}
