import type { DriftResult } from '../../contracts/result/drift.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { columnsOf, headingLines, left, type Paint } from '../lines/text-table.js';
import { wrapped } from '../lines/wrap.js';
import { answerWords, figureRows, noteWords, settingRows } from './words.js';

/** Inputs of the summary besides the result. */
export interface DriftTextOptions {
  readonly file: string;
  readonly columns: number;
  readonly paint: Paint;
}

/** The differences between a scenario and what is deployed and measured. */
export function driftText(read: DriftResult, { file, columns, paint }: DriftTextOptions): Lines {
  const result = oneLineTexts(read) as DriftResult;
  const { scenario, variant, settings, figures } = result;
  const tables = [
    settings === null || settings.drifted.length === 0 ? [] : settingRows(settings.drifted),
    figures === null || figures.drifted.length === 0 ? [] : figureRows(figures.drifted),
  ].filter((rows) => rows.length > 0);
  return asLines([
    ...wrapped(answerWords(result), '', '', columns).map(paint.bold),
    ...headingLines(oneLine(scenario.title), [`${file}   variant ${variant}`], {
      columns,
      paint,
    }).map(paint.dim),
    ...tables.flatMap((rows) => ['', ...table(rows, paint)]),
    ...noteWords(result).flatMap((note) => ['', ...wrapped(note, '', '', columns).map(paint.dim)]),
  ]);
}

function table(rows: readonly (readonly string[])[], paint: Paint): readonly string[] {
  const widths = columnsOf(rows);
  return rows.map((cells, row) => {
    const line = cells
      .map((cell, k) => left(cell, widths[k]!))
      .join('  ')
      .trimEnd();
    return row === 0 ? paint.dim(`  ${line}`) : `  ${line}`;
  });
}
