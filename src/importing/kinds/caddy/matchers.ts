import { pathPattern } from '../../../language/routing/path.js';
import type { Directive } from '../proxies/directives.js';
import { EVERY, type RouteMatch } from '../proxies/routes.js';

/** What a directive is for. null = a condition without a counterpart. */
export type Condition = Matched | null;

interface Matched extends RouteMatch {
  /** The path, if it is a single one, as it is written. */
  readonly path?: string | undefined;
}

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

/** An expression that may begin and end anywhere in the path. */
function expressionOf(expression: string): string {
  const start = expression.startsWith('^') ? expression.slice(1) : `.*${expression}`;
  return start.endsWith('$') ? `~${start.slice(0, -1)}` : `~${start}.*`;
}

/** What a block of `handle_path /api/*` gets: paths in it lack the prefix. */
export function below(prefix: string, condition: Condition): Condition {
  const paths = condition?.paths ?? null;
  if (condition === null || paths === null || prefix === '') return condition;
  if (paths.some((path) => path.startsWith('~'))) return null;
  return { ...condition, paths: paths.map((path) => `${prefix}${path}`) };
}

/** Requests that meet both; of two paths the narrower one. null = no counterpart, or no request does. */
export function both(a: Condition, b: Condition): Condition {
  if (a === null || b === null) return null;
  const paths = narrower(a.paths, b.paths);
  const isTwice = (['hosts', 'methods'] as const).some((key) => a[key] && b[key]);
  if (paths === undefined || isTwice) return null;
  const headers = [...(a.headers ?? []), ...(b.headers ?? [])];
  return {
    hosts: a.hosts ?? b.hosts,
    paths,
    path: a.path ?? b.path,
    methods: a.methods ?? b.methods,
    headers: headers.length === 0 ? null : headers,
  };
}

function narrower(
  a: readonly string[] | null,
  b: readonly string[] | null,
): readonly string[] | null | undefined {
  if (a === null || b === null) return a ?? b;
  const within = (inner: string, outer: string): boolean =>
    inner === outer ||
    outer === '/*' ||
    (!inner.startsWith('~') && pathPattern(outer, 'firstMatch').takes(inner));
  const found = a.flatMap((one) =>
    b.flatMap((other) => (within(other, one) ? [other] : within(one, other) ? [one] : [])),
  );
  return found.length === 0 ? undefined : [...new Set(found)];
}

/** Whether one of two equal directives comes first. Source: caddyserver/caddy caddyconfig/httpcaddyfile/directives.go, sortRoutes. */
export function order(a: Condition, b: Condition): number {
  const [first, second] = [a?.path, b?.path];
  if (first === undefined || second === undefined) return Number(a === EVERY) - Number(b === EVERY);
  const [short, other] = [first.replace(/\*$/, ''), second.replace(/\*$/, '')];
  if (short === other) return first.length - second.length;
  return other.length - short.length || (short < other ? -1 : 1);
}
