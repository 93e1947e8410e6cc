import { positionIn } from './positions.js';
import { meanOf } from '../kernel/distribution.js';
import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import { batchOf } from '../language/batches.js';
import { copiesWritten } from '../language/databases.js';
import type { StepCount } from '../contracts/quantities/quantities.js';
import type { Middleware } from '../contracts/scenario/middleware.js';
import type { Host } from '../contracts/scenario/host.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Step, StepOf } from '../contracts/scenario/steps.js';
import { componentOf, type Call } from './calls.js';
import { meanCount } from './counts.js';
import type { Graph } from './graph.js';
import { limitOfCall } from './limits.js';
import { applyNs, storeCalls, storeDemand } from './stores.js';

/** Mean time of one run of a part, without any queueing: a lower bound. */
export interface Demand {
  /** Time from its start to its end. */
  readonly elapsedNs: Ns;
  /** CPU time of its own, which `elapsedNs` includes. */
  readonly workNs: Ns;
}

const NOTHING: Demand = Object.freeze({ elapsedNs: 0, workNs: 0 });

/**
 * Parts of a cycle that are measured through each other. A longer way round counts as nothing, like a part that calls
 * itself: the times are lower bounds, and the stack has an end.
 */
const ROUND_MAX = 100;

/** Mean times of parts. If the branch of a choice is unknown, the shortest one counts. */
export class Demands {
  private readonly scenario: Scenario;
  private readonly known = new Map<string, Demand>();
  private readonly limits = new Map<string, Ns>();
  private readonly slowest = new Map<string, Ns>();
  private depth = 0;

  constructor(scenario: Scenario, calls: readonly Call[], graph: Graph) {
    this.scenario = scenario;
    for (const call of calls) {
      const key = `${call.from} ${call.to}`;
      const own = limitOfCall(call)?.attemptNs ?? Infinity;
      this.limits.set(key, Math.min(own, this.limits.get(key) ?? Infinity));
    }
    // Callees are measured before their callers, so the recursion stays shallow for any chain.
    for (const part of graph.calleesFirst) this.of(part);
    for (const { bundle, to } of calls) {
      this.slowest.set(bundle, Math.max(this.slowestWith(bundle), this.of(to).elapsedNs));
    }
  }

  /** Longest mean time of the parts that calls with a bundle reach; 0 without any. */
  slowestWith(bundle: string): Ns {
    return this.slowest.get(bundle) ?? 0;
  }

  of(part: string): Demand {
    const known = this.known.get(part);
    if (known !== undefined) return known;
    if (this.depth >= ROUND_MAX) return NOTHING;
    // A part that calls itself through others counts once.
    this.known.set(part, NOTHING);
    this.depth++;
    const demand = this.measure(part);
    this.depth--;
    this.known.set(part, demand);
    return demand;
  }

  /** How long one run holds a worker of its host. */
  holdNs(part: string): Ns {
    const host = hostOf(this.scenario, componentOf(part));
    const { elapsedNs, workNs } = this.of(part);
    return host?.runtime === 'threads' ? elapsedNs : workNs;
  }

  private measure(part: string): Demand {
    const component = componentOf(part);
    const name = part.slice(component.length + 1);
    const { services, gateways, databases } = this.scenario;
    const operation = databases.get(component)?.operations.get(name);
    if (operation !== undefined) {
      const workNs = operation.work === null ? 0 : meanOf(operation.work);
      const onceNs = workNs + (operation.wait === null ? 0 : meanOf(operation.wait));
      const copies = copiesWritten(databases.get(component)!, operation);
      // The primary writes first, then the other copies in parallel.
      return { elapsedNs: Math.min(copies, 2) * onceNs, workNs: copies * workNs };
    }
    const store = this.scenario.eventStores.get(component);
    if (store !== undefined) return storeDemand(store, name);
    const level = this.scenario.caches.get(component)?.levels.find((one) => one.name === name);
    if (level !== undefined)
      return { elapsedNs: meanOf(level.latency), workNs: meanOf(level.latency) };
    const service = services.get(component);
    const endpoint = service?.endpoints.get(name);
    if (service !== undefined && endpoint !== undefined) {
      return plus(middleware(service.middleware), this.steps(part, endpoint.steps));
    }
    const gateway = gateways.get(component);
    const route = gateway?.routes[positionIn(gateway.routes, name)];
    if (gateway === undefined || route === undefined) return NOTHING;
    const chain = middleware(route.chain);
    if (route.steps !== null) return plus(chain, this.steps(part, route.steps));
    const times = route.to.map(({ target }) => this.call(part, target.component, target.part));
    const shortest = times.length === 0 ? 0 : Math.min(...times);
    return plus(chain, { elapsedNs: shortest, workNs: 0 });
  }

