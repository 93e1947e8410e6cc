import type { Host } from '../../contracts/scenario/host.js';
import type { Gateway, Route } from '../../contracts/scenario/scenario.js';
import { eachStep } from '../../language/each-step.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import { PRODUCTS } from '../products.js';
import { hostProblem } from '../../language/routing/host.js';
import { expressionSize, pathProblem } from '../../language/routing/path.js';
import type { GatewayOutput, RouteOutput } from '../schema/components.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { resolveBalancers, viaBalancer } from './balancers.js';
import { presetBundle, resolvePolicy } from './bundles.js';
import { conflict, conflictsAt, report, type Context, type Path } from './context.js';
import { chainOf, checkCoalescing, checkEnds, checkPlugins } from './chains.js';
import { resolveProbes } from '../sections/probes.js';
import { resolveHost, resolveOutbound } from './hosts.js';
import { resolveMiddleware } from './middleware.js';
import { routeNames, sorted } from './names.js';
import { withTotal } from './placement.js';
import { resolveSteps } from './steps.js';
import { placesOf, resolveVersions } from './versions.js';
import { checkKeyName, resolveCall } from './targets.js';

/** Resolves all gateways. */
export function resolveGateways(
  context: Context,
  { gateways, services, workloads }: ScenarioOutput,
  hosts: ReadonlyMap<string, Host>,
): ReadonlyMap<string, Gateway> {
  const steps = Object.values(gateways ?? {}).flatMap(({ routes }) =>
    routes.map((own) => own.steps),
  );
  const characters = pathCharacters([workloads, services, steps]);
  const bare = new Map(
    sorted(gateways).map(([name, own]) => [name, resolveGateway(context, name, own, characters)]),
  );
  const targets = new Map<string, Host>([...hosts, ...bare]);
  const written = [...bare].map(([name, own]) => [name, withPresets(own, targets)] as const);
  return new Map([...written, ...resolveBalancers(context)]);
}

/** Resolves a gateway without the default bundles of its product, which depend on its targets. */
function resolveGateway(
  context: Context,
  name: string,
  output: GatewayOutput,
  characters: number,
): Gateway {
  const path = ['gateways', name];
  const { kind } = output;
  const product = PRODUCTS[kind];
  const routing = output.routing ?? product.routing;
  const middleware = resolveMiddleware(context, output.middleware, name, [...path, 'middleware']);
  if (kind === 'kong') checkPlugins(context, middleware);
  const names = routeNames(output.routes);
  const routes = output.routes.map((own, index) => {
    const at = [...path, 'routes', index];
    const route = resolveRoute(context, name, names[index], own, at);
    if (kind === 'kong') checkPlugins(context, route.middleware);
    checkRouting(context, routing, route, own, at);
    return { ...route, chain: chainOf(kind, middleware, route.middleware) };
  });
  checkEnds(context, routes);
  checkCoalescing(
    context,
    routes.map(({ chain }) => chain),
  );
  const affordable = checkCost(context, routes, characters, [...path, 'routes']);
  const host = {
    ...resolveHost(context, name, withTotal(output), path),
    probes: resolveProbes(context, output.probes, [], [...path, 'probes']),
  };
  const versions = resolveVersions(context, output, host, path, (own) => {
    if (kind === 'kong') checkPlugins(context, own);
    return new Map(routes.map((route) => [route.name, chainOf(kind, own, route.middleware)]));
  });
  return {
    ...host,
    zones: placesOf(host, versions),
    versions,
    kind,
    routing,
    answers: new Map(product.answers),
    routes: affordable ? routes : [],
    middleware: chainOf(kind, middleware, []),
    outbound: resolveOutbound(context, output.outbound, [...path, 'outbound']),
    balances: null,
  };
}

/** Adds the default bundles of the product for targets without a bundle in the scenario. Bundles are not merged. */
function withPresets(gateway: Gateway, hosts: ReadonlyMap<string, Host>): Gateway {
  const { kind, outbound, routes } = gateway;
  if (outbound.has('default')) return gateway;
  const all = new Map<string, Bundle>(outbound);
  for (const route of routes) {
    const targets = [...route.to.map(({ target }) => target), route.mirror?.target ?? []].flat();
    eachStep(route.steps ?? [], (step) => {
      if (step.verb === 'call') targets.push(step.to);
    });
    for (const { component } of targets) {
      if (all.has(component)) continue;
      const servers = hosts.get(component)?.replicas ?? 1;
      const policies = PRODUCTS[kind].upstream(servers);
      if (Object.keys(policies).length === 0) continue;
      const count = servers === 1 ? '1 server' : `${servers} servers`;
      const id = kind === 'nginx' ? `preset nginx (${count})` : `preset ${kind}`;
      all.set(component, presetBundle(id, kind, policies));
    }
  }
  return { ...gateway, outbound: new Map(sorted(Object.fromEntries(all))) };
}

function resolveRoute(
  context: Context,
  owner: string,
  name: string,
  output: RouteOutput,
  path: Path,
): Route {
  const match = output.match ?? {};
  const to = sorted(output.to).flatMap(([reference, weight]) => {
    const found = resolveCall(context, reference, owner, [...path, 'to', reference]);
    const target = viaBalancer(context, found, owner);
    return target === null ? [] : [{ target, weight }];
  });
  checkRoute(context, output, to, path);
  const policy = resolvePolicy(context, output.policy, [...path, 'policy']);
  return {
    name,
    methods: several(match.method).map((method) => method.toUpperCase()),
    paths: patterns(context, match.path, [...path, 'match', 'path'], pathProblem),
    hosts: patterns(context, match.host, [...path, 'match', 'host'], hostProblem),
    headers: new Map(sorted(match.headers).map(([header, value]) => [header, several(value)])),
    regexPriority: output.regexPriority ?? 0,
    to,
    steps:
      output.steps === undefined
        ? null
        : resolveSteps(context, output.steps, { name: owner, policy }, [...path, 'steps']),
    responseBytes: output.responseSize ?? 0,
    sticky: stickyKey(context, output, to.length, path),
    mirror: resolveMirror(context, output.mirror, owner, [...path, 'mirror']),
    policy,
    middleware: resolveMiddleware(context, output.middleware, owner, [...path, 'middleware']),
    chain: [],
  };
}

