import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Route } from '../contracts/scenario/routes.js';
import { hostPattern, takesHost, type HostPattern } from './routing/host.js';
import { pathPattern, withoutQuery, type PathPattern } from './routing/path.js';
import { precedes, virtualHost, type Candidate } from './routing/precedence.js';

/** Properties of a request that a call sets and a router can match. */
export interface RequestLine {
  readonly method: string | null;
  readonly path: string | null;
  readonly host: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

/** Without a method and a path, a call is a `GET /`, as in every HTTP client. */
export const DEFAULT_METHOD = 'GET';
export const DEFAULT_PATH = '/';

type Router = Pick<Gateway, 'routing' | 'routes'>;

/**
 * Returns the route that a gateway takes for a request; null = 404. Every field of the route must match; of a list, one
 * entry must. Among several matching routes `precedence.ts` decides, then the order in the file.
 */
export function routeOf(router: Router, line: RequestLine): Route | null {
  const headers = new Map([...line.headers].map(([name, value]) => [name.toLowerCase(), value]));
  let best: Candidate | null = null;
  for (const candidate of candidates(router, line)) {
    if (!matchesHeaders(router.routing, candidate.route, headers)) continue;
    if (best === null || precedes(router.routing, candidate, best)) best = candidate;
    if (router.routing === 'firstMatch') break;
  }
  return best?.route ?? null;
}

/** Routes that can take a request, depending on headers added on its way. */
export function possibleRoutes(router: Router, line: RequestLine): readonly Route[] {
  return [...new Set([...candidates(router, line)].map(({ route }) => route))];
}

/** All matches regardless of headers, in file order. A route appears once for each of its matching paths. */
function* candidates(router: Router, line: RequestLine): Iterable<Candidate> {
  const method = (line.method ?? DEFAULT_METHOD).toUpperCase();
  const path = withoutQuery(line.path ?? DEFAULT_PATH);
  const compiled = router.routes.map((route) => compileRoute(route, router.routing));
  const chosen = virtualHost(
    router.routing,
    compiled.map(({ hosts }) => hosts),
    line.host,
  );
  for (const { route, hosts, paths } of compiled) {
    if (route.methods.length > 0 && !route.methods.includes(method)) continue;
    const host = hosts.length === 0 ? null : bestHost(hosts, line.host);
    if (hosts.length > 0 && host === null) continue;
    if (chosen !== undefined && !chosen(hosts)) continue;
    if (paths.length === 0) yield { route, hosts, host, path: null };
    for (const pattern of paths) {
      if (pattern.takes(path)) yield { route, hosts, host, path: pattern };
    }
  }
}

/** The best matching host: an exact one, else the longest. */
function bestHost(hosts: readonly HostPattern[], host: string | null): HostPattern | null {
  let best: HostPattern | null = null;
  for (const pattern of hosts) {
    if (!takesHost(pattern, host)) continue;
    if (best === null || exactness(pattern) > exactness(best)) best = pattern;
  }
  return best;
}

function exactness({ kind, length }: HostPattern): number {
  return (kind === 'exact' ? 1000 : 0) + length;
}

/** Header names are case-insensitive. In Kong, header values are too. */
function matchesHeaders(
  routing: Gateway['routing'],
  route: Route,
  given: ReadonlyMap<string, string>,
): boolean {
  const loose = routing === 'kong';
  for (const [name, values] of route.headers) {
    const value = given.get(name.toLowerCase());
    if (value === undefined) return false;
    const fits = loose
      ? values.some((wanted) => wanted.toLowerCase() === value.toLowerCase())
      : values.includes(value);
    if (!fits) return false;
  }
  return true;
}

export interface CompiledRoute {
  readonly route: Route;
  readonly hosts: readonly HostPattern[];
  readonly paths: readonly PathPattern[];
}

/** Compiled routes: each call of the scenario matches the routes of its gateway again. */
const KNOWN = new WeakMap<
  Route,
  { readonly routing: Gateway['routing']; readonly compiled: CompiledRoute }
>();

/** Compiles the patterns of a route for a kind of routing. */
export function compileRoute(route: Route, routing: Gateway['routing']): CompiledRoute {
  const known = KNOWN.get(route);
  if (known?.routing === routing) return known.compiled;
  const compiled = {
    route,
    hosts: route.hosts.map(hostPattern),
    paths: route.paths.map((path) => pathPattern(path, routing)),
  };
  KNOWN.set(route, { routing, compiled });
  return compiled;
}
