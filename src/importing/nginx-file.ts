import { Cell, type SourceText } from './cell.js';

/** Whether a file can be one of nginx, or a template of one, by its name. */
export function isNginx(path: string): boolean {
  return /\.conf(\.(template|tmpl|tpl))?$/i.test(path);
}

/** Directives of a document, of which each one is `{ NAME: WORDS, BLOCK: DIRECTIVES }`; one without words has its block as `NAME`. */
export const NGINX = 'nginx';
export const BLOCK = '{';

/** Comments, quoted texts, signs, and words, in which `${NAME}` is a variable. */
const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[;{}]|(?:\$\{\w+\}|[^\s;{}])+/g;
const OWN = /^(?:proxy|grpc|fastcgi|uwsgi)_pass$|^limit_(?:req|conn)_zone$/;
const OWN_BLOCK = /^(?:http|upstream)$/;
/** Deeper blocks are read as if they were not nested. */
const NESTED_MAX = 32;

interface Open {
  readonly words: readonly string[];
  readonly line: number;
  readonly below: Cell[];
}

/** The directives of a file of nginx; none of another program's file. Source: nginx.org, Beginner's Guide (Configuration File's Structure). */
export function nginxOf({ path, text }: SourceText): readonly Cell[] {
  const root: Open = { words: [], line: 1, below: [] };
  const open: Open[] = [root];
  let isOwn = false;
  let words: string[] = [];
  let line = 1;
  let at = 0;
  const cell = (value: Cell['value'], row: number): Cell => new Cell(NGINX, path, row, value);
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    line += text.slice(at, match.index).split('\n').length - 1;
    at = match.index;
    if (token.startsWith('#')) continue;
    const [name = ''] = words;
    if (token === '{') {
      isOwn ||= OWN_BLOCK.test(name);
      open.push({ words, line, below: open.length > NESTED_MAX ? open.at(-1)!.below : [] });
    } else if (token === '}') {
      const { words: head, line: row, below } = (open.length > 1 ? open.pop() : undefined) ?? root;
      if (head.length > 0 && below !== open.at(-1)!.below) {
        const block = cell(below, row);
        const own = cell(head.slice(1).join(' '), row);
        const entries: [string, Cell][] =
          head.length === 1
            ? [[head[0]!, block]]
            : [
                [head[0]!, own],
                [BLOCK, block],
              ];
        open.at(-1)!.below.push(cell(new Map(entries), row));
      }
    } else if (token !== ';') {
      words.push(token.replace(/^(["'])(.*)\1$/s, '$2'));
      continue;
    } else if (words.length > 0) {
      isOwn ||= OWN.test(name);
      const entry = cell(words.slice(1).join(' '), line);
      open.at(-1)!.below.push(cell(new Map([[name, entry]]), line));
    }
    words = [];
  }
  return isOwn ? [new Cell('', path, 1, new Map([[NGINX, cell(root.below, 1)]]))] : [];
}
