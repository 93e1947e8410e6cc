import { PLAIN_BALANCING } from '../../src/contracts/scenario/balancing.js';
import type { CountDistribution } from '../../src/kernel/counts.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import { budgetOf } from './budget.js';
import { NS_PER_MS, NS_PER_SECOND } from '../../src/kernel/time.js';
import { outcomeOfStatus } from '../../src/contracts/outcome.js';
import type { Database, Operation } from '../../src/contracts/scenario/database.js';
import type { Middleware } from '../../src/contracts/scenario/middleware.js';
import type { LoadBalancing } from '../../src/contracts/scenario/policies.js';
import type { Host } from '../../src/contracts/scenario/host.js';
import type {
  Fault,
  Gateway,
  Scenario,
  ScenarioFile,
  Variant,
} from '../../src/contracts/scenario/scenario.js';
import type { Route } from '../../src/contracts/scenario/routes.js';
import type { Request, Workload } from '../../src/contracts/scenario/workloads.js';
import type { RunSettings } from '../../src/contracts/scenario/run.js';
import type { Endpoint, Service } from '../../src/contracts/scenario/services.js';
import type { Condition, Step, StepModifiers, Bundle } from '../../src/contracts/scenario/steps.js';
import type { PoolSettings } from '../../src/contracts/scenario/pools.js';

/** Explicit scenarios by hand: every field that is not given has its neutral default. */

export const ms = (value: number): number => value * NS_PER_MS;
export const seconds = (value: number): number => value * NS_PER_SECOND;
export const constant = (valueNs: number): Distribution => ({ kind: 'constant', valueNs });
export const exponential = (meanNs: number): Distribution => ({ kind: 'exponential', meanNs });
export const times = (value: number): CountDistribution => ({ kind: 'constant', value });
export const FREE = constant(0);

export function balancing(
  kind: string,
  config: unknown = {},
  common: Partial<LoadBalancing['common']> = {},
): LoadBalancing {
  return {
    kind,
    config,
    common: { ...PLAIN_BALANCING, ...common },
  };
}

export function bundle(id: string, layers: Bundle['layers'] = []): Bundle {
  return {
    id,
    layers,
    idempotencyKey: null,
    loadBalancing: null,
    outlierDetection: null,
    fallback: null,
    connections: null,
    order: 'default',
  };
}

export function layer(policy: string, config: unknown = {}): Bundle['layers'][number] {
  return {
    policy,
    kind: 'simple',
    config,
    scope: 'instance',
    per: 'callee',
    key: null,
    store: null,
    dryRun: false,
    written: [],
  };
}

export const PLAIN: StepModifiers = {
  name: null,
  policy: null,
  probability: 1,
  times: times(1),
  optional: false,
  onError: null,
  background: false,
  when: null,
};
type Mods = Partial<StepModifiers>;

export const work = (time: number, mods: Mods = {}): Step => ({
  ...PLAIN,
  ...mods,
  verb: 'work',
  time: constant(ms(time)),
});

export const wait = (time: number, mods: Mods = {}): Step => ({
  ...PLAIN,
  ...mods,
  verb: 'wait',
  time: constant(ms(time)),
});

interface CallLine {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
}

export function call(to: string, mods: Mods & CallLine = {}): Step {
  const [component, part = null] = to.split('.') as [string, string?];
  const { method = null, path = null, host = null, headers = {}, ...rest } = mods;
  return {
    ...PLAIN,
    ...rest,
    verb: 'call',
    to: { component, part },
    self: component === 'self',
    method,
    path,
    host,
    headers: new Map(Object.entries(headers)),
    requestBytes: null,
  };
}

export function query(to: string, mods: Mods = {}): Step {
  const [database, operation] = to.split('.') as [string, string];
  return {
    ...PLAIN,
    ...mods,
    verb: 'query',
    route: null,
    shardKey: null,
    database,
    operation,
    of: null,
  };
}

