import type { AgainstResult } from '../../contracts/result/against.js';
import { oneLineTexts } from '../../text/line.js';
import { inlineText, markdownDocument, markdownTable } from '../formats/markdown.js';
import { budgetCells, cellsOf, factsOf, headsOf, notesOf, sentenceOf, tabledOf } from './words.js';

/** A comment for a pull request: the verdict, and one table for all variants. */
export function againstMarkdown(
  compared: readonly { readonly file: string; readonly against: AgainstResult }[],
): string {
  const parts = compared.flatMap(({ file, against: read }) => {
    const result = oneLineTexts(read) as AgainstResult;
    const isMany = result.variants.length > 1;
    const rows = tabledOf(result).flatMap((variant) => {
      const budgets = budgetCells(variant);
      const all = [...variant.rows.map(cellsOf), ...(budgets === null ? [] : [budgets])];
      return all.map((cells) => [...(isMany ? [variant.name] : []), ...cells].map(bold));
    });
    const heads = [...(isMany ? ['variant'] : []), ...headsOf(result)].map(inlineText);
    return [
      `# ${inlineText(result.scenario.title)}`,
      `**${inlineText(sentenceOf(result))}**`,
      rows.length === 0 ? '' : markdownTable(heads, rows, isMany ? 2 : 1),
      notesOf(result).map(inlineText).join('\n\n'),
      `${inlineText(file)} ${inlineText(factsOf(result))}`,
    ];
  });
  return markdownDocument(parts);
}

function bold(cell: string): string {
  const text = inlineText(cell);
  return cell === 'worse' ? `**${text}**` : text;
}