/** Checks that a route has either targets or steps, and only fields that fit. */
function checkRoute(
  context: Context,
  { to, steps, responseSize, mirror, sticky }: RouteOutput,
  targets: Route['to'],
  path: Path,
): void {
  const wrong = conflictsAt(context, path);
  if ((to === undefined) === (steps === undefined)) {
    report(context, 'FL203', path, 'a route needs exactly one of `to` and `steps`');
  }
  if (to === undefined) {
    const needless = (field: string, what: string): void =>
      wrong(field, `${what}, and a route with \`steps\` has no \`to\`: remove it`);
    if (sticky !== undefined) needless('sticky', 'sticky selects among the targets of `to`');
    if (mirror !== undefined) needless('mirror', 'mirror copies requests to the target of `to`');
    return;
  }
  if (responseSize !== undefined) {
    const message =
      'a route with `to` passes on the response of its target: write responseSize only with steps';
    wrong('responseSize', message);
  }
  if (targets.length < Object.keys(to).length) return;
  if (!targets.some(({ weight }) => weight > 0)) {
    wrong('to', 'a route needs a target with a weight above 0');
  }
}

/** The valid patterns of a route. Reports the others. */
function patterns(
  context: Context,
  written: string | readonly string[] | undefined,
  path: Path,
  problemOf: (pattern: string) => string | null,
): readonly string[] {
  return several(written).filter((pattern, index) => {
    const problem = problemOf(pattern);
    if (problem === null) return true;
    conflict(context, typeof written === 'string' ? path : [...path, index], problem);
    return false;
  });
}

function stickyKey(
  context: Context,
  { sticky, to }: RouteOutput,
  targets: number,
  path: Path,
): string | null {
  if (sticky === undefined) return null;
  const at = [...path, 'sticky'];
  checkKeyName(context, sticky, at);
  if (targets === 1 && Object.keys(to ?? {}).length === 1) {
    const message =
      'sticky selects among several targets with weights, and there is only one: write ' +
      'several, or balance its instances by `loadBalancing: { kind: ring, key: ... }`';
    conflict(context, at, message);
  }
  return sticky;
}

function resolveMirror(
  context: Context,
  output: RouteOutput['mirror'],
  owner: string,
  path: Path,
): Route['mirror'] {
  if (output === undefined) return null;
  const target = viaBalancer(
    context,
    resolveCall(context, output.to, owner, [...path, 'to']),
    owner,
  );
  if (output.share === 0) {
    conflict(context, [...path, 'share'], 'a mirror of 0% copies nothing: remove it');
  }
  return target === null ? null : { target, share: output.share };
}

/** Largest number of steps to match all regular expressions against all paths. Beyond it routes are not matched. */
const MATCHING_MAX = 100_000_000;
/** Largest number of routes of a gateway. */
const ROUTES_MAX = 2000;

/** Whether the routes can be matched fast enough, given the total length of all paths. */
function checkCost(
  context: Context,
  routes: readonly Route[],
  characters: number,
  path: Path,
): boolean {
  if (routes.length > ROUTES_MAX) {
    const message = `found ${routes.length} routes; the limit is ${ROUTES_MAX}`;
    report(context, 'FL602', path, message);
    return false;
  }
  const places = routes
    .flatMap((route) => route.paths.map(expressionSize))
    .reduce((sum, size) => sum + size, 0);
  if (places * characters <= MATCHING_MAX) return true;
  const message =
    `${places} positions in regular expressions x ${characters} characters of paths exceed ` +
    `the limit of ${MATCHING_MAX}: use prefixes or \`{id}\``;
  report(context, 'FL602', path, message);
  return false;
}

/** Total length of all paths in calls, anywhere in the scenario. */
function pathCharacters(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, own]) =>
      sum + (key === 'path' && typeof own === 'string' ? own.length : pathCharacters(own)),
    0,
  );
}

/** Reports fields of a route that do not apply with the routing of its gateway. */
function checkRouting(
  context: Context,
  routing: Gateway['routing'],
  route: Route,
  { match, regexPriority }: RouteOutput,
  path: Path,
): void {
  if (regexPriority !== undefined && routing !== 'kong') {
    const message = `regexPriority applies only to \`routing: kong\`, and the routing is ${routing}: remove it`;
    conflict(context, [...path, 'regexPriority'], message);
  } else if (regexPriority !== undefined && route.paths.every(isPrefix)) {
    const message = 'regexPriority orders regular expressions, and this route has none: remove it';
    conflict(context, [...path, 'regexPriority'], message);
  }
  if (routing === 'kong' && Object.keys(match ?? {}).length === 0) {
    const message =
      'Kong requires a method, path, host or headers in each route: to match all requests ' +
      'write `match: { path: /* }`';
    conflict(context, path, message);
  }
}

/** Whether a path is a prefix in Kong, where exact paths and `{id}` need regular expressions. */
function isPrefix(path: string): boolean {
  return path.endsWith('*') && !path.startsWith('~') && !path.includes('{');
}

function several(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
