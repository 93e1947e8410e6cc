import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import type { StreamKey } from '../kernel/rng.js';
import { streamKey } from '../kernel/rng.js';
import type { PlanEdge } from '../spec/plan.js';
import type { MachineRecord } from '../spec/record.js';
import type {
  Alarm,
  CallContext,
  LimiterState,
  PolicyKind,
  PolicySetup,
  PolicyState,
  Target,
} from '../spec/policy.js';
import type { Layer } from '../spec/scenario.js';
import { SESSION } from '../spec/sections.js';
import { Alarms } from './alarms.js';
import type { View } from './edge.js';
import type { Instance } from './instance.js';
import { createState } from './layers/states.js';
import { PickLayer } from './picking/pick-layer.js';
import { limitsAt, Pools } from './connections/pools.js';
import type { Registry } from './registry.js';
import { Targets } from './picking/targets.js';
import { WaitingRoom } from './picking/waiting-room.js';
import { Watched } from './picking/watched.js';
import type { World } from './world.js';
import { frames } from './frames.js';
import { engine } from '../kernel/engine.js';
import { samplers } from '../kernel/distribution.js';

/** A deadline that only enforces what it inherits. */
const INHERITED: Layer = {
  policy: 'deadline',
  kind: 'simple',
  config: { after: null, propagate: true },
  scope: 'instance',
  per: 'callee',
  key: null,
  store: null,
  dryRun: false,
  written: [],
};

/** A state of each calling instance: what it journals, and the numbers of those that have not called yet. */
interface Block {
  readonly samples: readonly MachineRecord[];
  /** Number of the first machine of the second calling instance, and how many further it is to that of the next; -1 = none. */
  first: number;
  stride: number;
}

/**
 * Builds the chains of policy objects. An object is shared by all calls that share its state: those of
 * the same bundle from the same instance (caller component, everybody) to the same callee (endpoint).
 */
export class Chains {
  readonly pools: Pools;
  private readonly world: World;
  private readonly registry: Registry;
  readonly alarms: Alarms;
  private readonly states = new Map<string, PolicyState>();
  /** Of states that several processes have over one store: the maker of theirs, null where there is none. */
  private readonly nodes = new Map<string, (() => LimiterState) | null>();
  private readonly chains = new Map<string, number>();
  private readonly ids = new Map<PolicyState, number>();
  private readonly pickLayer: PickLayer;
  /** By key of a state that is one for each instance called. */
  private readonly watched = new Map<string, readonly Watched[]>();
  private readonly rooms = new Map<string, WaitingRoom>();
  /** States of instances by all of their key but the instance. */
  private readonly blocks = new Map<string, Block>();
  /** By bundle and policy: whether a state is the same whenever it is made. */
  private readonly timeless = new Map<string, boolean>();
  /** Bundles of which some call may inherit a deadline: all their chains are of one shape. */
  private readonly reached = new Set<number>();

  constructor(world: World, registry: Registry) {
    this.world = world;
    this.registry = registry;
    this.alarms = new Alarms();
    this.pickLayer = new PickLayer(world);
    this.pools = new Pools(world, this.alarms);
    for (const edge of world.plan.edges) if (edge.deadline) this.reached.add(edge.bundle);
  }

  /** Layers of an edge, the implicit ones included, outermost first; the pool is the innermost. */
  layersOf(edge: PlanEdge): readonly Layer[] {
    const { layers } = this.world.plan.bundles[edge.bundle];
    // A transaction only waits for its connection; its statements heed the deadline.
    if (edge.session === SESSION.holds) return layers;
    const own = layers.some((layer) => layer.policy === 'deadline');
    if (own || !this.reached.has(edge.bundle)) return layers;
    const outer = layers.length > 0 && layers[0].policy === 'fallback' ? 1 : 0;
    return [...layers.slice(0, outer), INHERITED, ...layers.slice(outer)];
  }

  /** Depth of the chains of an edge. */
  depthOf(edge: PlanEdge): number {
    const pool = edge.pool === null && edge.connections === null ? 0 : 1;
    const pick = this.picks(edge) && edge.connections?.shared !== true ? 1 : 0;
    return this.layersOf(edge).length + pick + pool;
  }

  /** True where a layer needs to know the instance, so that it is picked before the attempt is sent. */
  picks(edge: PlanEdge): boolean {
    return edge.connections !== null || edge.route !== null || this.splits(edge);
  }

