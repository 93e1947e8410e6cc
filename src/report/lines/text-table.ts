import { foldWords } from '../../text/fold.js';
import { oneLine, type Line } from '../../text/line.js';

/** Functions for emphasis: those of picocolors or, without colours, the identity. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
}

/** Width of every column of a table of texts. */
export function columnsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, i) =>
    rows.reduce((width, row) => Math.max(width, lengthOf(row[i]!)), 0),
  );
}

/** Rows of cells as lines, the head dim; `rights`: the columns that end at the right. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { dim }: Pick<Paint, 'dim'>,
  rights: readonly number[] = [],
): string[] {
  const widths = columnsOf(rows);
  return rows.map((cells, row) => {
    const texts = cells.map((cell, k) => (rights.includes(k) ? right : left)(cell, widths[k]!));
    const line = `  ${texts.join('  ').trimEnd()}`;
    return row === 0 ? dim(line) : line;
  });
}

/** A text aligned to the right end of its column. */
export function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - lengthOf(text))) + text;
}

/** A text aligned to the left end of its column. */
export function left(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

/** Indices of the columns that fit a width; those in `dropped` are dropped first, in that order. */
export function fit(
  keys: readonly string[],
  widths: readonly number[],
  room: number,
  dropped: readonly string[],
): number[] {
  let keep = keys.map((_, i) => i);
  const needed = (): number => keep.reduce((sum, i) => sum + widths[i]! + 2, 0);
  for (const key of dropped) {
    if (needed() <= room) return keep;
    keep = keep.filter((i) => keys[i] !== key);
  }
  while (keep.length > 1 && needed() > room) keep.pop();
  return keep;
}

/** Title and facts on one line, or on two if they do not fit; empty facts are left out. */
export function headingLines(
  title: Line,
  facts: readonly string[],
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const rest = oneLine(facts.filter((text) => text !== '').join('   '));
  if (lengthOf(title) + 3 + lengthOf(rest) <= columns)
    return [[paint.bold(title), paint.dim(rest)].join('   ')];
  const fold = (text: string): string[] =>
    lengthOf(text) <= columns
      ? [text]
      : foldWords(text, { first: '', rest: '', width: columns, most: Infinity });
  return [...fold(title).map(paint.bold), ...fold(rest).map(paint.dim)];
}

/** Characters of a text. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
