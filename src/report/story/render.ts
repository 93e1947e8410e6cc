import type { Result } from '../../contracts/result/result.js';
import { asLines, harmless, oneLine, type Lines } from '../../text/line.js';
import { inlineText } from '../formats/markdown.js';
import type { Paint } from '../lines/text-table.js';
import { wrapped } from '../lines/wrap.js';
import { storyBlocks, type Block, type StoryOptions } from './blocks.js';

/** The account as plain text. */
export function storyText(
  result: Result,
  options: StoryOptions & { readonly paint: Paint; readonly columns: number },
): Lines {
  const { paint, columns } = options;
  const lines = storyBlocks(result, options).flatMap((block) => linesOf(block, paint, columns));
  return asLines(lines.slice(1));
}

/** The account in Markdown. */
export function storyMarkdown(result: Result, options: StoryOptions): string {
  return harmless(`${storyBlocks(result, options).map(markdownOf).join('\n\n')}\n`);
}

function linesOf(block: Block, paint: Paint, columns: number): string[] {
  switch (block.kind) {
    case 'heading':
      return block.level === 3
        ? ['', `  ${paint.dim(oneLine(block.text))}`]
        : ['', paint.bold(oneLine(block.text))];
    case 'paragraph':
      return wrapped(block.text, '  ', '  ', columns);
    case 'list':
      return block.items.flatMap((text) => wrapped(text, '    - ', '      ', columns));
    case 'steps': {
      const width = Math.max(...block.items.map(({ when }) => when.length));
      const rest = ' '.repeat(width + 6);
      return block.items.flatMap(({ when, what }) =>
        wrapped(what, `    ${oneLine(when).padStart(width)}  `, rest, columns),
      );
    }
  }
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${inlineText(block.text)}`;
    case 'paragraph':
      return inlineText(block.text);
    case 'list':
      return block.items.map((text) => `- ${inlineText(text)}`).join('\n');
    case 'steps':
      return block.items
        .map(({ when, what }) => `- **${inlineText(when)}** ${inlineText(what)}`)
        .join('\n');
  }
}
