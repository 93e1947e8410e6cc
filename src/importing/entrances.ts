import type { Gateway } from '../contracts/scenario/scenario.js';
import { pathPattern } from '../language/routing/path.js';
import { PRODUCTS } from '../scenario/products.js';
import { ImportError } from './error.js';
import { allowedName } from './names.js';
import { pathBefore } from './rewrites.js';
import type { Component, System } from './system.js';
import type {
  Measured,
  TracedCall,
  TracedComponent,
  TracedEndpoint,
  TracedStep,
  TraceModel,
} from './traces/model.js';
import { callsIn } from './traces/steps.js';
import { list, map, plain, type Written, type WrittenMap } from './written.js';

/** A request, as the name of an endpoint has it. */
export interface TracedRequest {
  readonly method: string | null;
  /** Pattern that a route takes, and a path that matches it. */
  readonly path: string;
  readonly sample: string;
}

/** Requests that an entrance passes to one endpoint. */
export interface Passed extends TracedRequest {
  readonly to: string;
  readonly endpoint: string;
  /** Of the requests of the endpoint of the entrance. */
  readonly share: number;
  /** The endpoint of the entrance; '' where it has no spans of its own requests. */
  readonly of: string;
  /** Own time of the entrance. */
  readonly time: Measured | null;
  /** The path is that of the endpoint behind it: the entrance shows none of its own. */
  readonly isInner: boolean;
}

/** What passes all requests of users on, as traces show it. */
interface Entrance {
  readonly name: string;
  readonly component: TracedComponent | null;
  /** null = it does more than pass requests on. */
  readonly passed: readonly Passed[] | null;
}

/** An entrance of the traces that is a gateway of the manifests. */
export interface JoinedGateway {
  readonly gateway: Component;
  readonly passed: readonly Passed[];
  readonly component: TracedComponent | null;
}

/**
 * Entrances of the traces by name that are gateways of the manifests: those with the name of one, those that the user names, and the only
 * one that leads to the services of the routes of a single gateway.
 */
export function joinedGateways(
  system: System,
  model: TraceModel,
): ReadonlyMap<string, JoinedGateway> {
  const gateways = system.components.filter(({ section }) => section === 'gateways');
  if (gateways.length === 0) return new Map();
  const entrances = entrancesOf(model);
  const joined = new Map<string, JoinedGateway>();
  for (const { name, component, passed } of entrances) {
    const named = system.named(name);
    if (named?.section !== 'gateways') continue;
    const own = seenBefore(system, named, passed);
    if (own !== null) joined.set(name, { gateway: named, passed: own, component });
    else if (system.names.mappedTo(name) !== undefined)
      throw new ImportError(
        `--map ${name}=${named.name}: ${name} of the traces does more than pass each request to one service, so it is no gateway`,
      );
  }
  const free = entrances.filter(
    ({ name, passed }) =>
      passed !== null &&
      system.named(name) === undefined &&
      system.names.mappedTo(name) === undefined,
  );
  const taken = new Set([...joined.values()].map(({ gateway }) => gateway));
  const pairs = free.flatMap((entrance) =>
    gateways
      .filter((gateway) => !taken.has(gateway) && leadsTo(system, gateway, entrance))
      .flatMap((gateway) => {
        const passed = seenBefore(system, gateway, entrance.passed);
        return passed === null ? [] : [{ entrance, gateway, passed }];
      }),
  );
  for (const entrance of free) {
    const own = pairs.filter((pair) => pair.entrance === entrance);
    const [first] = own;
    if (first === undefined) continue;
    const { gateway, passed } = first;
    const { name } = entrance;
    if (own.length === 1 && pairs.filter((pair) => pair.gateway === gateway).length === 1) {
      joined.set(name, { gateway, passed, component: entrance.component });
      system.joined.set(name, gateway);
      continue;
    }
    const names = own.map((pair) => pair.gateway.name);
    const which = `Which gateway is ${name} of the traces: ${names.join(' or ')}?`;
    system.ask(
      own.length === 1
        ? `Is ${name} of the traces the gateway ${gateway.name}? Then add --map ${name}=${gateway.name}`
        : `${which} Add --map ${name}=${names[0]!}, for instance`,
    );
  }
  return joined;
}

