import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { streamKey } from '../../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../../contracts/patterns/balancer.js';
import type { Priorities } from '../../../contracts/scenario/balancing.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import type { View } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Registry } from '../../data/registry.js';
import { ordered, Subsetting } from '../../data/edges/subset.js';
import type { Run } from '../../data/run.js';
import { localityLevels } from './localities.js';
import { PriorityLevels, type LevelSetup } from './priority-levels.js';
import { ZoneAwareRouting } from './zone-aware.js';

const UNCOUNTED = new Int32Array(0);

/**
 * The balancers of a run. All calls from one instance to one component with equal settings share a balancer: one
 * round-robin position, one latency memory.
 */
export class Balancers {
  private readonly states = new Map<string, BalancerState>();
  private readonly ways = new Map<PlanEdge['loadBalancing'], number>();
  private readonly texts = new Map<string, number>();
  private readonly keys = new Map<string, BalancerSetup['picks']>();
  /** State shared by balancers of different callers, by callee and settings. */
  private readonly shared = new Map<string, unknown>();

  constructor(
    private readonly world: Run,
    private readonly registry: Registry,
  ) {}

  /**
   * The balancer of an edge for one calling instance, which sees the callee through `view`. `version`: it picks among
   * the instances of this version only; -1 = among all.
   */
  of(edge: PlanEdge, caller: Instance, view: View, version = -1): BalancerState {
    const { plan } = this.world;
    const callee = plan.parts[edge.to].component;
    const panic = edge.loadBalancing.common.priorities ? ` ${edge.panic}` : '';
    const key = `${caller.id} ${callee} ${version} ${this.wayOf(edge)}${panic}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const state = this.create(edge, callee, caller, view);
    this.states.set(key, state);
    caller.balancers.push(state);
    return state;
  }

  /** Number of the settings of an edge: equal settings have the same number. */
  private wayOf({ loadBalancing }: PlanEdge): number {
    let way = this.ways.get(loadBalancing);
    if (way === undefined) {
      const text = JSON.stringify(loadBalancing);
      way = this.texts.get(text) ?? this.texts.size;
      this.texts.set(text, way);
      this.ways.set(loadBalancing, way);
    }
    return way;
  }

  /** Returns the subset of the callee that each calling instance sees; null if it sees all instances. */
  subsetOf(edge: PlanEdge): ((caller: Instance) => Subsetting) | null {
    const { plan } = this.world;
    const { subset } = edge.loadBalancing.common;
    const callee = plan.parts[edge.to].component;
    const { name, instances } = plan.components[callee];
    if (subset === null || subset.size >= instances) return null;
    const shared = placesOf(name);
    return (caller) => {
      const own = this.keyOf(callee, caller, 'subset');
      const order = ordered(subset, instances, caller.index, shared, own);
      return new Subsetting(order, subset.size, instances);
    };
  }

  /** Returns true if callers pick from a list that is never updated. */
  hasFixedList(edge: PlanEdge): boolean {
    return this.kindOf(edge).fixedList === true;
  }

  /** Returns true if an edge picks by the number of outstanding attempts. */
  counts(edge: PlanEdge): boolean {
    return this.kindOf(edge).blind !== true;
  }

  private kindOf(edge: PlanEdge): BalancerKind {
    const kind = this.registry.balancerKind(edge.loadBalancing.kind);
    invariant(kind !== undefined, 'the registry knows every balancer of a plan');
    return kind!;
  }

  private create(edge: PlanEdge, callee: number, caller: Instance, view: View): BalancerState {
    const state = this.make(edge, callee, caller, view);
    this.world.newcomers.get(callee)?.push((index) => state.forget?.(index));
    return state;
  }

  private make(edge: PlanEdge, callee: number, caller: Instance, view: View): BalancerState {
    const { fleets, instances } = this.world;
    const kind = this.kindOf(edge);
    const { config, common } = edge.loadBalancing;
    const { zoneAware } = common;
    const setup = this.setupOf(edge, callee, caller, view);
    if (zoneAware !== null) {
      const key = this.keyOf(callee, caller, 'zone');
      const callers = fleets[caller.component];
      return new ZoneAwareRouting(
        zoneAware,
        { caller, callers, callee: view.fleet, instances, view, key },
        () => kind.create(config, setup),
      );
    }
    if (common.priorities) {
      const levels = this.levelsOf(edge, common.priorities, caller, view);
      return new PriorityLevels(common.priorities, levels, () => kind.create(config, setup));
    }
    return kind.create(config, setup);
  }

  private levelsOf(
    edge: PlanEdge,
    priorities: Priorities,
    caller: Instance,
    view: View,
  ): LevelSetup {
    const { instances, plan } = this.world;
    const { backup, distribute } = priorities;
    const callee = plan.parts[edge.to].component;
    const { first, size } = view.fleet;
    const callees = Array.from({ length: size }, (_, index) => instances[first + index]);
    const zone = caller.zone < 0 ? '' : plan.zones[caller.zone];
    const common = {
      view,
      threshold: edge.panic,
      failsOnPanic: edge.failsOnPanic,
      key: this.keyOf(callee, caller, 'level'),
    };
    if (backup !== null) {
      const levelOf = Int32Array.from(callees, (_, index) => (backup.includes(index) ? 1 : 0));
      return { ...common, levelOf, weights: null };
    }
    const own = Object.hasOwn(distribute, zone) ? distribute[zone] : null;
    if (own !== null) {
      // Zones without a weight get nothing.
      const weights = [...plan.zones.map((name) => own[name] ?? 0), 0];
      const levelOf = Int32Array.from(callees, ({ zone: at }) => (at < 0 ? plan.zones.length : at));
      return { ...common, levelOf, weights };
    }
    return { ...common, levelOf: localityLevels(plan, caller, callees, priorities), weights: null };
  }

  private setupOf(edge: PlanEdge, callee: number, caller: Instance, view: View): BalancerSetup {
    const { plan, keys } = this.world;
    const { name, instances } = plan.components[callee];
    const { key } = edge.loadBalancing.config as { readonly key?: string };
    const index = plan.keys.findIndex((candidate) => candidate.name === key);
    invariant(key === undefined || index >= 0, 'a balancer hashes a key of the plan');
    return {
      size: instances,
      caller: caller.index,
      outstanding: view.outstanding ?? UNCOUNTED,
      upSince: view.fleet.upSince,
      passedAt: view.passedAt,
      clock: engine,
      picks: this.keyOf(callee, caller, 'pick'),
      places: placesOf(name),
      shared: <T>(make: () => T) => {
        const way = `${callee} ${this.wayOf(edge)}`;
        if (!this.shared.has(way)) this.shared.set(way, make());
        return this.shared.get(way) as T;
      },
      keyValue: (strand) => (index < 0 ? 0 : keys.value(index, strand)),
    };
  }

  /** The key of the draws that all instances of a caller use for a callee. */
  private keyOf(callee: number, caller: Instance, meaning: string): BalancerSetup['picks'] {
    const { plan, replication } = this.world;
    const from = plan.components[caller.component].name;
    const to = plan.components[callee].name;
    const name = `edge/${from}->${to}/${meaning}`;
    let key = this.keys.get(name);
    if (key === undefined) this.keys.set(name, (key = streamKey(plan.seed, replication, name)));
    return key;
  }
}

/** The key of the placements of a component that are the same for all callers. */
function placesOf(name: string): BalancerSetup['places'] {
  return streamKey(0, 0, `places/${name}`);
}
