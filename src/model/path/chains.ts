import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { streamKey, type StreamKey } from '../../kernel/rng.js';
import { calleeName } from '../../contracts/plan/names.js';
import type { PlanEdge } from '../../contracts/plan/plan.js';
import type {
  Alarm,
  CallContext,
  LimiterState,
  PolicyKind,
  PolicySetup,
  PolicyState,
  Target,
} from '../../contracts/patterns/policy.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { Alarms } from '../data/instances/alarms.js';
import type { View } from '../data/edges/edge.js';
import type { Instance } from '../data/instances/instance.js';
import type { OpenBlock } from '../data/figures/journal.js';
import type { CallFaults } from '../resources/layers/call-faults.js';
import { createState } from '../resources/layers/states.js';
import { PickLayer } from '../resources/picking/pick-layer.js';
import { limitsAt, Pools, type PoolsParts } from '../resources/connections/pools.js';
import type { Registry } from '../data/registry.js';
import { ServerSelection } from '../resources/replication/server-selection.js';
import { Targets } from '../resources/picking/targets.js';
import { WaitingRoom } from '../data/instances/waiting-room.js';
import { Watched, Watchers } from '../resources/picking/watched.js';
import type { Calls } from './calls.js';
import { ChainShapes } from './chain-shapes.js';
import { levels } from '../data/figures/levels.js';
import { frames } from '../data/strands/frames.js';
import { engine } from '../../kernel/engine.js';
import { samplers } from '../../kernel/distribution.js';

/** Whether a layer's states can be created, and their resets applied, at first use. */
interface Timing {
  /** They may be made at the first call that needs them. */
  readonly isLate: boolean;
  /** A reset of an unused state may be applied when the state is made. */
  readonly isResetLate: boolean;
}

type ChainsParts = PoolsParts & { readonly calls: Calls; readonly callFaults: CallFaults | null };

const EARLY: Timing = { isLate: false, isResetLate: false };

/**
 * Builds the chains of policy objects. All calls with common state share an object: those of the same bundle from the
 * same instance (or calling component, or all callers) to the same callee (or endpoint).
 */
export class Chains extends ChainShapes {
  readonly pools: Pools;
  private readonly world: ChainsParts;
  readonly alarms: Alarms;
  private readonly states = new Map<string, PolicyState>();
  /** For states that several processes have over one store: the maker of the state of a process, or null. */
  private readonly nodes = new Map<string, (() => LimiterState) | null>();
  private readonly chains = new Map<string, number>();
  private readonly ids = new Map<PolicyState, number>();
  private readonly pickLayer: PickLayer;
  /** By key of a state that exists once per callee instance. */
  private readonly watchers = new Map<string, Watchers>();
  private readonly rooms = new Map<string, WaitingRoom>();
  /** Journal blocks of the states of instances, by their key without the instance. */
  private readonly blocks = new Map<string, readonly OpenBlock[]>();
  /** By bundle and policy. */
  private readonly timings = new Map<string, Timing>();

  constructor(world: ChainsParts, registry: Registry) {
    super(world.plan, registry, world.callFaults);
    this.world = world;
    this.alarms = new Alarms();
    this.pickLayer = new PickLayer(world);
    this.pools = new Pools(world, this.alarms);
  }

  /** The room in which the calls of one instance wait for an instance of the callee, for `waitNs` at most. */
  roomOf(edge: PlanEdge, caller: Instance, view: View, waitNs: Ns): WaitingRoom {
    const { plan } = this.world;
    const key = `${plan.bundles[edge.bundle].id}|${caller.id}|${plan.parts[edge.to].component}|${edge.version}`;
    let room = this.rooms.get(key);
    if (room === undefined) {
      const alarm = (run: () => void): Alarm => this.alarms.add(run, caller);
      room = new WaitingRoom(waitNs, this.pickLayer, alarm);
      this.rooms.set(key, room);
      view.rooms.push(room);
      caller.rooms.push(room);
    }
    return room;
  }

