import type { Ns } from '../kernel/time.js';
import { nodesAsked, targetOf } from '../language/databases.js';
import { possibleRoutes, type RequestLine } from '../language/routes.js';
import type { Path } from '../scenario/located.js';
import { sharedLevel, versionChains } from '../scenario/resolve/chain-targets.js';
import type { Middleware } from '../contracts/scenario/middleware.js';
import type { Gateway, Scenario } from '../contracts/scenario/scenario.js';
import type { Step, Bundle, StepOf } from '../contracts/scenario/steps.js';
import type { Target } from '../contracts/scenario/target.js';
import { callsBesideSteps } from './beside-steps.js';
import { componentOf, type Call, type Publication, type Sent, type Unrouted } from './calls.js';
import { batchOf } from '../language/batches.js';
import type { StepCount } from '../contracts/quantities/quantities.js';
import { meanCount } from './counts.js';
import { behindRoute, limitAround, meshShares, partOf, proxyOf } from './ends.js';
import { governing, outboundPath } from './governing.js';
import { programsOf, type Program } from './programs.js';
import { servicesOr } from './service-section.js';
import { storeCalls } from './stores.js';

/** Properties that a call inherits from its part and from the steps around it. */
interface Around extends Pick<
  Call,
  | 'from'
  | 'times'
  | 'sure'
  | 'most'
  | 'cache'
  | 'commands'
  | 'background'
  | 'handled'
  | 'withinNs'
  | 'inside'
> {
  /** A bundle, middleware or component makes the call, and no step that could have a policy. */
  readonly isImplicit: boolean;
  /** Number of `self` calls around it. */
  readonly selves: number;
  /** Other paths under which the policy of a step can be written, after its own. */
  readonly owners: readonly Path[];
}

const BARE: RequestLine = Object.freeze({
  method: null,
  path: null,
  host: null,
  headers: new Map<string, string>(),
});
const TOP: Omit<Around, 'from'> = Object.freeze({
  selves: 0,
  isImplicit: false,
  times: 1,
  sure: 1,
  most: 1,
  cache: null,
  commands: 1,
  background: false,
  handled: false,
  withinNs: Infinity,
  inside: null,
  owners: [],
});

/**
 * Every call and message of every program, and the calls without a route. `written` says whether the file contains a
 * path.
 */
export function callsOf(scenario: Scenario, written: (path: Path) => boolean): Sent {
  const walker = new Walker(scenario, written);
  for (const service of scenario.services.values()) {
    for (const program of programsOf(service)) walker.program(service.name, program);
  }
  for (const [name, gateway] of scenario.gateways) walker.routes(name, gateway);
  for (const [route, chain] of versionChains(scenario)) walker.chain(route, chain, 0);
  for (const [name, workload] of scenario.workloads) {
    workload.requests.forEach((request, index) => {
      const at = ['workloads', name, 'requests', index];
      const around = { ...TOP, from: `${name}.${request.name}`, owners: [at] };
      walker.steps(request.steps, [...at, 'steps'], around);
    });
  }
  for (const { from, to, path, times, background } of callsBesideSteps(scenario)) {
    walker.beside(to, path, { ...often({ ...TOP, from, isImplicit: true }, times), background });
  }
  return walker;
}

/** Deepest nesting of `self` calls that is followed. A cycle of them is a loop that ends at random. */
const SELF_DEPTH = 8;

class Walker {
  readonly calls: Call[] = [];
  readonly publications: Publication[] = [];
  readonly unrouted: Unrouted[] = [];
  /** Bundles whose own calls are being walked. */
  private readonly around = new Set<Bundle>();
  /** The program that is being walked; null outside of services. */
  private own: Program | null = null;

  constructor(
    private readonly scenario: Scenario,
    private readonly written: (path: Path) => boolean,
  ) {}

  routes(name: string, gateway: Gateway): void {
    gateway.routes.forEach((route, index) => {
      const from = `${name}.${route.name}`;
      const path = ['gateways', name, 'routes', index];
      this.chain(from, route.chain);
      const top = { ...TOP, from };
      this.steps(route.steps ?? [], [...path, 'steps'], { ...top, owners: [path] });
      const total = route.to.reduce((sum, { weight }) => sum + weight, 0);
      for (const { target, weight } of route.to) {
        if (weight === 0) continue;
        const targets = behindRoute(this.scenario, target);
        const part = weight / total / targets.length;
        for (const one of targets) {
          this.add(one, BARE, route.policy, path, { ...top, times: part, most: part });
        }
      }
      if (route.mirror !== null) {
        const targets = behindRoute(this.scenario, route.mirror.target);
        const share = route.mirror.share / targets.length;
        const around = { ...top, times: share, most: share, background: true, handled: true };
        for (const one of targets) this.add(one, BARE, null, [...path, 'mirror'], around);
      }
    });
  }

