import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import type { StreamKey } from '../kernel/rng.js';
import { streamKey } from '../kernel/rng.js';
import type { PlanEdge } from '../spec/plan.js';
import type { PolicySetup, PolicyState } from '../spec/policy.js';
import type { Layer } from '../spec/scenario.js';
import { Histogram } from '../stats/histogram.js';
import { Alarms } from './alarms.js';
import { DryRun } from './dry-run.js';
import { ConnectionPool } from './connection-pool.js';
import type { ServerConnections } from './connection-pool.js';
import type { Instance } from './instance.js';
import type { Registry } from './registry.js';
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
  private readonly servers = new Map<number, ServerConnections>();
  /** Bundles of which some call may inherit a deadline: all their chains are of one shape. */
  private readonly reached = new Set<number>();

  constructor(world: World, registry: Registry) {
    this.world = world;
    this.registry = registry;
    this.alarms = new Alarms(world.engine);
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
    return this.layersOf(edge).length + (edge.pool === null ? 0 : 1);
  }

  /** Place of the first layer of an edge's chain for one calling instance. */
  chainOf(edge: PlanEdge, caller: Instance): number {
    const objects = this.layersOf(edge).map((layer) => this.stateOf(edge, layer, caller));
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

  private stateOf(edge: PlanEdge, layer: Layer, caller: Instance): PolicyState {
    const { plan } = this.world;
    const definition = this.registry.policyKind(layer.policy, layer.kind);
    invariant(definition !== undefined, 'policy-unknown-to-the-registry');
    const { id } = plan.bundles[edge.bundle];
    const callee = plan.parts[edge.to].component;
    const per = layer.per === 'endpoint' ? `part ${edge.to}` : `component ${callee}`;
    const scoped = definition!.state === 'scoped';
    const owner = !scoped || layer.scope === 'caller' ? `component ${caller.component}` : 'all';
    const whose = scoped && layer.scope === 'instance' ? `instance ${caller.id}` : owner;
    const key = `${id}|${layer.policy}|${whose}|${per}`;
    let state = this.states.get(key);
    if (state === undefined) {
      const setup = this.setupOf(edge, layer, caller, whose.startsWith('instance'));
      state = layer.dryRun
        ? new DryRun(setup.ctx, (ctx) => definition!.create(layer.config, { ...setup, ctx }))
        : definition!.create(layer.config, setup);
      this.states.set(key, state);
      if (whose.startsWith('instance')) caller.policies.push(state);
    }
    return state;
  }

  private setupOf(edge: PlanEdge, layer: Layer, caller: Instance, own: boolean): PolicySetup {
    const { world } = this;
    const { plan, calls, engine } = world;
    const callee = plan.parts[edge.to].component;
    const { id } = plan.bundles[edge.bundle];
    const names = `${plan.components[caller.component].name}->${plan.components[callee].name}`;
    return {
      ctx: calls,
      samplers: world.samplers,
      sampler: (distribution) => world.samplers.add(distribution),
      keyValue: this.keyValueOf(layer),
      stream: (meaning) => this.stream(`edge/${names}/${id}/${layer.policy}/${meaning}`),
      lane: (delayNs) => engine.lane(delayNs, PHASE.TIMER, calls.timerOp, calls.frames),
      alarm: (run) => this.alarms.add(run, own ? caller : null),
      machine: (states) =>
        world.journal.machine({
          policy: layer.policy,
          kind: layer.kind,
          instance: own ? caller.id : -1,
          callerComponent: caller.component,
          calleeComponent: callee,
          calleePart: layer.per === 'endpoint' ? edge.to : -1,
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
