import { foldWords } from '../../text/fold.js';
import { oneLine } from '../../text/line.js';
import type { Paint } from './text-table.js';

/** Lines of whole words; a word that is wider than the line keeps its length. */
export function wrapped(text: string, first: string, rest: string, columns: number): string[] {
  return foldWords(oneLine(text), { first, rest, width: columns, most: Infinity });
}

/** Sentences beside a dim label; on one line where `columns` is Infinity. */
export function labelled(label: string, text: string, columns: number, paint: Paint): string[] {
  const first = `  ${label}  `;
  const rest = ' '.repeat(first.length);
  const lines = columns === Infinity ? [first + text] : wrapped(text, first, rest, columns);
  return lines.map((line, i) =>
    i === 0 ? `  ${paint.dim(label)}  ${line.slice(first.length)}` : line,
  );
}
