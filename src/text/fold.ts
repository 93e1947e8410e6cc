/** Width of a text, and how it is indented. */
export interface Fold {
  readonly first: string;
  readonly rest: string;
  readonly width: number;
  /** Most lines; the last one ends in an ellipsis if there would be more. */
  readonly most: number;
}

/** Lines of whole words that fit a width; a longer word gets a line of its own. */
export function foldWords(text: string, { first, rest, width, most }: Fold): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  kept[most - 1] = `${kept[most - 1]!.slice(0, width - 2)} …`;
  return kept;
}