  /** Place of the first layer of an edge's chain for one calling instance with this view of the callee. */
  chainOf(edge: PlanEdge, caller: Instance, view: View): number {
    const layers = this.layersOf(edge);
    const objects = layers.map((layer) => this.stateOf(edge, layer, caller, view));
    if (view.left < 0 && layers.some((layer) => this.kindOf(layer).detaches?.(layer.config))) {
      view.left = levels.register();
    }
    const inside = this.insideConnection(edge);
    const late = inside < 0 ? null : objects[inside];
    const first = layers.findIndex(({ per }) => per === 'target');
    if (first >= 0) objects.splice(first, 0, this.pickLayer);
    if (first < 0 && edge.route !== null) objects.push(this.pickLayer);
    if (edge.selection !== undefined) {
      const pick = objects.indexOf(this.pickLayer);
      objects.splice(pick < 0 ? objects.length : pick, 0, this.selectionOf(edge, caller));
    }
    if (edge.pool !== null) objects.push(this.pools.ofDatabase(edge, caller));
    if (edge.connections !== null) {
      if (first < 0 && !edge.connections.shared) objects.push(this.pickLayer);
      const limited = objects.find((object) => limitsAt(object, 0) !== null) ?? null;
      const name = limited === null ? '' : String(this.idOf(limited));
      objects.push(this.pools.ofEdge(edge, caller, view, limited, name));
      if (late !== null) objects.push(...objects.splice(objects.indexOf(late), 1));
    }
    const abort = this.callFaultsAt(edge);
    if (abort >= 0) objects.splice(abort, 0, this.world.callFaults!);
    this.world.tracer.proxied?.watch(objects, this.proxyLayerOf(edge), this.world.calls);
    const key = objects.map((object) => this.idOf(object)).join(',');
    let start = this.chains.get(key);
    if (start === undefined) {
      start = this.world.calls.addChain(objects);
      this.chains.set(key, start);
    }
    return start;
  }

  /** The driver with which a caller looks for a node of a database. */
  private selectionOf(edge: PlanEdge, caller: Instance): PolicyState {
    const key = `selection|${caller.id}|${edge.from}|${edge.to}|${edge.bundle}|${edge.session}|${edge.route?.kind}`;
    let state = this.states.get(key);
    if (state === undefined) {
      state = new ServerSelection(this.world, edge, caller);
      this.states.set(key, state);
      caller.policies.push(state);
    }
    return state;
  }

  /** Whether the objects of a calling instance for an edge may be made at its first call. */
  isLate(edge: PlanEdge): boolean {
    if (edge.pool !== null || edge.route !== null || edge.session !== SESSION.none) return false;
    if (edge.selection !== undefined) return false;
    return this.layersOf(edge).every((layer) => this.isLateLayer(edge, layer));
  }

  /** The states that this edge is the first to create for the instances of a caller, as an argument of reserve(). */
  fresh(edge: PlanEdge, caller: number): readonly string[] {
    return this.layersOf(edge)
      .filter((layer) => this.kindOf(layer).state === 'scoped')
      .map((layer) => familyOf(this.bundleOf(edge, layer), layer, caller, this.perOf(edge, layer)))
      .filter((family) => !this.blocks.has(family));
  }

  /** Reserves the numbers of the state machines of all callers but the first, as if they were made now. */
  reserve(families: readonly string[], callers: readonly Instance[]): void {
    const blocks = families.flatMap((family) => this.blocks.get(family)!);
    const stride = blocks.reduce((sum, { targets }) => sum + targets, 0);
    this.world.journal.reserve(stride * (callers.length - 1));
    for (const block of blocks) {
      block.callers = callers.length;
      block.stride = stride;
    }
  }

  /**
   * Returns true if a layer has a state per calling instance whose creation neither reads the clock nor sets a timer.
   */
  private isLateLayer(edge: PlanEdge, layer: Layer): boolean {
    if (this.kindOf(layer).state === 'none') return true;
    return layer.scope === 'instance' && layer.key === null && this.timingOf(edge, layer).isLate;
  }

  private timingOf(edge: PlanEdge, layer: Layer): Timing {
    if (layer.store !== null) return EARLY;
    const name = `${edge.bundle} ${layer.isProxy === true ? 'proxy ' : ''}${layer.policy}`;
    let timing = this.timings.get(name);
    if (timing === undefined) this.timings.set(name, (timing = this.probe(edge, layer)));
    return timing;
  }

  /** Makes and resets a state without calls, and records whether it reads the clock or sets a timer. */
  private probe(edge: PlanEdge, layer: Layer): Timing {
    const { plan, calls, instances } = this.world;
    const caller = instances[plan.components[plan.parts[edge.from].component].firstInstance];
    let asked = 0;
    const noted = (): Ns => {
      asked++;
      return 0;
    };
    // A copy: V8 looks up each field of an object that is the prototype of another one by name.
    const methods: object = Reflect.getPrototypeOf(calls)!;
    const ctx = Object.assign(
      Object.create(methods, { now: { get: noted } }),
      calls,
    ) as CallContext;
    const state = createState(
      this.world,
      this.kindOf(layer),
      layer,
      {
        ...this.setupOf(edge, layer, caller, true, null, -1),
        ctx,
        alarm: () => ({ set: noted, clear: () => {} }),
        machine: () => ({ set: noted }),
      },
      edge.bundle,
    );
    const isLate = asked === 0;
    state.reset?.();
    return { isLate, isResetLate: asked === 0 };
  }

  /** Calls that name a version have states of their own, as a subset of Istio is a cluster of its own in Envoy. */
  private perOf(edge: PlanEdge, layer: Layer): string {
    if (layer.spans === true) return 'all callees';
    const { component } = this.world.plan.parts[edge.to];
    const per = layer.per === 'endpoint' ? `part ${edge.to}` : `component ${component}`;
    return edge.version < 0 ? per : `${per} version ${edge.version}`;
  }

