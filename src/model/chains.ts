import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import type { StreamKey } from '../kernel/rng.js';
import { streamKey } from '../kernel/rng.js';
import type { PlanEdge } from '../spec/plan.js';
import type { PolicyKind, PolicySetup, PolicyState, Target } from '../spec/policy.js';
import type { Layer } from '../spec/scenario.js';
import { Histogram } from '../stats/histogram.js';
import { Alarms } from './alarms.js';
import { DryRun } from './dry-run.js';
import { ConnectionPool } from './connection-pool.js';
import type { ServerConnections } from './connection-pool.js';
import type { View } from './edge.js';
import type { Instance } from './instance.js';
import { PickLayer } from './pick-layer.js';
import type { Registry } from './registry.js';
import { Targets } from './targets.js';
import type { World } from './world.js';

/** A deadline that only enforces what it inherits. */
const INHERITED: Layer = {
  policy: 'deadline',
  kind: 'simple',
  config: { after: null, propagate: true },
  scope: 'instance',
  per: 'callee',
  dryRun: false,
  written: [],
};

/** One instance called, and the views of those who share a state about it. */
class Watched implements Target {
  private readonly views: View[] = [];
  private readonly instance: number;
  private isOpen = true;

  constructor(instance: number) {
    this.instance = instance;
  }

  add(view: View): void {
    if (this.views.includes(view)) return;
    invariant(this.isOpen, 'view-added-to-a-shut-target');
    this.views.push(view);
  }

  setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    for (const view of this.views) view.setShut(this.instance, !isOpen);
  }
}

/** Gauges and waits of one pool, for the record. */
export interface PoolMeter {
  readonly instance: number;
  readonly database: number;
  readonly open: number;
  readonly used: number;
  readonly waiting: number;
}

/**
 * Builds the chains of policy objects. An object is shared by all calls that share its state: those of
 * the same bundle from the same instance (caller component, everybody) to the same callee (endpoint).
 */
export class Chains {
  readonly pools: PoolMeter[] = [];
  /** By calling component * components + database: waits by segment. */
  readonly poolWaits = new Map<number, Histogram[]>();
  private readonly world: World;
  private readonly registry: Registry;
  private readonly alarms: Alarms;
  private readonly states = new Map<string, PolicyState>();
  private readonly chains = new Map<string, number>();
  private readonly ids = new Map<PolicyState, number>();
  private readonly pickLayer: PickLayer;
  /** By key of a state that is one for each instance called. */
  private readonly watched = new Map<string, readonly Watched[]>();
  private readonly servers = new Map<number, ServerConnections>();
  /** Bundles of which some call may inherit a deadline: all their chains are of one shape. */
  private readonly reached = new Set<number>();

  constructor(world: World, registry: Registry) {
    this.world = world;
    this.registry = registry;
    this.alarms = new Alarms(world.engine);
    this.pickLayer = new PickLayer(world);
    for (const edge of world.plan.edges) if (edge.deadline) this.reached.add(edge.bundle);
  }

  /** Layers of an edge, the implicit ones included, outermost first; the pool is the innermost. */
  layersOf(edge: PlanEdge): readonly Layer[] {
    const { layers } = this.world.plan.bundles[edge.bundle];
    const own = layers.some((layer) => layer.policy === 'deadline');
    if (own || !this.reached.has(edge.bundle)) return layers;
    const outer = layers.length > 0 && layers[0].policy === 'fallback' ? 1 : 0;
    return [...layers.slice(0, outer), INHERITED, ...layers.slice(outer)];
  }

  /** Depth of the chains of an edge. */
  depthOf(edge: PlanEdge): number {
    const implicit = (edge.pool === null ? 0 : 1) + (this.picks(edge) ? 1 : 0);
    return this.layersOf(edge).length + implicit;
  }

  /** True where a layer needs to know the instance, so that it is picked before the attempt is sent. */
  picks(edge: PlanEdge): boolean {
    return this.world.plan.bundles[edge.bundle].layers.some(({ per }) => per === 'target');
  }

  /** True where callers pick among all instances once every one of them is shut. */
  failsOpen(edge: PlanEdge): boolean {
    const { layers } = this.world.plan.bundles[edge.bundle];
    return layers.some((layer) => this.kindOf(layer).failsOpen === true);
  }

  /** Place of the first layer of an edge's chain for one calling instance, which sees the callee so. */
  chainOf(edge: PlanEdge, caller: Instance, view: View): number {
    const layers = this.layersOf(edge);
    const objects = layers.map((layer) => this.stateOf(edge, layer, caller, view));
    const first = layers.findIndex(({ per }) => per === 'target');
    if (first >= 0) objects.splice(first, 0, this.pickLayer);
    if (edge.pool !== null) objects.push(this.poolOf(edge, caller));
    const key = objects.map((object) => this.idOf(object)).join(',');
    let start = this.chains.get(key);
    if (start === undefined) {
      const { layers } = this.world.calls;
      start = layers.length;
      layers.push(...objects);
      this.chains.set(key, start);
    }
    return start;
  }

  private kindOf(layer: Layer): PolicyKind {
    const definition = this.registry.policyKind(layer.policy, layer.kind);
    invariant(definition !== undefined, 'policy-unknown-to-the-registry');
    return definition!;
  }

