import type { Directive } from '../proxies/directives.js';
import { both, expressionOf, type Condition } from '../proxies/match.js';
import { EVERY } from '../proxies/routes.js';

/** Conditions by name; several of one name are alternatives. */
type Named = ReadonlyMap<string, readonly Condition[]>;

/** The conditions of a section. Source: HAProxy Configuration Manual, 7.1 and 7.3.6. */
export function namedIn(block: readonly Directive[]): Named {
  const found = new Map<string, readonly Condition[]>();
  for (const { name, words } of block.filter((one) => one.name === 'acl')) {
    const [own = name, ...test] = words;
    found.set(own, [...(found.get(own) ?? []), testOf(test)]);
  }
  return found;
}

/** Most alternatives of one line. */
const MOST = 64;

/** The alternatives of `if a b or { path_beg /c }`; a null is one without a counterpart. */
export function alternativesOf(words: readonly string[], named: Named): readonly Condition[] {
  const [how, ...terms] = words;
  if (how === undefined) return [EVERY];
  if (how !== 'if') return [null];
  let found: readonly Condition[] = [];
  let current: readonly Condition[] = [EVERY];
  for (let k = 0; k < terms.length; k++) {
    const term = terms[k]!;
    if (/^(or|\|\|)$/.test(term)) {
      found = [...found, ...current];
      current = [EVERY];
      continue;
    }
    let own: readonly Condition[] = named.get(term) ?? [PREDEFINED.get(term) ?? null];
    if (term === '{') {
      const end = terms.indexOf('}', k);
      own = [testOf(terms.slice(k + 1, end < 0 ? undefined : end))];
      k = end < 0 ? terms.length : end;
    }
    // Alternatives multiply: a line of more has no counterpart.
    current =
      current.length * own.length > MOST
        ? [null]
        : current.flatMap((one) => own.map((other) => both(one, other)));
  }
  return [...found, ...current];
}

const PREDEFINED: ReadonlyMap<string, Condition> = new Map([
  ['TRUE', EVERY],
  ['METH_GET', { ...EVERY, methods: ['GET', 'HEAD'] }],
  ['METH_POST', { ...EVERY, methods: ['POST'] }],
  ['METH_PUT', { ...EVERY, methods: ['PUT'] }],
  ['METH_DELETE', { ...EVERY, methods: ['DELETE'] }],
]);

/** A test such as `path_beg -i /api /v2`, or `path -m beg /api`. */
function testOf([fetch = '', ...rest]: readonly string[]): Condition {
  const by = /^-m$/.test(rest[0] ?? '') || /^-m$/.test(rest[1] ?? '');
  const mode = by ? rest[rest.indexOf('-m') + 1] : undefined;
  const values = rest.filter((word) => !/^-[im]$/.test(word) && word !== mode && word !== '--');
  const [, name = '', suffix] =
    /^(?:req\.)?(path|url|method|hdr)(?:_(beg|end|reg|dir|dom|sub))?(?=\(|$)/.exec(fetch) ?? [];
  const how = mode ?? suffix ?? 'str';
  const argument = /\(([^)]*)\)/.exec(fetch)?.[1]?.toLowerCase();
  if (values.length === 0) return null;
  if (name === 'method') return { ...EVERY, methods: values };
  if (name === 'path' || name === 'url') {
    const pattern = PATHS[how];
    return pattern === undefined ? null : { ...EVERY, paths: values.map(pattern) };
  }
  if (name !== 'hdr' || argument === undefined) return null;
  if (argument === 'host') {
    const hosts = values.map((value) => value.replace(/:\d+$/, ''));
    if (how === 'str') return { ...EVERY, hosts };
    return how === 'end' && hosts.every((host) => host.startsWith('.'))
      ? { ...EVERY, hosts: hosts.map((host) => `*${host}`) }
      : null;
  }
  return how === 'str' && values.length === 1
    ? { ...EVERY, headers: [[argument, values[0]!]] }
    : null;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const PATHS: Readonly<Record<string, (value: string) => string>> = {
  str: (value) => value,
  beg: (value) => `${value}*`,
  end: (value) => `~.*${escaped(value)}`,
  dir: (value) => `~(?:.*/)?${escaped(value)}(?:/.*)?`,
  reg: expressionOf,
};
