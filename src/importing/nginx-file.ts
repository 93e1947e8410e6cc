import { Blocks } from './blocks.js';
import type { Cell, SourceText } from './cell.js';

/** Whether a file can be one of nginx, or a template of one, by its name. */
export function isNginx(path: string): boolean {
  return /\.conf(\.(template|tmpl|tpl))?$/i.test(path);
}

/** Key of the directives of a document. */
export const NGINX = 'nginx';

/** Comments, quoted texts, signs, and words, in which `${NAME}` is a variable. */
const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[;{}]|(?:\$\{\w+\}|[^\s;{}])+/g;
const OWN = /^(?:proxy|grpc|fastcgi|uwsgi)_pass$|^limit_(?:req|conn)_zone$/;
const OWN_BLOCK = /^(?:http|upstream)$/;

/** The directives of a file of nginx; none of another program's file. Source: nginx.org, Beginner's Guide (Configuration File's Structure). */
export function nginxOf({ path, text }: SourceText): readonly Cell[] {
  const blocks = new Blocks(NGINX, path);
  let isOwn = false;
  let line = 1;
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    line += text.slice(at, match.index).split('\n').length - 1;
    at = match.index;
    if (token === '{') {
      isOwn ||= OWN_BLOCK.test(blocks.name);
      blocks.begin(line);
    } else if (token === '}') blocks.close();
    else if (token === ';') {
      isOwn ||= OWN.test(blocks.name);
      blocks.end(line);
    } else if (!token.startsWith('#')) blocks.add(token.replace(/^(["'])(.*)\1$/s, '$2'));
  }
  return isOwn ? [blocks.document()] : [];
}