function entrancesOf(model: TraceModel): readonly Entrance[] {
  const calls = model.components.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ steps }) => callsIn(steps)),
  );
  const called = new Set(calls.map(({ to }) => to));
  const entered = new Set(model.entries.map(({ to }) => to));
  const services = new Set(
    model.components.filter(({ kind }) => kind === 'service').map(({ name }) => name),
  );
  const own = model.components
    .filter(({ name, kind }) => kind === 'service' && entered.has(name) && !called.has(name))
    .map((component): Entrance => {
      const passed = component.endpoints.map((endpoint) => passedBy(endpoint, services));
      const isWhole = passed.every((one) => one !== null);
      const all = isWhole ? passed.flatMap((one) => one ?? []) : null;
      return { name: component.name, component, passed: all };
    });
  // A gateway that writes the spans of its calls only: they are the first ones of their traces.
  const names = [...new Set(model.entries.flatMap(({ via }) => via ?? []))];
  const others = names.map((name): Entrance => {
    const passed = model.entries
      .filter(({ via }) => via === name)
      .map((entry) => ({
        ...requestOf(entry.endpoint),
        to: entry.to,
        endpoint: entry.endpoint,
        share: 1,
        of: '',
        time: null,
        isInner: true,
      }));
    return { name, component: null, passed };
  });
  return [...own, ...others.filter(({ name }) => !services.has(name))];
}

/** What an endpoint passes on: each of its requests makes one call to a service. null = it does something else. */
function passedBy(
  endpoint: TracedEndpoint,
  services: ReadonlySet<string>,
): readonly Passed[] | null {
  const [first] = endpoint.steps;
  const branches =
    endpoint.steps.length === 1 && first?.kind === 'choose'
      ? first.branches.map(({ weight, steps }) => ({ share: Number(weight.text), steps }))
      : [{ share: 1, steps: endpoint.steps }];
  const passed: Passed[] = [];
  for (const { share, steps } of branches) {
    const calls = steps.filter((step): step is TracedCall => step.kind === 'call');
    const isPlain = steps.every(isOwnTime(calls));
    const total = calls.reduce((sum, { chance }) => sum + shareOf(chance), 0);
    if (!isPlain || calls.length === 0 || total > 1.05) return null;
    if (calls.some(({ to, isBackground }) => !services.has(to) || isBackground === true))
      return null;
    for (const call of calls) {
      const isOwn = branches.length === 1 && calls.length === 1 && HAS_PATH.test(endpoint.name);
      const request = requestOf(isOwn ? endpoint.name : call.endpoint);
      const { to, endpoint: called, chance } = call;
      const own = share * shareOf(chance);
      passed.push({
        ...request,
        to,
        endpoint: called,
        share: own,
        of: endpoint.name,
        time: timeOf(steps),
        isInner: !isOwn,
      });
    }
  }
  return passed;
}

const HAS_PATH = /^(?:[A-Z]+ )?\//;

function isOwnTime(calls: readonly TracedStep[]): (step: TracedStep) => boolean {
  return (step) => step.kind === 'work' || step.kind === 'wait' || calls.includes(step);
}

function shareOf(chance: Measured | null): number {
  return chance === null ? 1 : Number(chance.text);
}

function timeOf(steps: readonly TracedStep[]): Measured | null {
  const own = steps.find((step) => step.kind === 'work' || step.kind === 'wait');
  return own?.time ?? null;
}

/** `POST /orders/{id}`; names without a path, such as those of gRPC, have one. */
export function requestOf(name: string): TracedRequest {
  const [, method = null, rest = ''] = /^(?:([A-Z]+) )?(.*)$/.exec(name)!;
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return { method, path, sample: path.replace(/\*$/, '').replace(/\{[^}]*\}/g, '1') };
}

/** Requests with the paths that they have at a gateway; null if that does not tell them apart. */
function seenBefore(
  system: System,
  gateway: Component,
  passed: readonly Passed[] | null,
): readonly Passed[] | null {
  const routing = routingOf(gateway);
  const routes = gateway.fields.get('routes');
  const all = routes?.kind === 'list' ? routes.items : [];
  const seen = passed?.map((one) => {
    const component = system.named(one.to)?.name ?? '';
    if (!one.isInner) return one;
    for (const route of all)
      for (const rewrite of system.rewrites.get(route) ?? []) {
        const path = pathBefore(rewrite, one.path);
        const before =
          path === null ? null : { ...one, ...requestOf(`${one.method ?? ''} ${path}`.trim()) };
        if (before !== null && takes(route, before, component, routing)) return before;
      }
    return one;
  });
  return seen === undefined ? null : distinct(seen);
}

