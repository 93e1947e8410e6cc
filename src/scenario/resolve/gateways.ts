import type { Host } from '../../contracts/scenario/host.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import { eachStep } from '../../language/each-step.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import { PRODUCTS } from '../products.js';
import { hostProblem } from '../../language/routing/host.js';
import { expressionSize, pathProblem } from '../../language/routing/path.js';
import type { GatewayOutput, RouteOutput } from '../schema/components.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { resolveBalancers, viaBalancer } from './balancers.js';
import { presetBundle, resolvePolicy } from './bundles.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { chainOf, checkCoalescing, checkEnds, checkPlugins } from './chains.js';
import { resolveHealthChecks } from '../sections/health-checks.js';
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
  const here = cursorAt(context, 'gateways', name);
  const { kind } = output;
  const product = PRODUCTS[kind];
  const routing = output.routing ?? product.routing;
  const middleware = resolveMiddleware(here.in('middleware'), output.middleware, name);
  if (kind === 'kong') checkPlugins(context, middleware);
  const names = routeNames(output.routes);
  const routes = output.routes.map((own, index) => {
    const at = here.in('routes', index);
    const route = resolveRoute(at, name, names[index], own);
    if (kind === 'kong') checkPlugins(context, route.middleware);
    checkRouting(at, routing, route, own);
    return { ...route, chain: chainOf(kind, middleware, route.middleware) };
  });
  checkEnds(context, routes);
  checkCoalescing(
    context,
    routes.map(({ chain }) => chain),
  );
  const affordable = checkCost(here.in('routes'), routes, characters);
  const host = {
    ...resolveHost(here, name, withTotal(output)),
    probes: resolveProbes(here.in('probes'), output.probes, []),
    healthChecks: resolveHealthChecks(here.in('healthChecks'), output.healthChecks, []),
  };
  const versions = resolveVersions(here, output, host, (own) => {
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
    outbound: resolveOutbound(here.in('outbound'), output.outbound),
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

function resolveRoute(here: Cursor, owner: string, name: string, output: RouteOutput): Route {
  const { match } = output;
  const to = sorted(output.to).flatMap(([reference, weight]) => {
    const found = resolveCall(here.in('to', reference), reference, owner);
    const target = viaBalancer(here.context, found, owner);
    return target === null ? [] : [{ target, weight }];
  });
  checkRoute(here, output, to);
  const policy = resolvePolicy(here.in('policy'), output.policy);
  return {
    name,
    methods: several(match?.method).map((method) => method.toUpperCase()),
    paths: patterns(here.in('match', 'path'), match?.path, pathProblem),
    hosts: patterns(here.in('match', 'host'), match?.host, hostProblem),
    headers: new Map(sorted(match?.headers).map(([header, value]) => [header, several(value)])),
    regexPriority: output.regexPriority ?? 0,
    to,
    steps:
      output.steps === null
        ? null
        : resolveSteps(here.in('steps'), output.steps, { name: owner, policy }),
    responseBytes: output.responseBytes ?? 0,
    sticky: stickyKey(here, output, to.length),
    mirror: resolveMirror(here.in('mirror'), output.mirror, owner),
    policy,
    middleware: resolveMiddleware(here.in('middleware'), output.middleware, owner),
    chain: [],
  };
}

/** Checks that a route has either targets or steps, and only fields that fit. */
function checkRoute(
  here: Cursor,
  { to, steps, responseBytes, mirror, sticky }: RouteOutput,
  targets: Route['to'],
): void {
  const wrong = here.conflicts();
  if ((to === null) === (steps === null)) {
    here.report('FL203', 'a route needs exactly one of `to` and `steps`');
  }
  if (to === null) {
    const needless = (field: string, what: string): void =>
      wrong(field, `${what}, and a route with \`steps\` has no \`to\`: remove it`);
    if (sticky !== null) needless('sticky', 'sticky selects among the targets of `to`');
    if (mirror !== null) needless('mirror', 'mirror copies requests to the target of `to`');
    return;
  }
  if (responseBytes !== null) {
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
  here: Cursor,
  written: string | readonly string[] | null | undefined,
  problemOf: (pattern: string) => string | null,
): readonly string[] {
  return several(written).filter((pattern, index) => {
    const problem = problemOf(pattern);
    if (problem === null) return true;
    (typeof written === 'string' ? here : here.in(index)).conflict(problem);
    return false;
  });
}

function stickyKey(here: Cursor, { sticky, to }: RouteOutput, targets: number): string | null {
  if (sticky === null) return null;
  const at = here.in('sticky');
  checkKeyName(at, sticky);
  if (targets === 1 && Object.keys(to ?? {}).length === 1) {
    const message =
      'sticky selects among several targets with weights, and there is only one: write ' +
      'several, or balance its instances by `loadBalancing: { kind: ring, key: ... }`';
    at.conflict(message);
  }
  return sticky;
}

function resolveMirror(
  here: Cursor,
  output: RouteOutput['mirror'],
  owner: string,
): Route['mirror'] {
  if (output === null) return null;
  const target = viaBalancer(here.context, resolveCall(here.in('to'), output.to, owner), owner);
  if (output.share === 0) {
    here.in('share').conflict('a mirror of 0% copies nothing: remove it');
  }
  return target === null ? null : { target, share: output.share };
}

/** Largest number of steps to match all regular expressions against all paths. Beyond it routes are not matched. */
const MATCHING_MAX = 100_000_000;
/** Largest number of routes of a gateway. */
const ROUTES_MAX = 2000;

/** Whether the routes can be matched fast enough, given the total length of all paths. */
function checkCost(here: Cursor, routes: readonly Route[], characters: number): boolean {
  if (routes.length > ROUTES_MAX) {
    const message = `found ${routes.length} routes; the limit is ${ROUTES_MAX}`;
    here.report('FL602', message);
    return false;
  }
  const places = routes
    .flatMap((route) => route.paths.map(expressionSize))
    .reduce((sum, size) => sum + size, 0);
  if (places * characters <= MATCHING_MAX) return true;
  const message =
    `${places} positions in regular expressions x ${characters} characters of paths exceed ` +
    `the limit of ${MATCHING_MAX}: use prefixes or \`{id}\``;
  here.report('FL602', message);
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
  here: Cursor,
  routing: Gateway['routing'],
  route: Route,
  { match, regexPriority }: RouteOutput,
): void {
  if (regexPriority !== null && routing !== 'kong') {
    const message = `regexPriority applies only to \`routing: kong\`, and the routing is ${routing}: remove it`;
    here.in('regexPriority').conflict(message);
  } else if (regexPriority !== null && route.paths.every(isPrefix)) {
    const message = 'regexPriority orders regular expressions, and this route has none: remove it';
    here.in('regexPriority').conflict(message);
  }
  if (routing === 'kong' && Object.values(match ?? {}).every((field) => field === null)) {
    const message =
      'Kong requires a method, path, host or headers in each route: to match all requests ' +
      'write `match: { path: /* }`';
    here.conflict(message);
  }
}

/** Whether a path is a prefix in Kong, where exact paths and `{id}` need regular expressions. */
function isPrefix(path: string): boolean {
  return path.endsWith('*') && !path.startsWith('~') && !path.includes('{');
}

function several(value: string | readonly string[] | null | undefined): readonly string[] {
  return value === null || value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
