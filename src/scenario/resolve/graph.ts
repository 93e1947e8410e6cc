import type { Gateway, Scenario } from '../../contracts/scenario/scenario.js';
import type { Target } from '../../contracts/scenario/target.js';
import type { Step, StepOf } from '../../contracts/scenario/steps.js';
import { shapesOf } from '../../contracts/scenario/services.js';
import { outboxEdges } from './outbox-edges.js';
import { routedTo } from '../../language/mesh.js';
import { nodesAsked } from '../../language/databases.js';
import { possibleRoutes, routeOf } from '../../language/routes.js';
import { sagaStart } from '../modules/sagas/calls.js';
import { ofComponents } from './modules.js';
import { asked, askedByAny, sharedLevel, versionChains } from './chain-targets.js';
import { triesOf } from './tries.js';
import { leastOf, meanOf } from './count-bounds.js';
import { readEdges, storeEdges } from '../modules/event-stores/calls.js';
import type { CallSite, CallEdge, CallWalker } from './call-edge.js';
import type { StepCount } from '../../contracts/quantities/quantities.js';

/** All possible calls between the components of a scenario. */
export class CallGraph {
  /** Component pairs as `caller->callee`. */
  readonly pairs: ReadonlySet<string> = new Set(
    this.edges.map((e) => `${componentOf(e.from)}->${componentOf(e.to)}`),
  );

  constructor(readonly edges: readonly CallEdge[]) {}

  /** Whether there is a call between two ends. `all` and a missing part match everything. */
  has(from: readonly [string, string | null], to: readonly [string, string | null]): boolean {
    return this.edges.some((edge) => matches(edge.from, from) && matches(edge.to, to));
  }
}

/** Calls that only other versions of a service or gateway make. */
function versionEdges(
  scenario: Omit<Scenario, 'faults' | 'report'>,
  known: readonly CallEdge[],
): readonly CallEdge[] {
  const edges: CallEdge[] = [];
  const walker = new Walker(scenario, edges);
  for (const service of scenario.services.values()) {
    for (const shape of shapesOf(service).slice(1)) {
      for (const [part, { steps }] of shape.endpoints) {
        const from = `${service.name}.${part}`;
        for (const to of askedByAny(scenario, shape.middleware)) walker.check(from, to, false);
        walker.steps(startOf(from), steps);
      }
    }
  }
  for (const [from, chain] of versionChains(scenario)) {
    for (const to of askedByAny(scenario, chain)) walker.check(from, to, false);
  }
  const isNew = ({ from, to }: CallEdge): boolean =>
    !known.some((edge) => edge.from === from && edge.to === to);
  return edges.filter(isNew).map((edge) => ({ ...edge, certain: false }));
}

/** Collects the calls of all endpoints, routes, middleware and requests. */
export function callGraph(scenario: Omit<Scenario, 'faults' | 'report'>): CallGraph {
  const edges: CallEdge[] = [];
  const walker = new Walker(scenario, edges);
  for (const [name, service] of scenario.services) {
    for (const [part, endpoint] of service.endpoints) {
      const from = `${name}.${part}`;
      for (const entry of service.middleware) {
        for (const to of asked(scenario, entry)) walker.check(from, to, entry.when === null);
      }
      walker.steps(startOf(from), endpoint.steps);
    }
  }
  for (const [name, gateway] of scenario.gateways) {
    for (const route of gateway.routes) {
      const from = `${name}.${route.name}`;
      for (const entry of route.chain) {
        for (const to of asked(scenario, entry)) walker.check(from, to, entry.when === null);
      }
      walker.steps(startOf(from, route.policy), route.steps ?? []);
      const live = route.to.filter(({ weight }) => weight > 0);
      for (const { target } of live) {
        const at = { from, certain: live.length === 1, times: 1 };
        walker.under(at, target, null, route.policy ?? outboundOf(gateway, target));
      }
      if (route.mirror !== null) {
        const { target, share } = route.mirror;
        const at = { from, certain: share === 1, times: share };
        walker.under(at, target, null, outboundOf(gateway, target));
      }
    }
  }
  edges.push(...versionEdges(scenario, edges));
  for (const service of scenario.services.values()) edges.push(...outboxEdges(service));
  for (const [name, workload] of scenario.workloads) {
    for (const request of workload.requests) {
      walker.steps(startOf(`${name}.${request.name}`, workload.policy), request.steps);
    }
  }
  ofComponents(scenario, (module, own) => module.calls(own, walker));
  return new CallGraph(edges);
}