  /** An endpoint as some version of its service has it. */
  program(name: string, program: Program): void {
    const { part, shape, share, path } = program;
    const from = `${name}.${part}`;
    this.own = program;
    this.chain(from, shape.middleware, share);
    this.steps(shape.endpoints.get(part)!.steps, path, {
      ...often({ ...TOP, from }, share),
      most: 1,
    });
    this.own = null;
  }

  /** A query that no step makes. */
  beside(to: Target, path: Path, around: Around): void {
    this.add(to, BARE, null, path, around);
  }

  chain(from: string, middleware: readonly Middleware[], share = 1): void {
    const top = { ...TOP, from, isImplicit: true };
    for (const { call, onError, cached, response, store, at } of middleware) {
      // The hit ratio of a cached check depends on which clients return, so its calls are not counted.
      const ask = (to: Target, handled: boolean, times: number): void =>
        this.add(to, BARE, null, at, { ...top, times: times * share, handled });
      if (store !== null && store.of !== null) ask(store.of, store.onError === 'allow', TOP.times);
      if (call !== null) ask(call, onError === 'allow', cached === null ? TOP.times : 0);
      if (response !== null) this.lookUp(response.cache, null, at, often(top, share));
    }
  }

  steps(steps: readonly Step[], path: Path, around: Around): void {
    steps.forEach((step, index) => this.step(step, [...path, index], around));
  }

  private count({ from }: Around, count: StepCount): number {
    return meanCount(count, batchOf(this.scenario, from));
  }

  private step(step: Step, path: Path, outer: Around): void {
    const share = step.probability * this.count(outer, step.times);
    const around: Around = {
      ...often(outer, share),
      sure: step.when === null ? outer.sure * share : 0,
      background: outer.background || step.background,
      inside: step.background ? null : outer.inside,
      handled: outer.handled || step.optional || step.onError !== null,
    };
    if (step.onError !== null) {
      const after = { ...outer, times: 0, sure: 0, most: outer.most * share };
      this.steps(step.onError, [...path, 'onError'], after);
    }
    switch (step.verb) {
      case 'call':
        if (step.self) this.inPlace(step.to, around);
        else this.add(step.to, step, step.policy, path, around);
        return;
      case 'query':
        this.query(step, path, around);
        return;
      case 'load':
      case 'append':
        this.stored(step, path, around);
        return;
      case 'cache':
        this.cache(step, path, around);
        return;
      case 'parallel':
        this.parallel(step, path, around);
        return;
      case 'choose':
        this.choose(step, path, around);
        return;
      case 'loop': {
        const inner = often(around, this.count(around, step.count));
        this.steps(step.steps, [...path, 'loop', 'steps'], inner);
        return;
      }
      case 'transaction':
      case 'lock':
        this.section(step, [...path, step.verb], around);
        return;
      case 'saga':
        this.saga(step.saga, around, step.await);
        return;
      case 'respond': {
        // The response has been sent, so the caller does not wait for the steps that follow.
        const left = { ...around, background: true, inside: null };
        this.steps(step.then, [...path, 'respond', 'then'], left);
        return;
      }
      case 'publish':
        this.message(step, path, around);
        return;
      default:
        step.verb satisfies 'work' | 'wait' | 'fail';
    }
  }

  private publish(
    to: string,
    key: string,
    isRow: boolean,
    { from, times, most, sure }: Around,
  ): void {
    this.publications.push({ from, to, key, isRow, times, most, sure });
  }

  /** A message, and the row that it is until an outbox sends it. */
  private message(step: StepOf<'publish'>, path: Path, around: Around): void {
    const outbox = this.scenario.services.get(componentOf(around.from))?.outbox ?? null;
    const isRow = step.via === 'outbox' && outbox !== null;
    if (isRow) this.add(targetOf(outbox.insert), BARE, null, path, { ...around, isImplicit: true });
    this.publish(step.topic, step.key ?? '', isRow, often(around, meanCount(step.count)));
  }

