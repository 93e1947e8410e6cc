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

/** Lines of a text that fit a width, broken at spaces; a longer word gets its own line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let now = '';
  for (const word of text.split(' ')) {
    if (now !== '' && lengthOf(now) + 1 + lengthOf(word) > width) {
      lines.push(now);
      now = word;
    } else {
      now = now === '' ? word : `${now} ${word}`;
    }
  }
  return [...lines, now];
}
