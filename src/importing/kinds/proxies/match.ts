import { pathPattern } from '../../../language/routing/path.js';
import type { RouteMatch } from './routes.js';

/** What a directive is for. null = a condition without a counterpart. */
export type Condition = Matched | null;

interface Matched extends RouteMatch {
  /** The path, if it is a single one, as it is written. */
  readonly path?: string | undefined;
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

/** An expression that may begin and end anywhere in the path. */
export function expressionOf(expression: string): string {
  const start = expression.startsWith('^') ? expression.slice(1) : `.*${expression}`;
  return start.endsWith('$') ? `~${start.slice(0, -1)}` : `~${start}.*`;
}