  private query(step: StepOf<'query'>, path: Path, around: Around): void {
    const asked = nodesAsked(this.scenario.databases.get(step.database), step.operation);
    this.add(targetOf(step), BARE, step.policy, path, often(around, asked));
  }

  private stored(step: StepOf<'load' | 'append'>, path: Path, around: Around): void {
    for (const [part, times] of storeCalls(this.scenario, step)) {
      this.add({ component: step.store, part }, BARE, step.policy, path, often(around, times));
    }
    if (step.verb === 'append') {
      for (const { from, lifecycle, writes } of this.scenario.projections.values()) {
        if (from !== step.store || lifecycle !== 'inline' || writes === null) continue;
        this.add(targetOf(writes), BARE, null, path, { ...around, isImplicit: true });
      }
      this.publish(step.store, step.stream, false, often(around, meanCount(step.events)));
    }
  }

  /** A transaction or a lock: calls inside it make others wait. */
  private section(step: StepOf<'transaction' | 'lock'>, path: Path, around: Around): void {
    const inside =
      step.verb === 'lock'
        ? { text: `a lock on ${step.key}`, steps: `lock: { on: ${step.key}, steps: [ ] }` }
        : {
            text: `a transaction of ${step.database}`,
            steps: `transaction: { database: ${step.database}, steps: [ ] }`,
          };
    this.steps(step.steps, [...path, 'steps'], { ...around, inside });
  }

  private parallel(step: StepOf<'parallel'>, path: Path, around: Around): void {
    const { join } = step;
    const copies = often(around, this.count(around, step.each));
    const inner: Around = {
      ...copies,
      // Other joins may leave a branch before its end.
      sure: join.kind === 'all' ? copies.sure : 0,
      handled: around.handled || join.kind !== 'all',
      withinNs:
        join.kind === 'bestEffort' ? Math.min(around.withinNs, join.withinNs) : around.withinNs,
    };
    step.branches.forEach((branch, index) => {
      this.steps(branch, [...path, 'parallel', 'branches', index], inner);
    });
  }

  private choose({ branches }: StepOf<'choose'>, path: Path, around: Around): void {
    const total = branches.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
    branches.forEach(({ weight, steps }, index) => {
      const isKnown = weight !== null && total > 0;
      const own = often(around, isKnown ? weight / total : 1);
      const inner = { ...own, sure: isKnown ? own.sure : 0 };
      this.steps(steps, [...path, 'choose', index, 'steps'], inner);
    });
  }

  /** The calls of an orchestrator count as calls of the part that starts the saga. */
  private saga(name: string, around: Around, awaits: boolean): void {
    const saga = this.scenario.sagas.get(name);
    const own = saga?.orchestration ?? null;
    if (saga === undefined || own === null) return;
    const path = ['sagas', name];
    const inner = { ...around, background: around.background || !awaits, withinNs: Infinity };
    const undoing = { ...inner, times: 0, owners: [] };
    const { attempts: commands } = own.retry;
    for (const { call, compensation, policy } of saga.steps) {
      this.add(call, BARE, policy, path, { ...inner, commands });
      if (compensation === null) continue;
      const undo = [...path, 'compensationPolicy'];
      this.add(compensation, BARE, own.compensationPolicy, undo, undoing);
    }
    if (own.persistence === null) return;
    const { before, read } = own.persistence;
    const saving = often(inner, 1 + (before ? 2 : 1) * saga.steps.length);
    this.add(targetOf(own.persistence), BARE, null, path, saving);
    if (read !== null) this.add(read, BARE, null, path, undoing);
  }

  /** The shared level of a cache. How often a local level before it has the value is unknown. */
  private lookUp(name: string, policy: Bundle | null, path: Path, around: Around): void {
    const cache = this.scenario.caches.get(name);
    const to = sharedLevel(cache);
    if (to === null) return;
    const isFirst = cache!.levels[0]!.kind !== 'local';
    const handled = around.handled || cache!.onError === 'bypass';
    const times = isFirst ? around.times : 0;
    this.add(to, BARE, policy, path, { ...around, times, handled });
  }