/** A cycle of certain calls, as the parts from the first back to it; null = none. */
export function certainCycle(graph: CallGraph): readonly string[] | null {
  const out = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (edge.certain) out.set(edge.from, [...(out.get(edge.from) ?? []), edge.to]);
  }
  const state = new Map<string, 'open' | 'done'>();
  for (const start of [...out.keys()].sort()) {
    // An explicit stack, because chains of calls can be too long for recursion.
    const stack: { node: string; next: number }[] = [{ node: start, next: 0 }];
    if (state.get(start) !== undefined) continue;
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const callee = (out.get(top.node) ?? [])[top.next++];
      if (callee === undefined) {
        state.set(top.node, 'done');
        stack.pop();
      } else if (state.get(callee) === 'open') {
        const from = stack.findIndex(({ node }) => node === callee);
        return [...stack.slice(from).map(({ node }) => node), callee];
      } else if (state.get(callee) === undefined) {
        state.set(callee, 'open');
        stack.push({ node: callee, next: 0 });
      }
    }
  }
  return null;
}

/** Message about a cycle of calls. */
export function cycleText(cycle: readonly string[]): string {
  return `endless call cycle: ${cycle.join(' -> ')}. Give a call on it a probability, or remove it`;
}

/** A place in a program. `client`: the bundle of calls for which no other one is written. */
interface Place extends CallSite {
  readonly client: Step['policy'];
}

/** The start of a part, where every call is certain and made once. */
function startOf(from: string, client: Step['policy'] = null): Place {
  return { from, certain: true, times: 1, client };
}

class Walker implements CallWalker {
  /** The bundles whose fallbacks and stores are being visited. */
  private readonly around = new Set<Step['policy']>();

  constructor(
    private readonly scenario: Omit<Scenario, 'faults' | 'report'>,
    private readonly edges: CallEdge[],
  ) {}

  steps(at: Place, steps: readonly Step[]): void {
    let going = at.certain;
    for (const step of steps) {
      const certain =
        going && step.probability === 1 && step.when === null && leastOf(step.times) > 0;
      const times = at.times * step.probability * meanOf(step.times);
      this.step({ ...at, certain, times }, step);
      if (step.onError !== null) this.steps({ ...at, certain: false }, step.onError);
      // After a certain end of the program no call is certain.
      if (certain && (step.verb === 'fail' || step.verb === 'respond')) going = false;
    }
  }

  edge({ from, certain, times }: CallSite, to: Target, line: Step | null, tries: number): void {
    const gateway = this.scenario.gateways.get(to.component);
    const routed = routedTo(this.scenario.mesh, componentOf(from), to.component);
    if (routed !== null) {
      const each = times / routed.length;
      const sure = certain && routed.length === 1;
      for (const name of routed) {
        this.edges.push({ from, to: `${name}.${to.part}`, certain: sure, times: each, tries });
      }
      return;
    }
    if (gateway === undefined || to.part !== null) {
      this.edges.push({ from, to: `${to.component}.${to.part}`, certain, times, tries });
      return;
    }
    const ways = routesFor(gateway, line);
    // Each route gets an equal share of the mean, because only one of them is taken.
    const each = line === null ? times / ways.length : times;
    for (const [route, sure] of ways) {
      const called = `${to.component}.${route}`;
      this.edges.push({ from, to: called, certain: certain && sure, times: each, tries });
    }
  }

  /** The call of a middleware entry. */
  check(from: string, to: Target, certain: boolean): void {
    this.edge({ from, certain, times: 1 }, to, null, 1);
    this.fallback(from, this.outbound(from, to));
  }

  /** The calls that a bundle makes itself: its fallback and store queries. They do not count in `times`. */
  fallback(from: string, bundle: Step['policy']): void {
    // A bundle that uses itself is reported when the plan is made.
    if (bundle === null || this.around.has(bundle)) return;
    this.around.add(bundle);
    const at = { from, certain: false, times: 0, client: null };
    const asked = bundle.layers.map(({ store }) => store?.of ?? null);
    const instead = bundle.fallback;
    for (const to of [instead?.kind === 'call' ? instead.to : null, ...asked]) {
      if (to === null) continue;
      this.edge(at, to, null, 1);
      this.fallback(from, this.outbound(from, to));
    }
    if (instead?.kind === 'steps') this.steps(at, instead.steps);
    this.around.delete(bundle);
  }

  governed(at: CallSite, to: Target, own: Step['policy']): void {
    this.under(at, to, null, own ?? this.outbound(at.from, to));
  }

  /** A call under a bundle, with the calls of that. */
  under(at: CallSite, to: Target, line: Step | null, bundle: Step['policy']): void {
    this.edge(at, to, line, triesOf(bundle));
    this.fallback(at.from, bundle);
  }