type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;

export function parallel(
  branches: readonly (readonly Step[])[],
  mods: Mods & Partial<Pick<StepOf<'parallel'>, 'join' | 'each' | 'maxConcurrent'>> = {},
): Step {
  return {
    ...PLAIN,
    join: { kind: 'all' },
    each: times(1),
    maxConcurrent: Infinity,
    ...mods,
    verb: 'parallel',
    branches,
  };
}

export function choose(branches: StepOf<'choose'>['branches'], mods: Mods = {}): Step {
  return { ...PLAIN, ...mods, verb: 'choose', branches };
}

export const weighing = (weight: number, ...steps: Step[]) => ({ weight, when: null, steps });
export const given = (when: Condition, ...steps: Step[]) => ({ weight: null, when, steps });

export function loop(count: CountDistribution, steps: readonly Step[], mods: Mods = {}): Step {
  return { ...PLAIN, ...mods, verb: 'loop', count, steps };
}

export const fail = (status: number, mods: Mods = {}): Step => ({
  ...PLAIN,
  ...mods,
  verb: 'fail',
  outcome: outcomeOfStatus(status),
  retryAfterNs: null,
});

export const respond = (status: number, then: readonly Step[] = [], mods: Mods = {}): Step => ({
  ...PLAIN,
  ...mods,
  verb: 'respond',
  outcome: outcomeOfStatus(status),
  responseBytes: null,
  then,
});

export function when(condition: Partial<Omit<Condition, 'headers'>> & CallLine): Condition {
  return {
    class: condition.class ?? null,
    workload: condition.workload ?? null,
    version: condition.version ?? null,
    headers: new Map(Object.entries(condition.headers ?? {})),
  };
}

const HOST: Omit<Host, 'name'> = {
  title: null,
  description: null,
  critical: false,
  replicas: 1,
  zones: [null],
  runtime: 'threads',
  concurrency: Infinity,
  queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null },
  cpu: {
    cores: Infinity,
    discipline: 'processorSharing',
    quota: null,
    contextSwitchTax: 0,
    background: 0,
  },
  cancellation: 'ignore',
  rejectWork: FREE,
  admission: null,
  gc: null,
  memory: null,
  lifecycle: null,
  probes: null,
  autoscaling: null,
  cpuRequest: null,
  requests: { milliCpu: 0, memory: 0 },
  storageBytes: 0,
  disruptionBudget: null,
  protocol: null,
  discovery: null,
  loadBalancing: balancing('roundRobin'),
  outlierDetection: null,
  healthChecks: null,
  external: false,
  labels: new Map(),
};

type Hosted<T> = Partial<Omit<T, 'name'>>;

/** Replicas follow from the zones where only these are given. */
function host(name: string, own: Partial<Host>): Host {
  const replicas = own.replicas ?? own.zones?.length ?? 1;
  const zones = own.zones ?? Array.from({ length: replicas }, () => null);
  return { ...HOST, ...own, name, replicas, zones };
}

export function endpoint(
  name: string,
  steps: readonly Step[],
  own: Partial<Endpoint> = {},
): Endpoint {
  return {
    method: null,
    idempotent: false,
    once: null,
    readOnly: false,
    priority: null,
    concurrency: null,
    timeLimitNs: null,
    requestBytes: 0,
    responseBytes: 0,
    ...own,
    name,
    steps,
  };
}

export function service(
  name: string,
  endpoints: Record<string, readonly Step[] | Endpoint>,
  own: Hosted<Omit<Service, 'endpoints'>> = {},
): Service {
  const all = Object.entries(endpoints).map(
    ([key, value]) => [key, 'steps' in value ? value : endpoint(key, value)] as const,
  );
  return {
    outbound: new Map(),
    outbox: null,
    environments: null,
    versions: null,
    ...own,
    ...host(name, own),
    middleware: placed(own.middleware ?? [], 'services', name),
    endpoints: new Map(all),
  };
}