  private cache(step: StepOf<'cache'>, path: Path, around: Around): void {
    this.lookUp(step.cache, step.policy, path, around);
    // Without a fixed ratio, the miss ratio depends on which keys recur.
    const { hitRatio } = this.scenario.caches.get(step.cache)!;
    const misses = step.op === 'refresh' ? 1 : hitRatio === null ? 0 : 1 - hitRatio;
    const loads = { ...often(around, misses), most: around.most, cache: step.cache };
    this.steps(step.onMiss ?? [], [...path, 'cache', 'onMiss'], loads);
    this.steps(step.write ?? [], [...path, 'cache', 'write'], around);
  }

  private inPlace(to: Target, around: Around): void {
    const service = this.own?.shape ?? this.scenario.services.get(to.component);
    const endpoint = service?.endpoints.get(to.part ?? '');
    if (endpoint === undefined || around.selves >= SELF_DEPTH) return;
    const path = [servicesOr(service!), to.component, 'endpoints', endpoint.name, 'steps'];
    this.steps(endpoint.steps, path, { ...around, selves: around.selves + 1 });
  }

  private add(
    target: Target,
    line: RequestLine,
    own: Bundle | null,
    path: Path,
    around: Around,
  ): void {
    const { from, owners, selves: _selves, isImplicit, ...inherited } = around;
    const part = partOf(this.scenario, target, line);
    if (part === null) {
      const gateway = this.scenario.gateways.get(target.component);
      if (gateway !== undefined && possibleRoutes(gateway, line).length === 0)
        this.unrouted.push({ from, gateway, line, path });
      return;
    }
    const caller = componentOf(from);
    const { component } = target;
    const { bundle, policyPath } = governing(this.scenario, this.written, {
      program: this.own,
      caller,
      callee: component,
      part,
      own,
      path,
      owners,
    });
    const { databases, eventStores } = this.scenario;
    const database = databases.get(component) ?? eventStores.get(component);
    const proxy = proxyOf(this.scenario, caller, component, part);
    const call = {
      ...inherited,
      from,
      caller,
      path,
      bundle: bundle?.id ?? '',
      cluster: bundle?.cluster?.name ?? null,
      layers: bundle?.layers ?? [],
      proxyLayers: proxy?.layers ?? [],
      proxyOutliers: proxy?.outlierDetection ?? null,
      hasKey: (bundle?.idempotencyKey ?? null) !== null,
      forgetsErrors: bundle?.idempotencyKey?.storeErrors === false,
      policyPath,
      place: isImplicit ? outboundPath(this.scenario, caller, component) : null,
      loadBalancing: bundle?.loadBalancing ?? null,
      outlierDetection: bundle?.outlierDetection ?? null,
      connections: bundle?.connections ?? null,
      pool: database === undefined ? null : (database.pools.get(caller) ?? database.pool),
    };
    for (const [callee, share] of meshShares(this.scenario, caller, component, line)) {
      const times = call.times * share;
      const sure = Math.min(times, call.sure * share);
      this.calls.push({ ...call, callee, to: `${callee}.${part}`, times, sure });
    }
    if (bundle !== null) this.ownCalls(bundle, policyPath, around);
  }

  /**
   * What a bundle itself calls: the stores of its limits, and the call or the steps that replace a failed call. A bundle
   * is not walked again within itself.
   */
  private ownCalls(bundle: Bundle, path: Path, around: Around): void {
    if (this.around.has(bundle)) return;
    this.around.add(bundle);
    const here = { ...around, inside: null, owners: [], selves: 0, isImplicit: true };
    const within = (policy: string): Ns => Math.min(around.withinNs, limitAround(bundle, policy));
    for (const { policy, store } of bundle.layers) {
      const of = store?.of ?? null;
      if (store === null || of === null) continue;
      // How often a kept refusal spares the query is unknown.
      const times = store.cacheNs === null ? here.times : 0;
      const handled = here.handled || store.onError === 'allow';
      this.add(of, BARE, null, [...path, policy], {
        ...here,
        times,
        handled,
        withinNs: within(policy),
      });
    }
    const { fallback } = bundle;
    const after = { ...here, times: 0, sure: 0, withinNs: within('fallback') };
    const at = [...path, 'fallback'];
    if (fallback?.kind === 'call') this.add(fallback.to, BARE, null, at, after);
    if (fallback?.kind === 'steps') {
      this.steps(fallback.steps, [...at, 'steps'], { ...after, isImplicit: false });
    }
    this.around.delete(bundle);
  }
}

/** The same place, passed this many times as often. */
function often(around: Around, by: number): Around {
  const { times, most, sure } = around;
  return { ...around, times: times * by, most: most * by, sure: sure * by };
}
