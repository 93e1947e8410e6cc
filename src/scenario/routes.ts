import type { Gateway, Route } from '../spec/scenario.js';

/** What a call says about the request it makes. */
export interface RequestLine {
  readonly method: string | null;
  readonly path: string | null;
  readonly host: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

/** A call that says nothing about itself is a `GET /`, as in every HTTP client. */
const DEFAULT_METHOD = 'GET';
const DEFAULT_PATH = '/';

const PATH_NONE = 0;
const PATH_PREFIX = 1;
const PATH_SEGMENTS = 2;
const PATH_EXACT = 3;

interface PathMatch {
  readonly rank: number;
  readonly length: number;
}

/**
 * The route a gateway takes for a request, or null: 404. `firstMatch`: order of the file. `gatewayApi`:
 * exact path > longest prefix > method > most headers > order of the file (Kubernetes Gateway API,
 * httproute_types.go); a path with `{id}` stands between exact and prefix.
 */
export function routeOf(
  gateway: Pick<Gateway, 'routing' | 'routes'>,
  line: RequestLine,
): Route | null {
  let best: Route | null = null;
  let bestPath: PathMatch = NO_PATH;
  for (const route of gateway.routes) {
    const path = pathMatch(route, line.path ?? DEFAULT_PATH);
    if (path === null || !matchesRest(route, line)) continue;
    if (gateway.routing === 'firstMatch') return route;
    if (best === null || precedes(route, path, best, bestPath)) {
      best = route;
      bestPath = path;
    }
  }
  return best;
}

const NO_PATH: PathMatch = { rank: PATH_NONE, length: 0 };

function precedes(a: Route, aPath: PathMatch, b: Route, bPath: PathMatch): boolean {
  if (aPath.rank !== bPath.rank) return aPath.rank > bPath.rank;
  if (aPath.length !== bPath.length) return aPath.length > bPath.length;
  const methods = Number(a.methods.length > 0) - Number(b.methods.length > 0);
  if (methods !== 0) return methods > 0;
  return a.headers.size > b.headers.size;
}

function matchesRest(route: Route, line: RequestLine): boolean {
  const method = (line.method ?? DEFAULT_METHOD).toUpperCase();
  if (route.methods.length > 0 && !route.methods.includes(method)) return false;
  if (route.hosts.length > 0 && !route.hosts.some((host) => matchesHost(host, line.host))) {
    return false;
  }
  const given = new Map([...line.headers].map(([name, value]) => [name.toLowerCase(), value]));
  return [...route.headers].every(([name, value]) => given.get(name.toLowerCase()) === value);
}

/** Exact, or `*.example.com` for any name below. */
function matchesHost(pattern: string, host: string | null): boolean {
  if (host === null) return false;
  const wanted = pattern.toLowerCase();
  const given = host.toLowerCase();
  if (!wanted.startsWith('*.')) return wanted === given;
  return given.length > wanted.length - 1 && given.endsWith(wanted.slice(1));
}

function pathMatch(route: Route, path: string): PathMatch | null {
  if (route.paths.length === 0) return NO_PATH;
  let best: PathMatch | null = null;
  for (const pattern of route.paths) {
    const match = matchOne(pattern, path);
    if (match === null) continue;
    if (best === null || match.rank > best.rank) best = match;
    else if (match.rank === best.rank && match.length > best.length) best = match;
  }
  return best;
}

function matchOne(pattern: string, withQuery: string): PathMatch | null {
  const query = withQuery.indexOf('?');
  const path = query < 0 ? withQuery : withQuery.slice(0, query);
  const prefix = pattern.endsWith('*');
  const wanted = prefix ? pattern.slice(0, -1) : pattern;
  let at = 0;
  let segments = false;
  for (let i = 0; i < wanted.length;) {
    const close = wanted[i] === '{' ? wanted.indexOf('}', i) : -1;
    if (close > 0) {
      const from = at;
      while (at < path.length && path[at] !== '/') at++;
      if (at === from) return null;
      segments = true;
      i = close + 1;
    } else if (path[at++] !== wanted[i++]) return null;
  }
  if (prefix) return { rank: PATH_PREFIX, length: wanted.length };
  if (at !== path.length) return null;
  return { rank: segments ? PATH_SEGMENTS : PATH_EXACT, length: wanted.length };
}