  private count(part: string, count: StepCount): number {
    return meanCount(count, batchOf(this.scenario, part));
  }

  private steps(part: string, steps: readonly Step[]): Demand {
    return steps.reduce((sum, step) => plus(sum, this.step(part, step)), NOTHING);
  }

  private step(part: string, step: Step): Demand {
    if (step.background || step.when !== null) return NOTHING;
    return times(this.once(part, step), step.probability * this.count(part, step.times));
  }

  private once(part: string, step: Step): Demand {
    switch (step.verb) {
      case 'work': {
        const workNs = meanOf(step.time);
        // With less than one core per environment, work takes longer.
        const cores = this.scenario.services.get(componentOf(part))?.environments?.cores ?? 1;
        return { elapsedNs: workNs / Math.min(1, cores), workNs };
      }
      case 'wait':
        return { elapsedNs: meanOf(step.time), workNs: 0 };
      case 'call': {
        const { component, part: own } = step.to;
        if (step.self) return this.of(`${component}.${own}`);
        return { elapsedNs: this.call(part, component, own), workNs: 0 };
      }
      case 'query':
        return { elapsedNs: this.call(part, step.database, step.operation), workNs: 0 };
      case 'load':
      case 'append': {
        const workNs = step.verb === 'load' ? applyNs(this.scenario, step) : 0;
        const asked = storeCalls(this.scenario, step).map(
          ([own, count]) => count * this.call(part, step.store, own),
        );
        return { elapsedNs: asked.reduce((sum, time) => sum + time, workNs), workNs };
      }
      case 'parallel':
        return this.parallel(part, step);
      case 'choose':
        return this.choose(part, step);
      case 'loop':
        return times(this.steps(part, step.steps), this.count(part, step.count));
      case 'transaction':
      case 'lock':
        return this.steps(part, step.steps);
      case 'respond':
        return this.steps(part, step.then);
      case 'cache':
        return plus(
          { elapsedNs: this.lookUp(part, step.cache), workNs: 0 },
          times(this.steps(part, step.onMiss ?? []), this.missesOf(step)),
        );
      case 'publish': {
        const { insert } = this.scenario.services.get(componentOf(part))?.outbox ?? {};
        if (step.via !== 'outbox' || insert === undefined) return NOTHING;
        return { elapsedNs: this.call(part, insert.database, insert.operation), workNs: 0 };
      }
      case 'saga':
      case 'fail':
        return NOTHING;
    }
  }

  /** Time of the shared level of a cache; 0 behind a local one, which may have the value. */
  private lookUp(part: string, cache: string): Ns {
    const [first] = this.scenario.caches.get(cache)!.levels;
    return first === undefined || first.kind === 'local' ? 0 : this.call(part, cache, first.name);
  }

  /** Share of lookups that load the value; 0 if unknown. */
  private missesOf({ cache, op }: StepOf<'cache'>): number {
    if (op === 'refresh') return 1;
    const { hitRatio } = this.scenario.caches.get(cache)!;
    return hitRatio === null ? 0 : 1 - hitRatio;
  }

