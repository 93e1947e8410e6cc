import { Blocks } from './blocks.js';
import type { Cell, SourceText } from './cell.js';

/** Whether a file is one of HAProxy, by its name. */
export function isHaproxy(path: string): boolean {
  return /haproxy[\w-]*\.(cfg|conf)(\.(template|tmpl|tpl))?$/i.test(path);
}

/** Key of the sections of a document. */
export const HAPROXY = 'haproxy';

const SECTION =
  /^(global|defaults|frontend|backend|listen|resolvers|peers|mailers|userlist|cache|program|ring|http-errors|log-forward|fcgi-app|crt-store)$/;

/** The sections of a file with their lines. Source: HAProxy Configuration Manual, 2.1. */
export function haproxyOf({ path, text }: SourceText): readonly Cell[] {
  const blocks = new Blocks(HAPROXY, path);
  for (const [k, row] of text.split('\n').entries()) {
    const all = row.match(/#.*|"(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s#"'\\])+/g) ?? [];
    const words = all.filter((word) => !word.startsWith('#'));
    const isSection = SECTION.test(words[0] ?? '');
    if (isSection) blocks.close();
    for (const word of words) blocks.add(word.replace(/^(["'])(.*)\1$/, '$2'));
    if (isSection) blocks.begin(k + 1);
    else blocks.end(k + 1);
  }
  blocks.close();
  return [blocks.document()];
}
