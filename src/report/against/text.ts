import type { AgainstResult, AgainstVariant } from '../../contracts/result/against.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { columnsOf, headingLines, left } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { budgetCells, cellsOf, factsOf, headsOf, notesOf, sentenceOf, tabledOf } from './words.js';

/** The verdict in a sentence, and a table of the figures of both sides. */
export function againstText(read: AgainstResult, options: SummaryOptions): Lines {
  const result = oneLineTexts(read) as AgainstResult;
  const { columns, paint, file } = options;
  const tables = tabledOf(result);
  const blocks = tables.flatMap((variant) => [
    '',
    ...(result.variants.length > 1 ? [paint.bold(titleOf(variant))] : []),
    ...tableOf(result, variant, options),
  ]);
  const notes = notesOf(result).flatMap((note) => wrapped(note, '', '', columns).map(paint.dim));
  return asLines([
    ...wrapped(sentenceOf(result), '', '', columns).map(paint.bold),
    ...headingLines(oneLine(file), [factsOf(result)], { columns, paint }).map(paint.dim),
    ...blocks,
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ]);
}

function titleOf({ name, replications }: AgainstVariant): string {
  return `${name} (${plural(replications, 'replication')})`;
}

function tableOf(
  result: AgainstResult,
  variant: AgainstVariant,
  { columns, paint }: SummaryOptions,
): readonly string[] {
  const rows = [headsOf(result), ...variant.rows.map(cellsOf)];
  const widths = columnsOf(rows);
  const text = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => left(cell, widths[i]!)).join('  ')}`.trimEnd();
  const budgets = budgetCells(variant);
  const lines = rows.map((cells, i) => (i === 0 ? paint.dim(text(cells)) : text(cells)));
  if (budgets === null) return lines;
  const [head, there, here, moved, verdict] = budgets;
  // Texts of budgets are wider than figures: they have lines of their own.
  return [
    ...lines,
    text([head!, there!, here!, '', verdict!]),
    ...(moved === '–' ? [] : wrapped(moved!, '    ', '    ', columns)),
  ];
}