  private stateOf(edge: PlanEdge, layer: Layer, caller: Instance, view: View): PolicyState {
    const { plan } = this.world;
    const definition = this.kindOf(layer);
    const { id } = plan.bundles[edge.bundle];
    const callee = plan.parts[edge.to].component;
    const per = layer.per === 'endpoint' ? `part ${edge.to}` : `component ${callee}`;
    const scoped = definition.state === 'scoped';
    const owner = !scoped || layer.scope === 'caller' ? `component ${caller.component}` : 'all';
    const whose = scoped && layer.scope === 'instance' ? `instance ${caller.id}` : owner;
    const key = `${id}|${layer.policy}|${whose}|${per}`;
    let state = this.states.get(key);
    if (state === undefined) {
      const own = whose.startsWith('instance');
      const make = (target: Watched | null, instance: number): PolicyState =>
        create(definition, layer, this.setupOf(edge, layer, caller, own, target, instance));
      if (scoped && layer.per === 'target') {
        const { firstInstance, instances } = plan.components[callee];
        const watched = Array.from({ length: instances }, (_, index) => new Watched(index));
        this.watched.set(key, watched);
        state = new Targets(
          this.world.calls,
          watched.map((target, index) => make(target, firstInstance + index)),
        );
      } else {
        state = make(null, -1);
      }
      this.states.set(key, state);
      if (own) caller.policies.push(state);
    }
    for (const target of this.watched.get(key) ?? []) target.add(view);
    return state;
  }

  private setupOf(
    edge: PlanEdge,
    layer: Layer,
    caller: Instance,
    own: boolean,
    target: Target | null,
    instance: number,
  ): PolicySetup {
    const { world } = this;
    const { plan, calls, engine } = world;
    const callee = plan.parts[edge.to].component;
    const { id } = plan.bundles[edge.bundle];
    const place = target === null ? '' : `[${plan.instances[instance].index}]`;
    const names = `${plan.components[caller.component].name}->${plan.components[callee].name}${place}`;
    return {
      ctx: calls,
      samplers: world.samplers,
      sampler: (distribution) => world.samplers.add(distribution),
      keyValue: this.keyValueOf(layer),
      stream: (meaning) => this.stream(`edge/${names}/${id}/${layer.policy}/${meaning}`),
      lane: (delayNs) => engine.lane(delayNs, PHASE.TIMER, calls.timerOp, calls.frames),
      target,
      alarm: (run) => this.alarms.add(run, own ? caller : null),
      machine: (states) =>
        world.journal.machine({
          policy: layer.policy,
          kind: layer.kind,
          instance: own ? caller.id : -1,
          callerComponent: caller.component,
          calleeComponent: callee,
          calleePart: layer.per === 'endpoint' ? edge.to : -1,
          calleeInstance: instance,
          bundle: id,
          dryRun: layer.dryRun,
          states,
        }),
    };
  }

  /** Values of the key in the configuration of a policy, 0 for all calls where it has none. */
  private keyValueOf(layer: Layer): (frame: number) => number {
    const { plan, keys, calls } = this.world;
    const { key } = (layer.config ?? {}) as { readonly key?: string };
    if (key === undefined) return () => 0;
    const index = plan.keys.findIndex((candidate) => candidate.name === key);
    invariant(index >= 0, 'policy-key-unknown');
    return (frame) => keys.value(index, calls.frames.owner[frame]);
  }

  private poolOf(edge: PlanEdge, caller: Instance): PolicyState {
    const { world } = this;
    const { plan, levels, engine, calls, samplers } = world;
    const database = plan.parts[edge.to].component;
    const key = `pool|${caller.id}|${database}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const spec = plan.components[database];
    const pool = edge.pool!;
    const gauges = {
      open: levels.register(),
      used: levels.register(),
      waiting: levels.register(),
    };
    this.pools.push({ instance: caller.id, database, ...gauges });
    const waits = this.waitsOf(caller.component, database);
    const { acquireTimeoutNs } = pool;
    const state = new ConnectionPool({
      ctx: calls,
      pool,
      server: this.serverOf(database),
      samplers,
      connect: samplers.add(spec.connect ?? { kind: 'constant', valueNs: 0 }),
      stream: this.stream(`pool/${plan.components[caller.component].name}->${spec.name}`),
      timeout:
        acquireTimeoutNs === null || acquireTimeoutNs === 0
          ? null
          : engine.lane(acquireTimeoutNs, PHASE.TIMER, calls.timerOp, calls.frames),
      levels,
      gauges,
      waits: () => {
        const { cell } = world.sink;
        return cell < 0 ? null : waits[plan.grid.segmentOfCell[cell]];
      },
    });
    this.states.set(key, state);
    caller.policies.push(state);
    return state;
  }

  private waitsOf(caller: number, database: number): Histogram[] {
    const { plan } = this.world;
    const key = caller * plan.components.length + database;
    let waits = this.poolWaits.get(key);
    if (waits === undefined) {
      waits = Array.from({ length: plan.grid.segments }, () => new Histogram());
      this.poolWaits.set(key, waits);
    }
    return waits;
  }

  private serverOf(database: number): ServerConnections {
    let server = this.servers.get(database);
    if (server === undefined) {
      server = { open: 0, limit: this.world.plan.components[database].maxConnections };
      this.servers.set(database, server);
    }
    return server;
  }

  private stream(name: string): StreamKey {
    return streamKey(this.world.plan.seed, this.world.replication, name);
  }

  private idOf(state: PolicyState): number {
    let id = this.ids.get(state);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(state, id);
    }
    return id;
  }
}

function create(definition: PolicyKind, layer: Layer, setup: PolicySetup): PolicyState {
  if (!layer.dryRun) return definition.create(layer.config, setup);
  // What only watches shuts nothing.
  const target = setup.target === null ? null : { setOpen: () => {} };
  return new DryRun(setup.ctx, (ctx) => definition.create(layer.config, { ...setup, ctx, target }));
}