  private splits(edge: PlanEdge): boolean {
    return this.world.plan.bundles[edge.bundle].layers.some(({ per }) => per === 'target');
  }

  /** True where callers pick among all instances once every one of them is shut. */
  failsOpen(edge: PlanEdge): boolean {
    const { layers } = this.world.plan.bundles[edge.bundle];
    return layers.some((layer) => !layer.dryRun && this.kindOf(layer).failsOpen === true);
  }

  /** Where calls of an edge wait for an instance, by calling instance; null where they do not. */
  roomsOf(
    edge: PlanEdge,
    callers: readonly Instance[],
    views: readonly View[],
  ): readonly WaitingRoom[] | null {
    const { plan } = this.world;
    const bundle = plan.bundles[edge.bundle];
    let waitNs = 0;
    for (const layer of bundle.layers) {
      if (layer.dryRun) continue;
      waitNs = Math.max(waitNs, this.kindOf(layer).shutWait?.(layer.config) ?? 0);
    }
    if (waitNs === 0) return null;
    const callee = plan.parts[edge.to].component;
    return callers.map((caller, k) => {
      const key = `${bundle.id}|${caller.id}|${callee}`;
      let room = this.rooms.get(key);
      if (room === undefined) {
        const alarm = (run: () => void): Alarm => this.alarms.add(run, caller);
        room = new WaitingRoom(waitNs, this.pickLayer, alarm);
        this.rooms.set(key, room);
        views[k].rooms.push(room);
        caller.rooms.push(room);
      }
      return room;
    });
  }

  /** Place of the first layer of an edge's chain for one calling instance, which sees the callee so. */
  chainOf(edge: PlanEdge, caller: Instance, view: View): number {
    const layers = this.layersOf(edge);
    const objects = layers.map((layer) => this.stateOf(edge, layer, caller, view));
    const first = layers.findIndex(({ per }) => per === 'target');
    if (first >= 0) objects.splice(first, 0, this.pickLayer);
    if (first < 0 && edge.route !== null) objects.push(this.pickLayer);
    if (edge.pool !== null) objects.push(this.pools.ofDatabase(edge, caller));
    if (edge.connections !== null) {
      if (first < 0 && !edge.connections.shared) objects.push(this.pickLayer);
      const limited = objects.find((object) => limitsAt(object, 0) !== null) ?? null;
      const name = limited === null ? '' : String(this.idOf(limited));
      objects.push(this.pools.ofEdge(edge, caller, view, limited, name));
    }
    const key = objects.map((object) => this.idOf(object)).join(',');
    let start = this.chains.get(key);
    if (start === undefined) {
      start = this.world.calls.addChain(objects);
      this.chains.set(key, start);
    }
    return start;
  }

  /** Whether what a calling instance has for an edge may be made at its first call. */
  isLate(edge: PlanEdge): boolean {
    if (edge.pool !== null || edge.connections !== null || edge.route !== null) return false;
    if (edge.outlierDetection !== null || edge.session !== SESSION.none) return false;
    return this.layersOf(edge).every((layer) => this.isTimeless(edge, layer));
  }

  /** The states that the instances of a caller are the first to have for an edge: what reserve() wants. */
  fresh(edge: PlanEdge, caller: number): readonly string[] {
    const { id } = this.world.plan.bundles[edge.bundle];
    return this.layersOf(edge)
      .filter((layer) => this.kindOf(layer).state === 'scoped')
      .map((layer) => familyOf(id, layer, caller, this.perOf(edge, layer)))
      .filter((family) => !this.blocks.has(family));
  }

  /** Reserves the numbers of the machines of all callers but the first, as if they were made now. */
  reserve(families: readonly string[], callers: readonly Instance[]): void {
    const { journal } = this.world;
    const blocks = families.map((family) => this.blocks.get(family)!);
    const samples = blocks.flatMap((block) => block.samples);
    const { length } = samples;
    let at = journal.reserve(length * (callers.length - 1), (place) => ({
      ...samples[place % length],
      instance: callers[1 + Math.floor(place / length)].id,
    }));
    for (const block of blocks) {
      block.first = at;
      block.stride = length;
      at += block.samples.length;
    }
  }

