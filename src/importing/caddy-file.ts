import { Blocks } from './blocks.js';
import type { Cell, SourceText } from './cell.js';

/** Whether a file is a Caddyfile, by its name: `Caddyfile`, `Caddyfile.prod`, `shop.caddyfile`. */
export function isCaddyfile(path: string): boolean {
  return /(^|[/\\.])Caddyfile([.-][\w.-]*)?$/i.test(path);
}

/** Key of the directives of a document. */
export const CADDY = 'caddy';

/** Ends of lines, those that are no end, comments, quoted texts, words. */
const TOKEN = /\\\r?\n|\n|#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[^\s]+/g;

/** The directives of a Caddyfile, each of which ends with its line. Source: caddyserver/caddy caddyconfig/caddyfile/lexer.go, parse.go. */
export function caddyOf({ path, text }: SourceText): readonly Cell[] {
  const blocks = new Blocks(CADDY, path);
  let line = 1;
  let at = 0;
  for (const match of `${text}\n`.matchAll(TOKEN)) {
    const [token] = match;
    line += text.slice(at, match.index).split('\n').length - 1;
    at = match.index;
    // Addresses of a site may go on in the next line.
    const goesOn = blocks.depth === 0 && blocks.last.endsWith(',');
    if (token === '{') blocks.begin(line);
    else if (token === '}') {
      blocks.end(line);
      blocks.close();
    } else if (token === '\n') {
      if (!goesOn) blocks.end(line);
    } else if (!token.startsWith('#') && !token.startsWith('\\'))
      blocks.add(token.replace(/^(["`])(.*)\1$/s, '$2'));
  }
  return [blocks.document()];
}
