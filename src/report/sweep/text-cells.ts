import type { SweepFigure, SweepFigures, SweepResult } from '../../spec/result/sweep.js';
import { formatValue, type Unit } from '../../text/figures.js';
import type { TextOptions } from '../text-folded.js';
import { oneLine } from '../../text/line.js';
import { left, lengthOf, right, type Paint } from '../text-table.js';
import { isLoose, budgetStatusOf, tallyOf, wordOf } from './cases.js';

/** Inputs of the terminal summary besides the result; the wall time may be left out. */
export type SweepTextOptions = Omit<TextOptions, 'wall'> & { readonly wall?: string | null };

/** A cell of a table in the terminal. */
export interface Cell {
  readonly text: string;
  readonly tone: 'plain' | 'bad' | 'best' | 'faint';
}

/** A setting at which a variant was not run. */
export const NOT_RUN: Cell = { text: '·', tone: 'faint' };

/** The mark after a figure: `!` if a budget fails, `?` if one is undecided, else a space. */
export function markOf(result: SweepResult, figures: SweepFigures): string {
  const status = budgetStatusOf(result, figures);
  return status === 'fails' ? '!' : status === 'undecided' ? '?' : ' ';
}

/** A figure without its interval, after a `~` if that is wide, and before a mark for the budgets. */
export function figureCell(
  result: SweepResult,
  figures: SweepFigures,
  figure: SweepFigure,
  unit: Unit,
): Cell {
  const word = wordOf(figures, figure);
  const text =
    word === null
      ? `${isLoose(figure, unit) ? '~' : ''}${formatValue(figure.value, unit)}`
      : figures.stop === null
        ? word
        : 'stopped';
  const tone = word === 'never' ? 'bad' : word === null ? 'plain' : 'faint';
  return { text: oneLine(text) + markOf(result, figures), tone };
}

/** Budgets that hold, out of how many: `2/3!`. */
export function tallyCell(result: SweepResult, figures: SweepFigures): Cell {
  const status = budgetStatusOf(result, figures);
  const { held, of } = tallyOf(result, figures);
  if (status === 'stopped') return { text: 'stopped ', tone: 'faint' };
  if (status === 'unjudged') return { text: '– ', tone: 'faint' };
  const tone = status === 'holds' ? 'best' : status === 'fails' ? 'bad' : 'plain';
  return { text: `${held}/${of}${markOf(result, figures)}`, tone };
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
