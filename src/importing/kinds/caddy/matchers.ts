import type { Directive } from '../proxies/directives.js';
import { both, expressionOf, type Condition } from '../proxies/match.js';
import { EVERY } from '../proxies/routes.js';

/** Named conditions such as `@api path /api/*`, by their names. */
export type Matchers = ReadonlyMap<string, Condition>;

/** The condition of a directive, its first word, and the words after it. Source: caddyserver.com/docs/caddyfile/matchers. */
export function conditionOf(
  words: readonly string[],
  matchers: Matchers,
): { readonly condition: Condition; readonly rest: readonly string[] } {
  const [first = '', ...rest] = words;
  if (first === '*') return { condition: EVERY, rest };
  if (first.startsWith('/')) return { condition: ofPaths([first]), rest };
  if (first.startsWith('@')) return { condition: matchers.get(first) ?? null, rest };
  return { condition: EVERY, rest: words };
}

function ofPaths(paths: readonly string[]): Condition {
  return { ...EVERY, paths: paths.map(patternOf), path: paths.length === 1 ? paths[0] : undefined };
}

/** A path with stars as a route has it. Source: caddyserver/caddy modules/caddyhttp/matchers.go, MatchPath. */
function patternOf(path: string): string {
  if (path === '*') return '/*';
  const stars = path.split('*').length - 1;
  if (stars === 0 || (stars === 1 && path.endsWith('*'))) return path;
  const isAround = stars === 2 && path.startsWith('*') && path.endsWith('*');
  const any = isAround || (stars === 1 && path.startsWith('*')) ? '.*' : '[^/]*';
  return `~${path
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(any)}`;
}

/** The conditions that a block names. */
export function matchersOf(block: readonly Directive[], fill: Fill): Matchers {
  return new Map(
    block
      .filter(({ name }) => name.startsWith('@'))
      .map((directive) => {
        const { name, block: inner } = directive;
        const words = fill(directive);
        const [kind = '', ...values] = words;
        const parts =
          inner.length > 0
            ? inner.map((one) => matcherOf(one.name, fill(one)))
            : [kind.startsWith('/') ? matcherOf('path', words) : matcherOf(kind, values)];
        return [name, parts.reduce<Condition>(both, EVERY)] as const;
      }),
  );
}

/** The words of a directive, with its variables. */
export type Fill = (directive: Directive) => readonly string[];

function matcherOf(kind: string, words: readonly string[]): Condition {
  const [first, second] = words;
  if (first === undefined) return null;
  if (kind === 'path') return ofPaths(words);
  if (kind === 'path_regexp') return { ...EVERY, paths: [expressionOf(second ?? first)] };
  if (kind === 'method') return { ...EVERY, methods: words.map((one) => one.toUpperCase()) };
  if (kind === 'host') return { ...EVERY, hosts: words };
  const isExact = kind === 'header' && words.length === 2 && !/^[!+-]|\*/.test(words.join(' '));
  return isExact ? { ...EVERY, headers: [[first, second!]] } : null;
}

/** What a block of `handle_path /api/*` gets: paths in it lack the prefix. */
export function below(prefix: string, condition: Condition): Condition {
  const paths = condition?.paths ?? null;
  if (condition === null || paths === null || prefix === '') return condition;
  if (paths.some((path) => path.startsWith('~'))) return null;
  return { ...condition, paths: paths.map((path) => `${prefix}${path}`) };
}

/** Whether one of two equal directives comes first. Source: caddyserver/caddy caddyconfig/httpcaddyfile/directives.go, sortRoutes. */
export function order(a: Condition, b: Condition): number {
  const [first, second] = [a?.path, b?.path];
  if (first === undefined || second === undefined) return Number(a === EVERY) - Number(b === EVERY);
  const [short, other] = [first.replace(/\*$/, ''), second.replace(/\*$/, '')];
  if (short === other) return first.length - second.length;
  return other.length - short.length || (short < other ? -1 : 1);
}
