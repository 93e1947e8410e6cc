import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import { takesHost, type HostPattern } from './host.js';
import { PATH, type PathPattern } from './path.js';

type Routing = Gateway['routing'];

/** One way in which a route matches a request. */
export interface Candidate {
  readonly route: Route;
  /** All hosts of the route, and the one that matches; null if the route has none. */
  readonly hosts: readonly HostPattern[];
  readonly host: HostPattern | null;
  /** The path that matches; null if the route has none. */
  readonly path: PathPattern | null;
}

/** Whether a candidate takes precedence over one that is earlier in the file. */
export function precedes(routing: Routing, later: Candidate, earlier: Candidate): boolean {
  const a = RANKS[routing](later);
  const b = RANKS[routing](earlier);
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! > b[i]!;
  }
  return false;
}

/** Ranks are compared from left to right; the greater number wins. Empty = only the file order counts. */
const RANKS: Readonly<Record<Routing, (candidate: Candidate) => readonly number[]>> = {
  firstMatch: () => [],
  envoy: () => [],
  nginx: nginxRank,
  kong: kongRank,
  gatewayApi: gatewayApiRank,
};

/**
 * HTTPRoute of the Kubernetes Gateway API: length of an exact host name, length of any host name, exact path, longest
 * prefix, a method, most headers. The rank of regular expressions depends on the implementation; here it is between
 * exact paths and prefixes, as in Envoy Gateway. A route without a path has the prefix `/`.
 */
function gatewayApiRank({ route, host, path }: Candidate): readonly number[] {
  const kind = path?.kind ?? PATH.prefix;
  return [
    host?.kind === 'exact' ? host.length : 0,
    host?.length ?? 0,
    kind === PATH.exact ? 2 : kind === PATH.prefix ? 0 : 1,
    Math.max(path?.length ?? 0, 1),
    route.methods.length > 0 ? 1 : 0,
    route.headers.size,
  ];
}

const HOST = 0x40;
const HEADER = 0x20;
const URI = 0x10;
const METHOD = 0x08;
const WILDCARD_HOST_PORT = 4;
const PLAIN_HOSTS_ONLY = 2;
const REGEX_URI = 1;

/**
 * Traditional router of Kong: the number of fields that a route uses, then which ones. Within such a group: wildcard
 * hosts with a port, plain hosts only, a regular expression, most headers, `regexPriority`, the longest prefix, the
 * oldest. A regular expression has no length. Kong has no exact paths and no `{id}`: they are regular expressions
 * there, and rank as such.
 */
function kongRank({ route, hosts, path }: Candidate): readonly number[] {
  const used = [
    hosts.length > 0 ? HOST : 0,
    route.headers.size > 0 ? HEADER : 0,
    path !== null ? URI : 0,
    route.methods.length > 0 ? METHOD : 0,
  ];
  const wildcards = hosts.filter(({ kind }) => kind !== 'exact');
  const regex = path !== null && path.kind !== PATH.prefix;
  const group =
    (wildcards.some(({ port }) => port !== null) ? WILDCARD_HOST_PORT : 0) +
    (hosts.length > 0 && wildcards.length === 0 ? PLAIN_HOSTS_ONLY : 0) +
    (regex ? REGEX_URI : 0);
  return [
    used.filter((bit) => bit > 0).length,
    used.reduce((sum, bit) => sum + bit, 0),
    group,
    route.headers.size,
    regex ? route.regexPriority : 0,
    regex || path === null ? 0 : path.length,
  ];
}

/**
 * Locations of nginx: an exact one, then the first regular expression in the file, then the longest prefix. `{id}`
 * counts as a regular expression, because nginx has no such pattern.
 */
function nginxRank({ path }: Candidate): readonly number[] {
  if (path === null) return [0, 0];
  if (path.kind === PATH.exact) return [2, 0];
  return path.kind === PATH.prefix ? [0, path.length] : [1, 0];
}

/** Kinds of host patterns, ascending: everything, longest name before a star, longest name after a star, exact name. */
const HOST_ORDER = ['any', 'prefix', 'suffix', 'exact'] as const;

/**
 * Envoy and nginx first choose a virtual host, then one of its routes. Returns a filter that selects its routes by
 * their hosts; routes without a host belong to the catch-all. Undefined for other routings.
 */
export function virtualHost(
  routing: Routing,
  all: readonly (readonly HostPattern[])[],
  host: string | null,
): ((hosts: readonly HostPattern[]) => boolean) | undefined {
  if (routing !== 'envoy' && routing !== 'nginx') return undefined;
  let best: HostPattern | null = null;
  for (const pattern of all.flat()) {
    if (!takesHost(pattern, host)) continue;
    if (best === null || hostRank(pattern) > hostRank(best)) best = pattern;
  }
  const chosen = best;
  const forAll = chosen === null || (chosen.kind === 'any' && chosen.port === null);
  return (hosts) =>
    hosts.length === 0 ? forAll : chosen !== null && hosts.some((one) => same(one, chosen));
}

function hostRank({ kind, length, port }: HostPattern): number {
  return HOST_ORDER.indexOf(kind) * 10_000 + length * 2 + (port === null ? 0 : 1);
}

function same(a: HostPattern, b: HostPattern): boolean {
  return a.kind === b.kind && a.name === b.name && a.port === b.port;
}
