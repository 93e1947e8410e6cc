/** A heading with a text below it, indented by two columns. */
export function indented(heading: string, text: string): string {
  return `${heading}\n${text.trimEnd().replace(/^(?=.)/gm, '  ')}`;
}

/** A text, wrapped. */
export function paragraph(text: string): string {
  return wrap(text, '').join('\n');
}

/** Lines of at most 96 characters. `hang` indents all but the first; its default is `indent`. */
export function wrap(text: string, indent: string, hang = indent): string[] {
  const lines: string[] = [];
  let line = '';
  let before = indent;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && before.length + line.length + 1 + word.length > 96) {
      lines.push(before + line);
      before = hang;
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(before + line);
  return lines;
}

/** Names with their descriptions in two columns. */
export function columns(rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .flatMap(([name, text]) =>
      wrap(text === '' ? '-' : text, name.padEnd(width), ' '.repeat(width)),
    )
    .join('\n');
}

/** The first sentence of a text; a dot inside a name does not end it. */
export function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}
