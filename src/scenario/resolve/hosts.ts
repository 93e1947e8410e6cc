import type { Distribution } from '../../kernel/distribution.js';
import type {
  Bundle,
  Cpu,
  Endpoint,
  Gateway,
  Host,
  Layer,
  Middleware,
  Route,
  Service,
} from '../../spec/scenario.js';
import type { GatewayOutput, RouteOutput, ServiceOutput } from '../schema/components.js';
import type { HostOutput, MiddlewareOutput } from '../schema/host.js';
import {
  checkLayer,
  layerOf,
  resolveBundle,
  resolveLoadBalancing,
  resolvePolicy,
} from './bundles.js';
import type { Context, Path } from './context.js';
import { report, reportKey, writtenAt } from './context.js';
import type { CoalesceFields, KeyedFields } from './middleware.js';
import { checkChain, resolveCached, resolveCoalesce } from './middleware.js';
import { BUILT_IN_KEYS, routeNames, sorted } from './names.js';
import { resolveSteps, resolveWhen } from './steps.js';
import { resolveCall, split, withPart } from './targets.js';
import { resolvePlacement } from './placement.js';

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

/** One service in its final form. */
export function resolveService(context: Context, name: string, output: ServiceOutput): Service {
  const path = ['services', name];
  const endpoints = new Map<string, Endpoint>();
  for (const [endpoint, own] of sorted(output.endpoints)) {
    const at = [...path, 'endpoints', endpoint, 'steps'];
    endpoints.set(endpoint, {
      name: endpoint,
      steps: resolveSteps(context, own.steps, { name, policy: null }, at),
      idempotent: own.idempotent || own.readOnly,
      readOnly: own.readOnly,
      requestBytes: own.requestSize,
      responseBytes: own.responseSize,
    });
  }
  if (endpoints.size === 0)
    report(context, 'FL203', [...path, 'endpoints'], 'a service has at least one endpoint');
  return {
    ...resolveHost(context, name, output, path),
    endpoints,
    middleware: resolveMiddleware(context, output.middleware, name, [...path, 'middleware']),
    outbound: resolveOutbound(context, output.outbound, [...path, 'outbound']),
  };
}

/** One gateway in its final form. */
export function resolveGateway(context: Context, name: string, output: GatewayOutput): Gateway {
  const path = ['gateways', name];
  const names = routeNames(output.routes);
  const routes = output.routes.map((route, index) =>
    resolveRoute(context, name, names[index], route, [...path, 'routes', index]),
  );
  const middleware = resolveMiddleware(context, output.middleware, name, [...path, 'middleware']);
  routes.forEach((route, index) =>
    checkChain(context, middleware, route.middleware, [...path, 'routes', index, 'middleware']),
  );
  return {
    ...resolveHost(context, name, output, path),
    routing: output.routing,
    routes,
    middleware,
    outbound: resolveOutbound(context, output.outbound, [...path, 'outbound']),
  };
}

function resolveHost(context: Context, name: string, output: HostOutput, path: Path): Host {
  const runtime = output.runtime.kind;
  const written = resolveCpu(context, output.cpu, [...path, 'cpu']);
  const stated = writtenAt(context, [...path, 'cpu', 'cores']) !== undefined;
  const cpu = runtime === 'eventLoop' && !stated ? { ...written, cores: 1 } : written;
  if (runtime === 'eventLoop') checkEventLoop(context, output, cpu, path);
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    ...resolvePlacement(context, output.replicas, output.zone, path),
    runtime,
    concurrency: runtime === 'eventLoop' ? cpu.cores : (output.concurrency ?? Infinity),
    queue: {
      capacity: output.queue.capacity,
      discipline: output.queue.discipline,
      maxWaitNs: output.queue.maxWait,
    },
    cpu,
    cancellation: output.cancellation,
    rejectWork: output.rejectWork,
    loadBalancing: resolveLoadBalancing(context, output.loadBalancing, [...path, 'loadBalancing']),
    external: output.external,
    labels: new Map(sorted(output.labels)),
  };
}

function checkEventLoop(context: Context, output: HostOutput, cpu: Cpu, path: Path): void {
  if (output.concurrency !== undefined) {
    report(
      context,
      'FL208',
      [...path, 'concurrency'],
      'an event loop has one worker per core: leave concurrency out',
    );
  }
  if (!Number.isInteger(cpu.cores)) {
    report(
      context,
      'FL208',
      [...path, 'cpu', 'cores'],
      'an event loop has one worker per core: cores must be a whole number',
    );
  }
}

/** Cores of a placed component. */
export function resolveCpu(context: Context, output: HostOutput['cpu'], path: Path): Cpu {
  const { cores, discipline, quota, contextSwitchTax } = output;
  if (discipline === 'fcfs' && cores !== Infinity && !Number.isInteger(cores)) {
    report(
      context,
      'FL208',
      [...path, 'cores'],
      'with fcfs each core serves one piece of work: cores must be a whole number',
    );
  }
  if (contextSwitchTax >= 1) {
    report(
      context,
      'FL204',
      [...path, 'contextSwitchTax'],
      'must be below 100%: nothing would ever be done',
    );
  }
  return {
    cores,
    discipline,
    quota: quota === undefined ? null : { limit: quota.limit, periodNs: quota.period },
    contextSwitchTax,
  };
}

