import { Cell, type SourceText } from './cell.js';

/** Whether a file has lines `name=value` as Java reads them, by its name. */
export function isProperties(path: string): boolean {
  return /\.properties$/i.test(path);
}

/**
 * The properties of a file as a mapping, the last value of a name. A backslash at the end of a line continues it.
 * Source: java.util.Properties.load.
 */
export function propertiesOf({ path, text }: SourceText): Cell {
  const properties = new Map<string, Cell>();
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    let line = lines[index]!.trimStart();
    if (line === '' || /^[#!]/.test(line)) continue;
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && index + 1 < lines.length)
      line = line.slice(0, -1) + lines[++index]!.trimStart();
    const [, name = '', value = ''] = /^((?:\\.|[^\s=:\\])+)\s*[=:]?\s*(.*)$/.exec(line) ?? [];
    const key = plain(name);
    if (key !== '' && key !== '__proto__')
      properties.set(key, new Cell(key, path, start + 1, plain(value)));
  }
  return new Cell('', path, 1, properties);
}

function plain(text: string): string {
  return text.replace(/\\(.)/g, '$1').trim();
}
