import type { Gateway } from '../../contracts/scenario/scenario.js';
import { Regex, RegexError } from './regex.js';

type Routing = Gateway['routing'];

/** Kinds of path patterns. */
export const PATH = Object.freeze({
  prefix: 0,
  /** Contains `{id}`. */
  segments: 1,
  regex: 2,
  exact: 3,
} as const);

/** A compiled path pattern: a matcher, and properties for precedence. */
export interface PathPattern {
  readonly kind: (typeof PATH)[keyof typeof PATH];
  /** Characters of the pattern, without the star or the tilde. */
  readonly length: number;
  /** As written. */
  readonly text: string;
  takes(path: string): boolean;
}

/**
 * Position of a regular expression in the path: Envoy, Istio and the Gateway API match the entire path, Kong its
 * beginning, nginx any part. Exact paths match alike everywhere.
 */
function anchorsOf(routing: Routing): { readonly start: boolean; readonly end: boolean } {
  if (routing === 'kong') return { start: true, end: false };
  if (routing === 'nginx') return { start: false, end: false };
  return { start: true, end: true };
}

/** Compiles a pattern: `~regex`, `prefix*`, `/with/{segments}`, or an exact path. */
export function pathPattern(pattern: string, routing: Routing): PathPattern {
  if (pattern.startsWith('~')) {
    const regex = new Regex(pattern.slice(1));
    const anchors = anchorsOf(routing);
    const takes = (path: string): boolean => regex.test(path, anchors);
    return { kind: PATH.regex, length: pattern.length - 1, text: pattern, takes };
  }
  const prefix = pattern.endsWith('*');
  const wanted = prefix ? pattern.slice(0, -1) : pattern;
  const braces = /\{[^}]*\}/.test(wanted);
  const byElement = prefix && routing === 'gatewayApi';
  const kind = braces ? PATH.segments : prefix ? PATH.prefix : PATH.exact;
  const takes = byElement
    ? (path: string) => startsWithElements(wanted, path)
    : (path: string) => {
        const end = walk(wanted, path);
        return end >= 0 && (prefix || end === path.length);
      };
  return { kind, length: wanted.length, text: pattern, takes };
}

/** Reason why a pattern is invalid; null if it is valid. */
export function pathProblem(pattern: string): string | null {
  if (!pattern.startsWith('~')) {
    if (pattern.endsWith('**')) {
      const single = pattern.slice(0, pattern.indexOf('**') + 1);
      return `\`${pattern}\` ends with several stars: one is enough for the rest of a path, as in \`${single}\``;
    }
    if (pattern.startsWith('/') || pattern === '*') return null;
    return `\`${pattern}\` matches no request: a path must start with /, a regular expression with ~`;
  }
  try {
    new Regex(pattern.slice(1));
    return null;
  } catch (error) {
    if (error instanceof RegexError) return `the regular expression ${error.message}`;
    throw error;
  }
}

/** Largest number of steps per character of a path; 0 except for regular expressions. */
export function expressionSize(pattern: string): number {
  return pattern.startsWith('~') ? new Regex(pattern.slice(1)).size : 0;
}

/** The path without its query string, which routers ignore. */
export function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

/**
 * Matches the pattern at the start of the path and returns where it ends; -1 = no match. `{id}` matches one segment.
 */
function walk(wanted: string, path: string): number {
  let at = 0;
  for (let i = 0; i < wanted.length;) {
    const close = wanted[i] === '{' ? wanted.indexOf('}', i) : -1;
    if (close > 0) {
      const from = at;
      while (at < path.length && path[at] !== '/') at++;
      if (at === from) return -1;
      i = close + 1;
    } else if (path[at++] !== wanted[i++]) return -1;
  }
  return at;
}

/**
 * The Gateway API compares prefixes by path element and ignores a trailing slash: `/orders/*` matches `/orders` and
 * `/orders/7`, and `/orders*` does not match `/orders-old`.
 */
function startsWithElements(prefix: string, path: string): boolean {
  const wanted = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const end = walk(wanted, path);
  return end >= 0 && (end === path.length || path[end] === '/');
}