  private parallel(part: string, step: StepOf<'parallel'>): Demand {
    const branches = step.branches.map((branch) => this.steps(part, branch));
    const each = this.count(part, step.each);
    const elapsed = branches.map(({ elapsedNs }) => elapsedNs);
    const workNs = branches.reduce((sum, branch) => sum + branch.workNs, 0) * each;
    if (elapsed.length === 0 || each < 1) return { elapsedNs: 0, workNs };
    const { join } = step;
    if (join.kind === 'bestEffort') {
      return { elapsedNs: Math.min(join.withinNs, Math.max(...elapsed)), workNs };
    }
    // A quorum is complete no earlier than the fastest branch.
    const elapsedNs = join.kind === 'all' ? Math.max(...elapsed) : Math.min(...elapsed);
    return { elapsedNs, workNs };
  }

  private choose(part: string, step: StepOf<'choose'>): Demand {
    const branches = step.branches.map(({ weight, steps }) => ({
      weight,
      demand: this.steps(part, steps),
    }));
    const total = branches.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
    if (branches.some(({ weight }) => weight === null) || total === 0) {
      return {
        elapsedNs: Math.min(...branches.map(({ demand }) => demand.elapsedNs)),
        workNs: Math.min(...branches.map(({ demand }) => demand.workNs)),
      };
    }
    return branches.reduce(
      (sum, { weight, demand }) => plus(sum, times(demand, (weight ?? 0) / total)),
      NOTHING,
    );
  }

  /** A call takes no longer than its caller waits. */
  call(from: string, component: string, part: string | null): Ns {
    const service = this.scenario.services.get(component);
    const name = part ?? [...(service?.endpoints.keys() ?? [])][0];
    if (name === undefined) return 0;
    const to = `${component}.${name}`;
    return Math.min(this.of(to).elapsedNs, this.limits.get(`${from} ${to}`) ?? Infinity);
  }
}

/** The service, gateway, database or event store with this name; undefined for other components. */
export function hostOf(scenario: Scenario, component: string): Host | undefined {
  const { services, gateways, databases, eventStores } = scenario;
  const store = databases.get(component) ?? eventStores.get(component);
  return services.get(component) ?? gateways.get(component) ?? store;
}

/** Largest number of instances of a component. */
export function mostOf(scenario: Scenario, component: string): number {
  const host = hostOf(scenario, component);
  // The instances of a function are its zones, and its concurrency applies to all of them together.
  if ((scenario.services.get(component)?.environments ?? null) !== null) return 1;
  // New versions replace old ones.
  const owner = scenario.services.get(component) ?? scenario.gateways.get(component);
  const rollout = owner?.versions?.rollout ?? null;
  const places = host?.zones.length ?? 1;
  return rollout === null ? places : places / 2;
}

/** The section of the file that contains a component. */
export function sectionOf(scenario: Scenario, component: string): string {
  const service = scenario.services.get(component);
  if (service !== undefined) return service.environments === null ? 'services' : 'functions';
  if (scenario.gateways.has(component)) return 'gateways';
  for (const section of ['eventStores', 'caches', 'projections'] as const)
    if (scenario[section].has(component)) return section;
  return scenario.databases.has(component) ? 'databases' : 'workloads';
}

/** Cores of an instance that its background work leaves to requests. */
export function coresForRequests({ cpu }: Host): number {
  return Math.min(cpu.cores, cpu.quota?.limit ?? Infinity) - cpu.background;
}

/** Highest rate per second that one instance can serve, given the worker time and the CPU time of a run. */
export function rateOfInstance(host: Host, holdNs: Ns, workNs: Ns): number {
  const byWorkers = holdNs === 0 ? Infinity : host.concurrency / holdNs;
  const cores = coresForRequests(host);
  const byCores = workNs === 0 ? Infinity : cores / workNs;
  return Math.min(byWorkers, byCores) * NS_PER_SECOND;
}

function middleware(chain: readonly Middleware[]): Demand {
  const workNs = chain
    .filter(({ when }) => when === null)
    .reduce((sum, { work }) => sum + meanOf(work), 0);
  return { elapsedNs: workNs, workNs };
}

function plus(a: Demand, b: Demand): Demand {
  return { elapsedNs: a.elapsedNs + b.elapsedNs, workNs: a.workNs + b.workNs };
}

function times(demand: Demand, by: number): Demand {
  return { elapsedNs: demand.elapsedNs * by, workNs: demand.workNs * by };
}
