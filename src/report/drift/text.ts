import type { DriftResult } from '../../contracts/result/drift.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { headingLines, tableLines } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { answerWords, figureRows, noteWords, settingRows } from './words.js';

/** The differences between a scenario and what is deployed and measured. */
export function driftText(read: DriftResult, { file, columns, paint }: SummaryOptions): Lines {
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
    ...tables.flatMap((rows) => ['', ...tableLines(rows, paint)]),
    ...noteWords(result).flatMap((note) => ['', ...wrapped(note, '', '', columns).map(paint.dim)]),
  ]);
}