/** The same requests once each; null if two endpoints get requests that no path and no method tells apart. */
function distinct(all: readonly Passed[]): readonly Passed[] | null {
  const byRequest = new Map<string, Passed>();
  for (const one of all) {
    const known = byRequest.get(`${one.method} ${one.path}`);
    if (known !== undefined && (known.to !== one.to || known.endpoint !== one.endpoint))
      return null;
    byRequest.set(`${one.method} ${one.path}`, one);
  }
  return all;
}

function leadsTo(system: System, gateway: Component, { passed }: Entrance): boolean {
  const targets = new Set(system.edges.filter(({ from }) => from === gateway).map(({ to }) => to));
  return passed!.every(({ to }) => {
    const component = system.named(to);
    return component !== undefined && targets.has(component);
  });
}

/** A route with its name: the endpoint behind each path, with the policies of the first route of the manifests that takes it. */
export interface GatewayRoute {
  readonly gateway: string;
  readonly name: string;
  readonly passed: Passed;
}

/**
 * Puts the requests that were seen before the routes of the manifests: these say which service gets a request, and traces which of its
 * endpoints. `targetOf`: the endpoint of a call in the scenario.
 */
export function routesOf(
  { gateway, passed }: JoinedGateway,
  targetOf: (call: Passed) => string,
  measured: (time: Measured) => Written,
): readonly GatewayRoute[] {
  const known = gateway.fields.get('routes');
  const written = known?.kind === 'list' ? known.items : [];
  const taken = new Set(written.map((route) => textOf(route, 'name')));
  const routes: (GatewayRoute & { readonly route: WrittenMap })[] = [];
  for (const one of [...passed].sort(byExactness)) {
    const target = targetOf(one);
    const same = routes.find(
      ({ passed: { method, path } }) => method === one.method && path === one.path,
    );
    if (same !== undefined) {
      routes.push({ ...same, passed: one });
      continue;
    }
    const base = allowedName(target.replace(/^.*\./, ''));
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    const like = written.find((route) =>
      takes(route, one, target.replace(/\..*$/, ''), routingOf(gateway)),
    );
    const entries = like?.kind === 'map' ? [...like.entries] : [];
    const match = map({
      path: plain(one.path),
      method: one.method === null || !isAmbiguous(one, passed) ? undefined : plain(one.method),
    });
    const rest = entries.filter(([key]) => !['name', 'match', 'to'].includes(key));
    const filter = one.time === null ? undefined : map({ work: measured(one.time) });
    const route = map({
      name: plain(name),
      match,
      to: plain(target),
      middleware: filter === undefined ? undefined : list([map({ filter })]),
      ...Object.fromEntries(rest),
    });
    routes.push({ gateway: gateway.name, name, passed: one, route });
  }
  const added = [...new Set(routes.map(({ route }) => route))];
  gateway.fields.set('routes', list([...added, ...written]));
  return routes;
}

/** Exact paths before patterns, long ones first. */
function byExactness(a: Passed, b: Passed): number {
  const star = Number(a.path.endsWith('*')) - Number(b.path.endsWith('*'));
  return star || b.path.length - a.path.length;
}

function isAmbiguous(one: Passed, all: readonly Passed[]): boolean {
  return all.some(({ path, method }) => path === one.path && method !== one.method);
}

/** Whether a route of the manifests takes these requests, and leads to this component alone. */
function takes(
  route: Written,
  { method, sample }: Passed,
  component: string,
  routing: Gateway['routing'],
): boolean {
  const match = route.kind === 'map' ? route.entries.get('match') : undefined;
  if (match?.kind !== 'map' || match.entries.has('headers')) return false;
  const wanted = textOf(match, 'method');
  if (wanted !== '' && method !== null && wanted !== method) return false;
  const paths = match.entries.get('path');
  const patterns = paths?.kind === 'list' ? paths.items : [paths];
  const isTaken = patterns.some(
    (pattern) =>
      pattern?.kind === 'scalar' && pathPattern(String(pattern.value), routing).takes(sample),
  );
  return isTaken && textOf(route, 'to').split('.')[0] === component;
}

/** How a gateway of the files chooses a route. */
export function routingOf({ product }: Component): Gateway['routing'] {
  return PRODUCTS[(product ?? 'simple') as Gateway['kind']].routing;
}

function textOf(written: Written, key: string): string {
  const value = written.kind === 'map' ? written.entries.get(key) : undefined;
  return value?.kind === 'scalar' ? String(value.value) : '';
}
