import { compileRoute, type CompiledRoute } from '../language/routes.js';
import { takesHost, type HostPattern } from '../language/routing/host.js';
import { PATH, type PathPattern } from '../language/routing/path.js';
import { precedes, type Candidate } from '../language/routing/precedence.js';
import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Route } from '../contracts/scenario/routes.js';

type Routing = Gateway['routing'];

/**
 * A route that takes every request that another route could take; null if none is found. Only single routes are
 * checked, not combinations.
 */
export function coverOf({ routing, routes }: Gateway, index: number): Route | null {
  const target = compileRoute(routes[index]!, routing);
  const cover = routes.find(
    (other, place) =>
      place !== index && covers(routing, compileRoute(other, routing), target, place < index),
  );
  return cover ?? null;
}

/** Whether the first route takes, with precedence, every request that the second one matches. */
function covers(
  routing: Routing,
  first: CompiledRoute,
  second: CompiledRoute,
  earlier: boolean,
): boolean {
  if (!takesMethods(first.route, second.route) || !takesHeaders(first.route, second.route)) {
    return false;
  }
  const hosts = second.hosts.length === 0 ? [null] : second.hosts;
  const paths = second.paths.length === 0 ? [null] : second.paths;
  const ways = candidatesOf(first);
  return hosts.every((host) =>
    paths.every((path) =>
      ways.some((way) => {
        if (!takesHosts(routing, way.host, host) || !takesPaths(routing, way.path, path)) {
          return false;
        }
        const other: Candidate = { route: second.route, hosts: second.hosts, host, path };
        return earlier ? !precedes(routing, other, way) : precedes(routing, way, other);
      }),
    ),
  );
}

function candidatesOf({ route, hosts, paths }: CompiledRoute): readonly Candidate[] {
  return (hosts.length === 0 ? [null] : hosts).flatMap((host) =>
    (paths.length === 0 ? [null] : paths).map((path) => ({ route, hosts, host, path })),
  );
}

function takesMethods({ methods }: Route, other: Route): boolean {
  if (methods.length === 0) return true;
  return other.methods.length > 0 && other.methods.every((method) => methods.includes(method));
}

/** Whether the second route requires all headers that the first requires, with the same or fewer values. */
function takesHeaders(first: Route, second: Route): boolean {
  const asked = new Map(
    [...second.headers].map(([name, values]) => [name.toLowerCase(), values] as const),
  );
  return [...first.headers].every(([name, values]) => {
    const own = asked.get(name.toLowerCase());
    return own !== undefined && own.every((value) => values.includes(value));
  });
}

/** If a virtual host is selected first (envoy, nginx), only routes of the same host conflict. */
function takesHosts(
  routing: Routing,
  first: HostPattern | null,
  second: HostPattern | null,
): boolean {
  const same =
    first?.kind === second?.kind && first?.name === second?.name && first?.port === second?.port;
  if (same) return true;
  if (routing === 'envoy' || routing === 'nginx') return false;
  if (first === null) return true;
  if (second?.kind !== 'exact') return false;
  return takesHost(first, second.port === null ? second.name : `${second.name}:${second.port}`);
}

/** Whether all paths of the second pattern match the first, as far as this can be decided. */
function takesPaths(
  routing: Routing,
  first: PathPattern | null,
  second: PathPattern | null,
): boolean {
  if (first === null || first.text === '/*') return true;
  if (second === null) return false;
  if (first.text === second.text) return true;
  if (second.kind === PATH.exact) return first.takes(second.text);
  if (first.kind !== PATH.prefix || second.kind === PATH.regex) return false;
  const start = second.text.split(/[{*]/)[0]!;
  const wanted = first.text.slice(0, -1);
  if (routing !== 'gatewayApi') return start.startsWith(wanted);
  const elements = wanted.endsWith('/') ? wanted : `${wanted}/`;
  return `${start}/`.startsWith(elements) && second.text.length >= first.text.length;
}