export function route(
  name: string,
  to: string | Record<string, number>,
  own: Partial<Omit<Route, 'name' | 'to' | 'headers'>> & CallLine = {},
): Route {
  const weights = typeof to === 'string' ? { [to]: 1 } : to;
  const { headers, ...rest } = own;
  return {
    methods: [],
    paths: [],
    hosts: [],
    policy: null,
    middleware: [],
    steps: null,
    responseBytes: 0,
    chain: rest.middleware ?? [],
    regexPriority: 0,
    sticky: null,
    mirror: null,
    ...rest,
    headers: new Map(Object.entries(headers ?? {}).map(([header, value]) => [header, [value]])),
    name,
    to: Object.entries(weights).map(([target, weight]) => {
      const [component, part = null] = target.split('.') as [string, string?];
      return { target: { component, part }, weight };
    }),
  };
}

export function gateway(
  name: string,
  routes: readonly Route[],
  own: Hosted<Omit<Gateway, 'routes'>> = {},
): Gateway {
  const chain = placed(own.middleware ?? [], 'gateways', name);
  return {
    outbound: new Map(),
    kind: 'simple',
    routing: 'firstMatch',
    answers: new Map(),
    balances: null,
    versions: null,
    ...own,
    ...host(name, own),
    middleware: chain,
    routes: routes.map((one) => {
      const { name: part } = one;
      const middleware = placed(one.middleware, 'gateways', name, 'routes', part);
      return { ...one, middleware, chain: [...chain, ...middleware] };
    }),
  };
}

/** Every entry has its own path. */
function placed(chain: readonly Middleware[], ...owner: readonly string[]): readonly Middleware[] {
  return chain.map((one, index) => ({ ...one, at: [...owner, 'middleware', index] }));
}

export function middleware(name: string, own: Partial<Middleware> = {}): Middleware {
  return {
    kind: null,
    dryRun: false,
    work: FREE,
    workPerKiB: FREE,
    maxBytes: null,
    reject: 0,
    status: 403,
    call: null,
    onError: 'reject',
    cached: null,
    coalesce: null,
    response: null,
    when: null,
    rateLimit: null,
    retryAfter: 'none',
    at: [],
    store: null,
    admit: null,
    ...own,
    name,
  };
}

export const UNLIMITED_POOL: PoolSettings = {
  kind: 'simple',
  maxOpen: Infinity,
  maxIdle: Infinity,
  maxLifetimeNs: null,
  maxIdleTimeNs: null,
  acquireTimeoutNs: null,
  waiters: 'fifo',
  seesClosed: true,
};

export function database(
  name: string,
  operations: Record<string, Partial<Operation>>,
  own: Hosted<Omit<Database, 'operations'>> = {},
): Database {
  const all = Object.entries(operations).map(
    ([key, operation]) =>
      [
        key,
        {
          work: null,
          wait: null,
          write: false,
          key: null,
          lock: false,
          table: null,
          lockTimeoutNs: null,
          scan: false,
          fanout: 1,
          units: 1,
          ...operation,
          name: key,
        },
      ] as const,
  );
  return {
    kind: 'generic',
    maxConnections: Infinity,
    reserved: 0,
    connect: FREE,
    connectWork: FREE,
    onAbandon: 'close',
    clientCheckIntervalNs: null,
    idleTimeoutNs: null,
    statementTimeoutNs: null,
    knee: null,
    replication: null,
    shards: null,
    cluster: null,
    capacity: null,
    search: null,
    route: { kind: 'primary' },
    failover: null,
    lockTimeoutNs: null,
    deadlockTimeoutNs: seconds(1),
    deadlockVictim: 'youngest',
    serverSelectionTimeoutNs: 0,
    retryReads: false,
    retryWrites: false,
    pool: UNLIMITED_POOL,
    pools: new Map(),
    ...own,
    ...host(name, own),
    operations: new Map(all),
  };
}