  /** The bundle that the state of a layer belongs to. */
  private bundleOf(edge: PlanEdge, { bundle }: Layer): string {
    return bundle ?? this.world.plan.bundles[edge.bundle].id;
  }

  private stateOf(edge: PlanEdge, layer: Layer, caller: Instance, view: View): PolicyState {
    const definition = this.kindOf(layer);
    const id = this.bundleOf(edge, layer);
    const per = this.perOf(edge, layer);
    const scoped = definition.state === 'scoped';
    const owner = !scoped || layer.scope === 'caller' ? `component ${caller.component}` : 'all';
    const whose = scoped && layer.scope === 'instance' ? `instance ${caller.id}` : owner;
    const common = `${id}|${layer.policy}|${whose}|${per}`;
    const node = this.nodeMaker(definition, layer, common);
    const key = node === null ? common : `${common}|node ${caller.id}`;
    let state = this.states.get(key);
    if (state === undefined) {
      const own = node !== null || whose.startsWith('instance');
      const make = (target: Watched | null, instance: number): PolicyState =>
        createState(
          this.world,
          definition,
          layer,
          { ...this.setupOf(edge, layer, caller, own, target, instance), node: node?.() ?? null },
          edge.bundle,
        );
      const create = (): PolicyState =>
        scoped && layer.per === 'target' ? this.targetsOf(edge, layer, key, make) : make(null, -1);
      state = whose.startsWith('instance')
        ? this.ofInstance(familyOf(id, layer, caller.component, per), caller, create)
        : create();
      this.states.set(key, state);
      if (own) caller.policies.push(state);
    }
    this.watchers.get(key)?.add(view);
    return state;
  }

  /** Makes the state of a calling instance with the numbers reserved for its state machines. */
  private ofInstance(family: string, caller: Instance, create: () => PolicyState): PolicyState {
    const { journal, plan } = this.world;
    const known = this.blocks.get(family);
    if (known !== undefined && known.length > 0 && known[0].stride > 0) {
      const behind = caller.id - plan.components[caller.component].firstInstance;
      return journal.at(known[0].first + behind * known[0].stride, create);
    }
    let state: PolicyState;
    const blocks = journal.madeBy(() => (state = create()));
    if (known === undefined) this.blocks.set(family, blocks);
    return state!;
  }

  /** One state per callee instance. The first one shows which state machines the others will have. */
  private targetsOf(
    edge: PlanEdge,
    layer: Layer,
    key: string,
    make: (target: Watched, instance: number) => PolicyState,
  ): Targets {
    const { journal, plan, newcomers } = this.world;
    const callee = plan.parts[edge.to].component;
    const { firstInstance, instances } = plan.components[callee];
    const watchers = new Watchers();
    this.watchers.set(key, watchers);
    const create = (index: number): PolicyState =>
      make(new Watched(watchers, index), firstInstance + index);
    const timing = this.timingOf(edge, layer);
    const targets = timing.isLate
      ? new Targets({ size: instances, make: journal.eachOf(instances, create), ...timing })
      : new Targets({ size: instances, make: create, ...timing });
    newcomers.get(callee)?.push((index) => targets.forget(index));
    return targets;
  }

  /** Returns the maker of each process's state over a common store; null if the processes share one object. */
  private nodeMaker(
    definition: PolicyKind,
    { scope, config }: Layer,
    key: string,
  ): (() => LimiterState) | null {
    if (scope === 'instance' || definition.nodes === undefined) return null;
    let make = this.nodes.get(key);
    if (make === undefined) this.nodes.set(key, (make = definition.nodes(config)));
    return make;
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
    const { plan, calls } = world;
    const callee = plan.parts[edge.to].component;
    const id = this.bundleOf(edge, layer);
    const draws = layer.draws ?? layer.bundle ?? plan.bundles[edge.bundle].draws;
    const place = target === null ? '' : `[${plan.instances[instance].index}]`;
    const names = `${plan.components[caller.component].name}->${calleeName(plan, edge)}${place}`;
    return {
      ctx: calls,
      samplers,
      sampler: (distribution) => samplers.add(distribution),
      stream: (meaning) => this.stream(`edge/${names}/${draws}/${layer.policy}/${meaning}`),
      keyOf: layer.key === null ? null : world.keys.ofCalls(layer.key),
      lane: (delayNs) => engine.lane(delayNs, PHASE.TIMER, calls.timerOp, frames),
      target,
      node: null,
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

/** Name of a state that each instance of a caller has. */
function familyOf(bundle: string, { policy }: Layer, caller: number, per: string): string {
  return `${bundle}|${policy}|${caller}|${per}`;
}
