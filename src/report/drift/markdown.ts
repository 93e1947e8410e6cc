import type { DriftResult } from '../../contracts/result/drift.js';
import { oneLineTexts } from '../../text/line.js';
import { inlineText, markdownDocument, markdownTable } from '../formats/markdown.js';
import { answerWords, figureRows, noteWords, settingRows } from './words.js';

/** The same as Markdown, for a comment on a pull request. */
export function driftMarkdown(read: DriftResult, file: string): string {
  const result = oneLineTexts(read) as DriftResult;
  const { scenario, settings, figures, variant } = result;
  const table = ([heads = [], ...rows]: readonly (readonly string[])[]): string =>
    markdownTable(
      heads,
      rows.map((cells) => cells.map(inlineText)),
      1,
    );
  const parts = [
    `# ${inlineText(scenario.title)}`,
    `**${inlineText(answerWords(result))}**`,
    settings === null || settings.drifted.length === 0 ? '' : table(settingRows(settings.drifted)),
    figures === null || figures.drifted.length === 0 ? '' : table(figureRows(figures.drifted)),
    ...noteWords(result).map(inlineText),
    `${inlineText(file)}, variant ${inlineText(variant)}`,
  ];
  return markdownDocument(parts);
}