export function request(name: string, steps: readonly Step[], own: Partial<Request> = {}): Request {
  return {
    weight: 1,
    class: null,
    priority: 0,
    keys: new Map(),
    patience: null,
    goodputWithinNs: null,
    ...own,
    name,
    steps,
  };
}

export function workload(
  name: string,
  requests: readonly Request[],
  own: Hosted<Omit<Workload, 'requests'>> = {},
): Workload {
  return {
    title: null,
    description: null,
    critical: false,
    arrivals: { kind: 'poisson', rate: 10 },
    policy: null,
    clients: Infinity,
    class: null,
    zone: null,
    startNs: 0,
    stopNs: null,
    ...own,
    name,
    requests,
  };
}

export function fault(id: string, kind: string, own: Partial<Fault> = {}): Fault {
  return {
    id,
    kind,
    target: [],
    optional: false,
    between: null,
    config: {},
    instances: { kind: 'all' },
    zone: null,
    role: null,
    version: null,
    labels: new Map(),
    share: 1,
    spans: [{ fromNs: seconds(20), untilNs: seconds(30) }],
    jitterNs: 0,
    probability: 1,
    group: null,
    when: null,
    ramp: null,
    ...own,
  };
}

export interface ScenarioParts {
  readonly run?: Partial<RunSettings>;
  readonly network?: Partial<Scenario['network']>;
  readonly keys?: Scenario['keys'];
  readonly gateways?: readonly Gateway[];
  readonly services?: readonly Service[];
  readonly databases?: readonly Database[];
  readonly workloads?: readonly Workload[];
  readonly faults?: readonly Fault[];
}

/** 60 s without warm-up, steps of 10 s. */
export function scenario(parts: ScenarioParts): Scenario {
  const named = <T extends { readonly name: string }>(list: readonly T[] = []) =>
    new Map(list.map((item) => [item.name, item]));
  return {
    title: 'by hand',
    description: null,
    tags: [],
    topics: new Map(),
    brokers: new Map(),
    sagas: new Map(),
    queues: new Map(),
    caches: new Map(),
    eventStores: new Map(),
    projections: new Map(),
    registries: new Map(),
    run: {
      durationNs: seconds(60),
      warmupNs: 0,
      seed: 1,
      replications: 1,
      drainNs: null,
      stepNs: seconds(10),
      maxEvents: 1e9,
      ...parts.run,
    },
    platform: {
      replaces: false,
      restart: null,
      placing: { schedulingDelay: FREE, imagePull: FREE },
      endpointPropagation: null,
      nodes: null,
    },
    network: {
      latency: FREE,
      loss: 0,
      bandwidth: Infinity,
      rtoNs: ms(200),
      zones: new Map(),
      links: [],
      ...parts.network,
    },
    keys: parts.keys ?? new Map(),
    policies: new Map(),
    gateways: named(parts.gateways),
    services: named(parts.services),
    databases: named(parts.databases),
    workloads: named(parts.workloads),
    faults: parts.faults ?? [],
    report: {
      focus: [],
      exemplars: 4,
      slo: null,
      apdexNs: ms(500),
      groups: new Map(),
      hide: [],
      prices: null,
    },
  };
}

/** The only variant of a file, and the file. */
export function fileOf(
  of: Scenario,
  budgets: readonly string[] = [],
): { readonly variant: Variant; readonly file: ScenarioFile } {
  const variant: Variant = {
    name: 'base',
    title: null,
    description: null,
    baseline: true,
    patch: { remove: [], set: [], add: [] },
    changes: [],
    scenario: of,
  };
  const file: ScenarioFile = {
    title: of.title,
    description: null,
    variants: [variant],
    budgets: budgets.map((text) => budgetOf(text)),
    expect: [],
    hypothesis: null,
    accepted: [],
    sha256: '',
  };
  return { variant, file };
}
