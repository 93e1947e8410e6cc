/** Rows as CSV; a text with a comma, a quote or a formula is quoted. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cellOf = (text: string): string => {
    const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(cellOf).join(',')}\n`).join('');
}

/** Rows as a table of Markdown, the first one as its head. */
export function markdownOf(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const [head = [], ...others] = rows;
  return [line(head), line(head.map(() => '---')), ...others.map(line)].join('');
}