  /** Whether a layer has a state for each calling instance that neither looks at the clock nor sets a timer when it is made. */
  private isTimeless(edge: PlanEdge, layer: Layer): boolean {
    const definition = this.kindOf(layer);
    if (definition.state === 'none') return true;
    if (layer.scope !== 'instance' || layer.per === 'target') return false;
    if (layer.store !== null || layer.key !== null || definition.shutWait !== undefined)
      return false;
    const name = `${edge.bundle} ${layer.policy}`;
    let isTimeless = this.timeless.get(name);
    if (isTimeless === undefined) {
      isTimeless = this.probe(edge, layer, definition);
      this.timeless.set(name, isTimeless);
    }
    return isTimeless;
  }

  /** Makes a state that serves no call, and watches what it asks for. */
  private probe(edge: PlanEdge, layer: Layer, definition: PolicyKind): boolean {
    const { plan, calls, instances } = this.world;
    const caller = instances[plan.components[plan.parts[edge.from].component].firstInstance];
    let isTimeless = true;
    const noted = (): void => {
      isTimeless = false;
    };
    const ctx = Object.create(calls, {
      now: {
        get: () => {
          noted();
          return 0;
        },
      },
    }) as CallContext;
    createState(
      this.world,
      definition,
      layer,
      {
        ...this.setupOf(edge, layer, caller, true, null, -1),
        ctx,
        alarm: () => ({ set: noted, clear: () => {} }),
        machine: () => ({ set: () => {} }),
      },
      edge.bundle,
    );
    return isTimeless;
  }

  private perOf(edge: PlanEdge, layer: Layer): string {
    const { parts } = this.world.plan;
    return layer.per === 'endpoint' ? `part ${edge.to}` : `component ${parts[edge.to].component}`;
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
    const per = this.perOf(edge, layer);
    const scoped = definition.state === 'scoped';
    const owner = !scoped || layer.scope === 'caller' ? `component ${caller.component}` : 'all';
    const whose = scoped && layer.scope === 'instance' ? `instance ${caller.id}` : owner;
    const common = `${id}|${layer.policy}|${whose}|${per}`;
    const node = this.nodeMaker(definition, layer, common);
    const key = node === null ? common : `${common}|node ${caller.id}`;
    let state = this.states.get(key);
    if (state === undefined) {
      const { journal } = this.world;
      const own = node !== null || whose.startsWith('instance');
      const make = (target: Watched | null, instance: number): PolicyState =>
        createState(
          this.world,
          definition,
          layer,
          { ...this.setupOf(edge, layer, caller, own, target, instance), node: node?.() ?? null },
          edge.bundle,
        );
      if (scoped && layer.per === 'target') {
        const { firstInstance, instances } = plan.components[callee];
        const watched = Array.from({ length: instances }, (_, index) => new Watched(index));
        this.watched.set(key, watched);
        const targets = new Targets(
          watched.map((target, index) => make(target, firstInstance + index)),
        );
        this.world.newcomers.get(callee)?.push((index) => targets.forget(index));
        state = targets;
      } else {
        const family = familyOf(id, layer, caller.component, per);
        const block = whose.startsWith('instance') ? this.blocks.get(family) : undefined;
        const create = (): void => {
          state = make(null, -1);
        };
        if (block !== undefined && block.first >= 0) {
          const { firstInstance } = plan.components[caller.component];
          const behind = caller.id - firstInstance - 1;
          journal.at(block.first + behind * block.stride, create);
        } else if (block === undefined && whose.startsWith('instance')) {
          this.blocks.set(family, { samples: journal.madeBy(create), first: -1, stride: 0 });
        } else create();
      }
      this.states.set(key, state!);
      if (own) caller.policies.push(state!);
    }
    for (const target of this.watched.get(key) ?? []) target.add(view);
    return state!;
  }

  /** Makes the state of one process over the store that all have; null where they share one object. */
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
    const { id } = plan.bundles[edge.bundle];
    const place = target === null ? '' : `[${plan.instances[instance].index}]`;
    const names = `${plan.components[caller.component].name}->${plan.components[callee].name}${place}`;
    return {
      ctx: calls,
      samplers,
      sampler: (distribution) => samplers.add(distribution),
      stream: (meaning) => this.stream(`edge/${names}/${id}/${layer.policy}/${meaning}`),
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

/** Names a state of each instance of a caller. */
function familyOf(bundle: string, { policy }: Layer, caller: number, per: string): string {
  return `${bundle}|${policy}|${caller}|${per}`;
}
