import { Cell, type SourceText } from './cell.js';

/** Whether a file can be one of nginx, or a template of one, by its name. */
export function isNginx(path: string): boolean {
  return /\.conf(\.(template|tmpl|tpl))?$/i.test(path);
}

const PASS = /^(?:proxy|grpc|fastcgi|uwsgi)_pass$/;
/** Comments, quoted texts, signs, and words, in which `${NAME}` is a variable. */
const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[;{}]|(?:\$\{\w+\}|[^\s;{}])+/g;

interface Directive {
  readonly words: readonly string[];
  readonly line: number;
  /** Directives of blocks around it, the innermost one last. */
  readonly around: readonly (readonly string[])[];
}

/**
 * The addresses to which a file of nginx passes requests; none for another program's file. An address by the name of an
 * `upstream` is that of its servers. Source: nginx.org, ngx_http_proxy_module (proxy_pass), ngx_http_upstream_module (upstream).
 */
export function nginxOf({ path, text }: SourceText): readonly Cell[] {
  if (!text.includes('_pass')) return [];
  const directives = directivesOf(text);
  const set = new Map<string, string>();
  const servers = new Map<string, Directive[]>();
  for (const directive of directives) {
    const [name, first = '', second = ''] = directive.words;
    const [block, group = ''] = directive.around.at(-1) ?? [];
    if (name === 'set') set.set(first, second);
    if (name === 'server' && block === 'upstream')
      servers.set(group, [...(servers.get(group) ?? []), directive]);
  }
  const used = directives
    .filter(({ words }) => PASS.test(words[0]!))
    .flatMap((directive) => {
      const written = directive.words[1] ?? '';
      const target = set.get(/^\$\w+/.exec(written)?.[0] ?? '') ?? written;
      const host = /^(?:\w+:\/\/)?([^/:]+)/.exec(target)?.[1] ?? '';
      return servers.get(host) ?? [{ ...directive, words: [directive.words[0]!, target] }];
    });
  const cells = [...new Set(used)].map(
    ({ words, line }, index) => new Cell(`${words[0]!}[${index}]`, path, line, words[1] ?? ''),
  );
  return cells.length === 0 ? [] : [new Cell('', path, 1, new Map([[PASSED, listOf(cells)]]))];
}

/** The addresses of such a document. */
export const PASSED = 'passed';

function listOf(cells: readonly Cell[]): Cell {
  const [{ file, line }] = cells as [Cell];
  return new Cell(PASSED, file, line, cells);
}

function directivesOf(text: string): readonly Directive[] {
  const found: Directive[] = [];
  const around: (readonly string[])[] = [];
  let words: string[] = [];
  let line = 1;
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    line += text.slice(at, match.index).split('\n').length - 1;
    at = match.index;
    if (token.startsWith('#')) continue;
    if (token === '{') around.push(words);
    else if (token === '}') around.pop();
    else if (token !== ';') {
      words.push(token.replace(/^(["'])(.*)\1$/s, '$2'));
      continue;
    } else if (words.length > 0) found.push({ words, line, around: [...around] });
    words = [];
  }
  return found;
}
