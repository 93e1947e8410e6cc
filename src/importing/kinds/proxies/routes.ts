import { hostProblem } from '../../../language/routing/host.js';
import { pathPattern, pathProblem } from '../../../language/routing/path.js';
import type { Gateway } from '../../../contracts/scenario/scenario.js';
import type { Cell } from '../../cell.js';
import { allowedName } from '../../names.js';
import type { Rewrite } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import { leadingTo, routableOf, type Backend } from '../../targets.js';
import {
  from,
  list,
  map,
  oneOrAll,
  plain,
  render,
  type Written,
  type WrittenMap,
} from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { addRequests, requestName, samplesOf } from '../requests.js';

/** Requests that a route takes: a list takes any of its values, and null takes all requests. */
export interface RouteMatch {
  readonly hosts: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly methods: readonly string[] | null;
  readonly headers: readonly (readonly [string, string])[] | null;
}

/** All requests. */
export const EVERY: RouteMatch = { hosts: null, paths: null, methods: null, headers: null };

/** The services and gateways behind an address, besides the proxy itself. `host`: where it is written. */
export function backendsAt(
  address: string,
  host: Cell,
  owner: Component,
  system: System,
): readonly Backend[] {
  return routableOf(componentsAt(address, host, owner, system), system);
}

/** The same with databases and others. */
export function componentsAt(
  address: string,
  host: Cell,
  owner: Component,
  system: System,
): readonly Backend[] {
  return hostsIn(address).flatMap((found) => {
    const component = system.find(found.host, owner.namespace);
    if (component === undefined || component === owner) return [];
    const name = system.partAt(found.host, owner.namespace);
    return [{ component, host, name, share: 1, origins: [] }];
  });
}

/** A route of a gateway of which the first one that matches counts. */
export interface Route {
  /** null = its number. */
  readonly name: string | null;
  readonly match: RouteMatch;
  /** Where the match is written. */
  readonly origin: Cell;
  readonly targets: readonly [Backend, ...Backend[]];
  /** `policy`, `middleware` and the like. */
  readonly limits: Readonly<Record<string, Written | undefined>>;
  readonly rewrites: readonly Rewrite[];
  /** A path that it takes, if it is not the first one that its paths show; null = none is known. */
  readonly sample?: string | null;
}

/** What the product of a gateway decides. */
interface Product {
  /** null = none of the language. */
  readonly kind: Gateway['kind'] | null;
  readonly runtime: 'async' | 'eventLoop';
  readonly routing: Gateway['routing'];
}

const ANY_PRODUCT: Product = { kind: null, runtime: 'async', routing: 'firstMatch' };

/** The route, and requests that it takes. */
export function writtenRoute(
  gateway: Component,
  route: Route,
  system: System,
  { routing } = ANY_PRODUCT,
): WrittenMap {
  const { origin, targets, limits } = route;
  const { hosts, methods, headers } = route.match;
  for (const each of targets) system.connect(gateway, each.component, each.host);
  const paths = route.match.paths ?? ['/*'];
  const compiled = paths.map((path) => pathPattern(path, routing));
  const takes = (path: string): boolean => compiled.some((pattern) => pattern.takes(path));
  const shown = paths.flatMap((path) => samplesOf(path.replace(/^~/, ''))).find(takes);
  const sample = route.sample === undefined ? (shown ?? null) : route.sample;
  const name = requestName(gateway, route.name);
  const about = {
    method: methods?.[0] === undefined ? undefined : plain(methods[0]),
    host: hosts?.[0] === undefined ? undefined : plain(hosts[0].replace(/^\*\.?/, 'www.')),
    headers: headers === null ? undefined : map(headers.map(([key, value]) => [key, plain(value)])),
  };
  addRequests(gateway, targets[0].component, { sample, takes }, name, about);
  const values = (all: readonly string[] | null): Written | undefined =>
    oneOrAll((all ?? []).map((value) => from(value, origin)));
  const written = map({
    name: plain(sample === null ? `${name}-other` : name),
    match: map({
      path: values(paths),
      method: values(methods),
      host: values(hosts),
      headers:
        headers === null
          ? undefined
          : map(headers.map(([key, value]) => [key, from(value, origin)])),
    }),
    to: leadingTo(targets, system),
    ...limits,
  });
  return system.rewriting(written, route.rewrites);
}

