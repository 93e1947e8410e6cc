import type { FixedVariant, FixResult } from '../../contracts/result/fix.js';
import { oneLineTexts } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { inlineText, markdownDocument, markdownTable } from '../formats/markdown.js';
import { checkWords } from './check-words.js';
import {
  answerWords,
  commandOf,
  legendOf,
  notesOf,
  remedyWords,
  tableOf,
  unheldWords,
} from './words.js';

/** The answer of a search for settings as Markdown, for a comment. */
export function fixMarkdown(read: FixResult, file: string): string {
  const { fixed, seed, replications, scenario } = oneLineTexts(read);
  const { answer, base, unheld, remains } = fixed;
  const [heads = [], ...rows] = tableOf(fixed).map((cells) => cells.map(inlineText));
  const facts = `${fixed.name}, ${plural(replications, 'replication')}, seed ${seed}`;
  const items = (texts: readonly string[]): string =>
    texts.map((text) => `- ${inlineText(text)}`).join('\n');
  const parts = [
    `# ${inlineText(scenario.title)}`,
    `**${inlineText(answerWords(fixed))}**`,
    base.holds ? '' : markdownTable(heads, rows, 1),
    items(legendOf(fixed)),
    unheld.length === 0
      ? ''
      : `Not held:\n\n${items(unheld.map((own) => `${unheldWords(own)}: ${remedyWords(own, fixed)}`))}`,
    remains === null ? '' : inlineText(remains),
    items(checkWords(fixed)),
    answer === null ? '' : `\`\`\`sh\n${commandOf(answer, fixed, file)}\n\`\`\``,
    ...exportsOf(read.fixed),
    notesOf(fixed).map(inlineText).join('\n\n'),
    `${inlineText(file)} ${inlineText(facts)}`,
  ];
  return markdownDocument(parts);
}

/** A block for each format, and the settings that it cannot write. */
function exportsOf({ exports = [] }: FixedVariant): readonly string[] {
  return exports.flatMap(({ format, text, unwritten }) => [
    text === '' ? '' : `As ${format}:\n\n\`\`\`yaml\n${text.trimEnd()}\n\`\`\``,
    unwritten
      .map(
        ({ path, reason }) =>
          `- not written as ${format}: ${inlineText(`${path}, because ${reason}`)}`,
      )
      .join('\n'),
  ]);
}