  /** The bundle of the caller for this callee. */
  private outbound(from: string, to: Target, byDefault = true): Step['policy'] {
    const { services, gateways, workloads } = this.scenario;
    const owner = componentOf(from);
    const client = workloads.get(owner);
    if (client !== undefined) return byDefault ? client.policy : null;
    const host = services.get(owner) ?? gateways.get(owner);
    const component = gateways.get(to.component)?.balances ?? to.component;
    return host === undefined ? null : outboundOf(host, { ...to, component }, byDefault);
  }

  private step(at: Place, step: Step): void {
    const { from, certain, times } = at;
    switch (step.verb) {
      case 'call': {
        const bundle = step.policy ?? this.outbound(from, step.to) ?? at.client;
        this.under(at, step.to, step, bundle);
        return;
      }
      case 'query':
        this.query(at, step);
        return;
      case 'load':
      case 'append': {
        const common = { from, certain, times, tries: triesOf(step.policy) };
        this.edges.push(...storeEdges(this.scenario, step, common));
        this.fallback(from, step.policy);
        return;
      }
      case 'cache':
        this.cache(at, step);
        return;
      case 'parallel': {
        const inner = repeated(at, step.each);
        for (const branch of step.branches) this.steps(inner, branch);
        return;
      }
      case 'choose':
        this.choose(at, step);
        return;
      case 'loop':
        this.steps(repeated(at, step.count), step.steps);
        return;
      case 'transaction':
      case 'lock':
        this.steps(at, step.steps);
        return;
      case 'saga':
        this.edges.push(...sagaStart(this.scenario, step, at));
        return;
      case 'respond':
        this.steps(at, step.then);
        return;
      default:
        step.verb satisfies 'work' | 'wait' | 'publish' | 'fail';
    }
  }

  private choose(at: Place, { branches }: StepOf<'choose'>): void {
    const total = branches.reduce((sum, branch) => sum + (branch.weight ?? 0), 0);
    for (const branch of branches) {
      const part = branch.weight === null || total === 0 ? 1 : branch.weight / total;
      const certain = at.certain && branches.length === 1 && part === 1;
      this.steps({ ...at, certain, times: at.times * part }, branch.steps);
    }
  }

  /** The calls of a cache step: the shared level, then the steps of a miss or a write. */
  private cache(at: Place, step: StepOf<'cache'>): void {
    const to = sharedLevel(this.scenario.caches.get(step.cache));
    if (to !== null) {
      const first = this.scenario.caches.get(step.cache)!.levels[0].kind !== 'local';
      const certain = at.certain && (first || step.op !== 'get');
      const bundle = step.policy ?? this.outbound(at.from, to, false);
      this.under({ ...at, certain }, to, null, bundle);
    }
    this.steps({ ...at, certain: false }, step.onMiss ?? []);
    this.steps(at, step.write ?? []);
  }

  /** The calls of a query: one per node that it goes to. */
  private query({ from, certain, times }: Place, step: StepOf<'query'>): void {
    const { database, operation, policy, of } = step;
    const asked = times * nodesAsked(this.scenario.databases.get(database), operation);
    const to = `${database}.${operation}`;
    this.edges.push({ from, to, certain, times: asked, tries: triesOf(policy) });
    this.fallback(from, policy);
    if (of !== null) this.edges.push(...readEdges(this.scenario, of, from, times));
  }
}

/** The place of steps that run a number of times. */
function repeated(at: Place, count: StepCount): Place {
  return { ...at, certain: at.certain && leastOf(count) > 0, times: at.times * meanOf(count) };
}

/** The bundle in `outbound` of a caller for a callee. */
function outboundOf(
  { outbound }: Pick<Gateway, 'outbound'>,
  to: Target,
  byDefault = true,
): Step['policy'] {
  return (
    outbound.get(`${to.component}.${to.part}`) ??
    outbound.get(to.component) ??
    (byDefault ? outbound.get('default') : undefined) ??
    null
  );
}

/** Routes that a call can take, and whether it certainly takes them. Headers can come from earlier calls. */
function routesFor(gateway: Gateway, line: Step | null): readonly (readonly [string, boolean])[] {
  // A route forwards the request line of its gateway's callers, which is unknown here.
  if (line?.verb !== 'call') {
    return gateway.routes.map(({ name }) => [name, gateway.routes.length === 1]);
  }
  const request = line;
  const possible = possibleRoutes(gateway, request);
  const chosen = routeOf(gateway, request);
  const byHeader = possible.some((route) => route.headers.size > 0);
  if (byHeader || chosen === null) return possible.map(({ name }) => [name, false]);
  return [[chosen.name, true]];
}

function componentOf(part: string): string {
  return part.slice(0, part.indexOf('.'));
}

function matches(part: string, [component, own]: readonly [string, string | null]): boolean {
  if (component === 'all') return true;
  return own === null ? componentOf(part) === component : part === `${component}.${own}`;
}