/** Makes a gateway of the service that runs a proxy, if a route of it leads to a service. */
export function fillGateway(
  owner: Component,
  all: readonly Route[],
  system: System,
  kind: Product['kind'] = null,
): void {
  const routes = reachable(all.filter(isWritten));
  if (routes.length === 0 || owner.section !== 'services') return;
  makeGateway(owner, shared(routes, 'middleware'), system, { ...ANY_PRODUCT, kind });
}

/** Routes, and a limit that all of them have, which is written once. */
export interface Shared {
  readonly routes: readonly Route[];
  readonly common: Written | undefined;
}

function shared(routes: readonly Route[], key: 'policy' | 'middleware'): Shared {
  const found = routes.map(({ limits }) => limits[key]);
  const texts = new Set(found.map((one) => (one === undefined ? '' : render(map({ key: one })))));
  const common = found.length > 1 && texts.size === 1 ? found[0] : undefined;
  if (common === undefined) return { routes, common };
  const bare = routes.map((one) => ({ ...one, limits: { ...one.limits, [key]: undefined } }));
  return { routes: bare, common };
}

/** Makes a gateway of a service, with the middleware that its routes have in common. */
export function makeGateway(
  owner: Component,
  { routes, common }: Shared,
  system: System,
  product = ANY_PRODUCT,
): void {
  owner.section = 'gateways';
  if (product.kind !== null) owner.product = product.kind;
  owner.fields.delete('concurrency');
  owner.fields.set('runtime', plain(product.runtime));
  if (common !== undefined) owner.fields.set('middleware', common);
  const { routes: bare, common: policy } = shared(routes, 'policy');
  if (policy !== undefined) owner.fields.set('outbound', map({ default: policy }));
  const written = bare.map((route) => writtenRoute(owner, route, system, product));
  owner.fields.set('routes', list(written));
  system.later('policies', () => {
    system.ask(
      `How much CPU does one request take in ${owner.name}? Until you write it as \`work\` of a middleware, no load fills it`,
    );
  });
}

/** Whether a route can have the conditions of a file, such as the methods of a mistyped line. */
function isWritten({ match, origin }: Route): boolean {
  const { hosts, paths, methods, headers } = match;
  const isRight =
    (methods ?? []).every((one) => METHOD.test(one)) &&
    (hosts ?? []).every((one) => hostProblem(one) === null) &&
    (headers ?? []).every(([name]) => HEADER.test(name)) &&
    (paths ?? []).every((one) => pathProblem(one) === null);
  if (!isRight) origin.list('this condition has no counterpart: write the route');
  return isRight;
}

const METHOD = /^[A-Z]+$/;
const HEADER = /^[\w-]+$/;

/** The routes that no earlier one hides: of the same requests, or of all of a host. */
function reachable(routes: readonly Route[]): readonly Route[] {
  const taken = new Set<string>();
  const key = (match: RouteMatch, path: string): string =>
    JSON.stringify([match.hosts, match.methods, match.headers, path]);
  return routes.filter(({ match, origin }) => {
    const wide = [match, { ...EVERY, hosts: match.hosts }, EVERY].map((one) => key(one, '/*'));
    const own = (match.paths ?? ['/*']).map((path) => key(match, path));
    const isTaken = wide.some((one) => taken.has(one)) || own.every((one) => taken.has(one));
    for (const one of own) taken.add(one);
    if (isTaken) origin.list('another route gets these requests');
    return !isTaken;
  });
}

/** A name for a route of a path or a host; null = that of the number of the route. */
export function routeName(path: string): string {
  const text = samplesOf(path.replace(/^~?\^?/, ''))[0]!
    .replace(/_/g, '-')
    .replace(/^[/-]+/, '');
  const [stem] = /\w.*/.exec(text) ?? [];
  return stem === undefined ? 'root' : allowedName(stem);
}