function resolveOutbound(
  context: Context,
  output: HostOutput['outbound'],
  path: Path,
): ReadonlyMap<string, Bundle> {
  const outbound = new Map<string, Bundle>();
  for (const [callee, bundle] of sorted(output)) {
    const at = [...path, callee];
    const [name, part] = split(callee);
    const thing = context.names.things.get(name);
    if (callee !== 'default' && thing === undefined && !context.names.broken.has(name)) {
      const allowed = ['default', ...context.names.things.keys()];
      reportKey(context, 'FL404', at, `there is no component ${name}`, { found: name, allowed });
    } else if (part !== null && thing !== undefined && thing.kind !== 'gateway') {
      withPart(context, name, part, at);
    }
    outbound.set(callee, resolveBundle(context, bundle, at));
  }
  return outbound;
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
    const target = resolveCall(context, reference, owner, [...path, 'to', reference]);
    return target === null ? [] : [{ target, weight }];
  });
  checkRoute(context, output, to, path);
  const policy = resolvePolicy(context, output.policy, [...path, 'policy']);
  return {
    name,
    methods: several(match.method).map((method) => method.toUpperCase()),
    paths: several(match.path),
    hosts: several(match.host),
    headers: new Map(sorted(match.headers)),
    to,
    steps:
      output.steps === undefined
        ? null
        : resolveSteps(context, output.steps, { name: owner, policy }, [...path, 'steps']),
    responseBytes: output.responseSize ?? 0,
    policy,
    middleware: resolveMiddleware(context, output.middleware, owner, [...path, 'middleware']),
  };
}

/** A route leads somewhere, or does something itself. */
function checkRoute(
  context: Context,
  { to, steps, responseSize }: RouteOutput,
  targets: Route['to'],
  path: Path,
): void {
  if ((to === undefined) === (steps === undefined)) {
    report(context, 'FL203', path, 'a route has `to` or `steps`, one of them');
  }
  if (to !== undefined && responseSize !== undefined) {
    const message = 'a route answers with what its target answers: responseSize belongs to steps';
    report(context, 'FL208', [...path, 'responseSize'], message);
  }
  if (to === undefined || targets.length < Object.keys(to).length) return;
  if (!targets.some(({ weight }) => weight > 0)) {
    report(context, 'FL208', [...path, 'to'], 'a route needs a target with a weight above 0');
  }
}

function resolveMiddleware(
  context: Context,
  outputs: readonly MiddlewareOutput[] | undefined,
  owner: string,
  path: Path,
): Middleware[] {
  const chain = (outputs ?? []).flatMap((output, index) => {
    const [name, fields] = Object.entries(output)[0] ?? [];
    if (name === undefined || fields === undefined) return [];
    return [
      resolveEntry(context, name, fields as unknown as EntryFields, owner, [...path, index, name]),
    ];
  });
  checkChain(context, [], chain, path);
  return chain;
}

interface EntryFields extends KeyedFields {
  readonly kind?: string;
  readonly work: Distribution;
  readonly workPerKiB?: Distribution;
  readonly max?: number;
  readonly reject?: number;
  readonly status?: number;
  readonly onError?: 'allow' | 'reject';
  readonly when?: {
    readonly class?: string;
    readonly workload?: string;
    readonly header?: Record<string, string>;
  };
}

/** Status of a refusal where none is written. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['authenticate', 401],
  ['authorize', 403],
  ['rateLimit', 429],
  ['filter', 403],
]);

/** Middleware whose `key` is its own, and not that of a cache. */
const KEYED: ReadonlySet<string> = new Set(['rateLimit', 'coalesce']);

function resolveEntry(
  context: Context,
  name: string,
  fields: EntryFields,
  owner: string,
  path: Path,
): Middleware {
  const { kind, work, reject = 0, status, call, onError = 'reject', when } = fields;
  if (kind === 'introspection' && call === undefined) {
    report(context, 'FL203', path, 'introspection asks somebody: write call: COMPONENT.ENDPOINT');
  }
  const standard = kind === 'size' ? 413 : (STATUS.get(name) ?? 403);
  const { workPerKiB = NOTHING, max } = fields;
  if (max !== undefined && kind !== 'size') {
    report(context, 'FL208', [...path, 'max'], 'max is the limit of a filter of kind size');
  }
  return {
    name,
    kind: kind ?? null,
    work,
    workPerKiB,
    maxBytes: max ?? null,
    reject,
    status: status ?? standard,
    call: call === undefined ? null : resolveCall(context, call, owner, [...path, 'call']),
    onError,
    cached: KEYED.has(name) ? null : resolveCached(context, fields, path),
    coalesce:
      name === 'coalesce'
        ? resolveCoalesce(context, fields as unknown as CoalesceFields, path)
        : null,
    when: resolveWhen(context, when, [...path, 'when']),
    rateLimit: name === 'rateLimit' ? limiter(context, fields, path) : null,
  };
}

/** A limiter knows its own fields only; what all middleware has is left out. */
function limiter(context: Context, fields: EntryFields, path: Path): Layer {
  const {
    work: _work,
    reject: _reject,
    call: _call,
    onError: _onError,
    when: _when,
    key,
    ...own
  } = fields;
  if (key !== undefined && BUILT_IN_KEYS.has(key)) {
    report(
      context,
      'FL202',
      [...path, 'key'],
      `the built-in key ${key} is known, not in this version of a limiter`,
    );
  } else if (key !== undefined && !context.names.keys.includes(key)) {
    const allowed = context.names.keys;
    report(context, 'FL404', [...path, 'key'], `there is no key ${key} in keys`, {
      found: key,
      allowed,
    });
  }
  const layer = layerOf('rateLimit', own as Record<string, unknown>, undefined);
  checkLayer(context, layer, new Map([['rateLimit', layer.config]]), path);
  return key === undefined ? layer : { ...layer, config: { ...(layer.config as object), key } };
}

function several(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
