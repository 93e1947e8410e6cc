import type { Distribution } from '../../kernel/distribution.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import type { NetworkLink } from '../../contracts/scenario/network.js';
import type { Target } from '../../contracts/scenario/target.js';
import { hopSchema, type Hop } from '../../contracts/scenario/discovery.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { resolvePlacement } from './placement.js';
import { plainHost } from './plain-host.js';
import { sorted } from './names.js';
import { FREE_CPU } from '../../contracts/scenario/process.js';

const FREE: Distribution = { kind: 'constant', valueNs: 0 };

/** Name of the balancer in front of a service with `discovery: { mode: server }`. */
export function balancerName(service: string): string {
  return `${service}-balancer`;
}

/** A service behind a balancer. */
export interface Balanced {
  readonly name: string;
  readonly endpoints: readonly string[];
  readonly hop: Hop;
}

/** The services of a scenario that are behind a balancer. */
export function balancedServices({ services }: ScenarioOutput): readonly Balanced[] {
  return sorted(services).flatMap(([name, { discovery, endpoints }]) => {
    if (discovery?.mode !== 'server') return [];
    const hop = discovery.hop ?? hopSchema.parse({});
    return [{ name, endpoints: Object.keys(endpoints), hop }];
  });
}

/** The target of a call: that of its balancer if the component has one, except for calls within the component. */
export function viaBalancer(context: Context, to: Target | null, owner: string): Target | null {
  if (to === null || to.component === owner) return to;
  const discovery = context.output.services?.[to.component]?.discovery;
  return discovery?.mode === 'server' ? { ...to, component: balancerName(to.component) } : to;
}

/** The balancers: gateways with a route per endpoint, and without policies. */
export function resolveBalancers(
  context: Context,
): readonly (readonly [name: string, own: Gateway])[] {
  return balancedServices(context.output).map(({ name, endpoints, hop }) => {
    const here = cursorAt(context, 'services', name, 'discovery', 'hop');
    const { zone } = context.output.services![name];
    const own = balancerName(name);
    const placement = resolvePlacement(here, hop.replicas, zonesOnly(zone));
    return [
      own,
      {
        ...plainHost(own, { critical: false }, { ...placement, cpu: FREE_CPU }),
        concurrency: hop.concurrency,
        kind: 'simple',
        routing: 'firstMatch',
        answers: new Map(),
        routes: endpoints.map((endpoint) => routeTo(name, endpoint, hop.work, here)),
        middleware: [],
        outbound: new Map(),
        balances: name,
        versions: null,
      },
    ];
  });
}

/** Links with the latency between balancers and their instances. */
export function balancerLinks(output: ScenarioOutput): readonly NetworkLink[] {
  return balancedServices(output).flatMap(({ name, hop }) =>
    hop.latency === null
      ? []
      : [
          {
            between: [balancerName(name), name],
            latency: hop.latency,
            loss: null,
            bandwidth: null,
            idleTimeoutNs: null,
            afterIdle: 'drop',
            oneWay: false,
          },
        ],
  );
}

/** The zones of a service without counts, which are those of its replicas. */
function zonesOnly(zone: NonNullable<ScenarioOutput['services']>[string]['zone']): typeof zone {
  return zone !== null && typeof zone === 'object' && !Array.isArray(zone)
    ? Object.keys(zone).sort()
    : zone;
}

function routeTo(component: string, endpoint: string, work: Distribution, here: Cursor): Route {
  const isFree = work.kind === 'constant' && work.valueNs === 0;
  return {
    name: endpoint,
    methods: [],
    paths: [],
    hosts: [],
    headers: new Map(),
    regexPriority: 0,
    to: [{ target: { component, part: endpoint }, weight: 1 }],
    steps: null,
    responseBytes: 0,
    sticky: null,
    mirror: null,
    policy: null,
    middleware: [],
    chain: isFree ? [] : [handling(work, here)],
  };
}

/** The work of the balancer for a request. */
function handling(work: Distribution, { path: at }: Cursor): Middleware {
  return {
    name: 'transform',
    kind: null,
    dryRun: false,
    work,
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
    store: null,
    admit: null,
    at,
  };
}
