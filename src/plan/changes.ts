import { invariant } from '../kernel/invariant.js';
import type { PlanAutoscaling } from '../contracts/plan/autoscaling.js';
import type { PlanChanges, PlanPools, PlanSettings } from '../contracts/plan/changes.js';
import type { PlanFault } from '../contracts/plan/plan.js';
import type { Configuration, Scenario, Variant } from '../contracts/scenario/scenario.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import { eachStep } from '../language/each-step.js';
import { planAutoscaling } from './autoscaling.js';
import { governing } from './bundles.js';
import { canonical } from './canonical.js';
import { Owners } from './clusters.js';
import { hostOf, isModule, type LaidComponent, type LaidPart, type Layout } from './layout.js';
import type { MeshEdges } from './mesh.js';
import { routesText } from './mesh-routes.js';
import { objectsIn } from '../language/objects-in.js';

/** A program of a part that some configurations run instead of its own. */
interface Alternative {
  readonly part: LaidPart;
  /** Numbers of these configurations. */
  readonly configurations: readonly number[];
}

/** The part that a caller names, and the one that the mesh sends its call to. */
export interface CallEnds {
  readonly called: LaidPart;
  readonly callee: LaidPart;
}

/** A configuration of the run: number 0 is that of the file. */
interface Setting {
  readonly name: string;
  readonly scenario: Scenario;
  readonly bundles: ReadonlyMap<string, Bundle>;
}

/** Compares the configurations of a run: which programs and bundles differ between them. */
export class Changes {
  private readonly settings: readonly [Setting, ...Setting[]];
  /** By id: the bundles with this id that differ, by their content. */
  private readonly known = new Map<string, Map<string, Bundle>>();
  private readonly owners = new Owners();

  private constructor(base: Scenario, configurations: readonly Configuration[]) {
    const named = configurations.map(({ inForce, scenario }) => ({
      name: inForce.map(({ fault }) => fault).join('+'),
      scenario,
      bundles: bundlesIn(scenario),
    }));
    const own = { name: '', scenario: base, bundles: bundlesIn(base) };
    this.settings = [own, ...named];
    for (const [id, bundle] of own.bundles) {
      const owned = this.owners.of(bundle, '');
      this.known.set(id, new Map([[canonical(owned), owned]]));
    }
  }

  static of({ scenario, configurations }: Variant): Changes | null {
    return configurations === undefined ? null : new Changes(scenario, configurations);
  }

  /** The scenarios of all configurations, that of the file first. */
  get scenarios(): readonly [Scenario, ...Scenario[]] {
    const [own, ...others] = this.settings;
    return [own.scenario, ...others.map(({ scenario }) => scenario)];
  }

  /** The other programs of a part. */
  alternativesOf(part: LaidPart): readonly Alternative[] {
    const [first] = this.settings;
    const own = routedText(first.scenario, part);
    const found = new Map<string, { part: LaidPart; configurations: number[] }>();
    this.settings.forEach(({ scenario }, number) => {
      if (number === 0) return;
      const other = partIn(scenario, part);
      const text = routedText(scenario, other);
      if (text === own) return;
      const same = found.get(text);
      if (same === undefined) found.set(text, { part: other, configurations: [number] });
      else same.configurations.push(number);
    });
    return [...found.values()];
  }

  /** By configuration: the bundle of a call, with that of the proxy inside; null if it is the same in all of them. */
  bundlesOf(
    { component }: LaidPart,
    { called, callee }: CallEnds,
    own: Bundle | null,
    proxies: MeshEdges,
  ): readonly Bundle[] | null {
    const all = this.settings.map((setting) => {
      const { scenario, bundles } = setting;
      const policy = own === null ? null : (bundles.get(own.id) ?? own);
      const bundle = governing(componentIn(scenario, component), called, policy);
      const proxy = proxies.proxyOf(component, callee, scenario.mesh);
      const ofProxy = proxy === null ? null : this.named(setting, proxy);
      return proxies.around(this.named(setting, bundle), ofProxy);
    });
    return all.every((bundle) => bundle === all[0]) ? null : all;
  }

  /** The settings of components that are not part of a program. */
  settingsOf(layout: Layout): readonly PlanSettings[] {
    return layout.components.flatMap((component): PlanSettings[] => {
      const each = this.settings.map(({ scenario }) => componentIn(scenario, component));
      const hosts = each.map(hostOf);
      const [own] = hosts;
      if (own === null || own === undefined) return [];
      const replicas = hosts.map((host) => host!.replicas);
      const scalers = each.map((one) => planAutoscaling(layout, one));
      const isScaled = own.autoscaling !== null;
      const settings = {
        component: component.id,
        concurrency: hosts.map((host) => host!.concurrency),
        capacity: hosts.map((host) => host!.queue.capacity),
        replicas: isScaled || isSame(replicas) ? null : replicas,
        autoscaling:
          !isScaled || isSame(scalers)
            ? null
            : scalers.filter((scaler): scaler is PlanAutoscaling => scaler !== null),
        pools: this.poolsOf(layout, component),
      };
      const { concurrency, capacity, autoscaling, pools } = settings;
      const isIdle = isSame(concurrency) && isSame(capacity) && autoscaling === null;
      return isIdle && settings.replicas === null && pools.length === 0 ? [] : [settings];
    });
  }

  /** The pools of a caller whose size is not the same in all configurations. */
  private poolsOf({ components }: Layout, { name }: LaidComponent): readonly PlanPools[] {
    return components.flatMap((callee): readonly PlanPools[] => {
      if (callee.source.kind !== 'database') return [];
      const each = this.settings.map(({ scenario }) => {
        const { pool, pools } = scenario.databases.get(callee.name)!;
        return pools.get(name) ?? pool;
      });
      return isSame(each) ? [] : [{ to: callee.id, each }];
    });
  }

  /** One object for equal bundles. Bundles that differ get different ids, because the id names their state. */
  private named({ name }: Setting, bundle: Bundle): Bundle {
    const { id } = bundle;
    const own = this.owners.of(bundle, name);
    const text = canonical(own);
    let contents = this.known.get(id);
    if (contents === undefined) this.known.set(id, (contents = new Map([[text, own]])));
    let found = contents.get(text);
    if (found === undefined) {
      const nth = contents.size > 1 ? `~${contents.size}` : '';
      const unique = `${id}@${name}${nth}`;
      // Layers of a proxy name the bundle of their state.
      const layers = own.layers.map((layer) =>
        layer.bundle === id ? { ...layer, bundle: unique, draws: id } : layer,
      );
      found = { ...own, id: unique, drawsAs: id, layers };
      contents.set(text, found);
    }
    return found;
  }
}

/** The changes of a plan; null without any. */
export function planChanges(
  { configurations }: Variant,
  faults: readonly PlanFault[],
  settings: readonly PlanSettings[],
): PlanChanges | null {
  if (configurations === undefined) return null;
  const ids = new Set(configurations.flatMap(({ inForce }) => inForce.map(({ fault }) => fault)));
  const own = faults.flatMap(({ id }, index) => (ids.has(id) ? [index] : []));
  const states = configurations.map(({ inForce }) =>
    own.map((index) => inForce.find(({ fault }) => fault === faults[index]!.id)?.strength ?? 0),
  );
  return { faults: own, states: [own.map(() => 0), ...states], settings };
}

function isSame(values: readonly unknown[]): boolean {
  const [first, ...rest] = values.map(canonical);
  return rest.every((text) => text === first);
}

/** A component as another scenario defines it. Modules are the same in all configurations. */
function componentIn(scenario: Scenario, component: LaidComponent): LaidComponent {
  const { name, source } = component;
  if (isModule(source)) return component;
  switch (source.kind) {
    case 'workload':
      return {
        ...component,
        source: { kind: 'workload', workload: scenario.workloads.get(name)! },
      };
    case 'gateway':
      return { ...component, source: { kind: 'gateway', host: scenario.gateways.get(name)! } };
    case 'service':
      return { ...component, source: { kind: 'service', host: scenario.services.get(name)! } };
    case 'database':
      return { ...component, source: { kind: 'database', host: scenario.databases.get(name)! } };
  }
}

/** A part as another scenario defines it. */
function partIn(scenario: Scenario, part: LaidPart): LaidPart {
  const component = componentIn(scenario, part.component);
  const { source, name } = part;
  const owner = component.source;
  if (source.kind === 'endpoint' && owner.kind === 'service') {
    const endpoint = owner.host.endpoints.get(name);
    invariant(endpoint !== undefined, 'changed-endpoint-missing');
    return { ...part, component, source: { ...source, endpoint: endpoint!, service: owner.host } };
  }
  if (source.kind === 'route' && owner.kind === 'gateway') {
    const route = owner.host.routes.find((one) => one.name === name);
    invariant(route !== undefined, 'changed-route-missing');
    return { ...part, component, source: { ...source, route: route!, gateway: owner.host } };
  }
  if (source.kind === 'operation' && owner.kind === 'database') {
    const operation = owner.host.operations.get(name);
    invariant(operation !== undefined, 'changed-operation-missing');
    return {
      ...part,
      component,
      source: { ...source, operation: operation!, database: owner.host },
    };
  }
  return { ...part, component };
}

/** Text of the program of a part, with the routes of the mesh that its calls take. */
function routedText({ mesh }: Scenario, part: LaidPart): string {
  const text = programText(part);
  return mesh === undefined ? text : text + routesText(mesh, part.component, text);
}

/** Text that is equal for two versions of a part if their programs are equal, apart from the contents of bundles. */
function programText({ source }: LaidPart): string {
  if (source.kind === 'operation') return bareText([source.operation.work, source.operation.wait]);
  if (source.kind === 'route') {
    const { to, steps, sticky, mirror, policy, chain } = source.route;
    return bareText([to, steps, sticky, mirror, policy, chain]);
  }
  if (source.kind !== 'endpoint') return '';
  const { endpoint, service } = source;
  const { steps, timeLimitNs, concurrency } = endpoint;
  let inlined: unknown = null;
  eachStep(steps, (step) => {
    if (step.verb === 'call' && step.self) inlined = service.endpoints;
  });
  return bareText([steps, timeLimitNs, concurrency, service.middleware, inlined]);
}

/** Canonical text with the id of each bundle instead of its content. */
function bareText(value: unknown): string {
  const bare = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (isBundle(inner)) return inner.id;
    if (Array.isArray(inner)) return inner.map(bare);
    const pairs = inner instanceof Map ? [...inner] : Object.entries(inner);
    return new Map(pairs.map(([key, item]) => [key, bare(item)]));
  };
  return canonical(bare(value));
}

function bundlesIn(scenario: Scenario): ReadonlyMap<string, Bundle> {
  const found = new Map<string, Bundle>();
  for (const value of objectsIn(scenario)) if (isBundle(value)) found.set(value.id, value);
  return found;
}

function isBundle(value: object): value is Bundle {
  return 'layers' in value && 'idempotencyKey' in value && 'id' in value;
}
