import { streamKey } from '../../../kernel/rng.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import type { Balancers } from '../../resources/picking/balancers.js';
import type { Instance } from '../../data/instances/instance.js';
import type { View } from '../../data/edges/edge.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Scalable, Scale } from '../replica-set.js';
import type { ListedRun } from '../../resources/picking/endpoint-lists.js';
import { BlueGreen, Canary, Recreate, RollingUpdate } from './kinds.js';
import type { Rollout, Setup } from './rollout.js';
import { NamedVersion, WeightedSplit, type Split, type Weights } from '../../data/edges/split.js';
import { Tally } from './tally.js';

/**
 * The versions of components: counters of the answers of each, and the weights by which callers divide their requests.
 */
export class VersionTables {
  /** By component id. */
  private readonly weights = new Map<number, Weights>();
  private readonly tallies = new Map<number, ReadonlyMap<number, Tally>>();

  constructor(private readonly world: ListedRun) {
    world.plan.components.forEach(({ versions }, component) => {
      if (versions === null) return;
      const { rollout } = versions;
      if (rollout === null) return;
      this.tallies.set(component, this.talliesOf(component, rollout.to));
      if (rollout.kind === 'canary' && rollout.routing === 'weighted') {
        this.weights.set(component, { to: rollout.to, weight: 0 });
      }
    });
    for (const instance of world.instances) {
      instance.tally = this.tallies.get(instance.component)?.get(instance.version) ?? null;
    }
  }

  /** By number of the version, for both versions of a rollout. */
  private talliesOf(component: number, to: number): ReadonlyMap<number, Tally> {
    const { meters } = this.world;
    const counter = (name: string): Counter =>
      meters.counter(`rollout.${name}`, { component, part: -1 });
    const all = counter('served');
    const old = { all, own: counter('old'), good: counter('oldGood') };
    const next = { all, own: counter('next'), good: counter('nextGood') };
    return new Map([
      [0, new Tally(meters, old)],
      [to, new Tally(meters, next)],
    ]);
  }

  /** The choice of a version for each call of an edge; null if the calls go to any ready instance. */
  splitOf(
    edge: PlanEdge,
    callers: readonly Instance[],
    views: readonly View[],
    balancers: Balancers,
  ): Split | null {
    const { plan, replication } = this.world;
    const callee = plan.parts[edge.to].component;
    const { name, versions } = plan.components[callee];
    const balancersOf = (version: number): readonly BalancerState[] =>
      callers.map((caller, k) => balancers.of(edge, caller, views[k], version));
    const { version } = edge;
    if (version >= 0) {
      const own = versions!.names.map((_, at) => (at === version ? balancersOf(version) : []));
      return new NamedVersion(this.world, callee, version, own);
    }
    const weights = this.weights.get(callee);
    if (weights === undefined) return null;
    // One key for all callers, so a sticky client gets the same version through every gateway.
    const key = streamKey(plan.seed, replication, `versions/${name}`);
    const own = versions!.names.map((_, at) => balancersOf(at));
    return new WeightedSplit(this.world, callee, weights, key, own);
  }

  /** Starts the rollouts of all components that have one. Returns them by component. */
  start(scaleOf: (component: number) => Scale): ReadonlyMap<number, Scalable> {
    const rollouts = new Map<number, Scalable>();
    this.world.plan.components.forEach(({ versions }, component) => {
      if (versions === null || versions.rollout === null) return;
      const tallies = this.tallies.get(component)!;
      const setup = { world: this.world, component, scale: scaleOf(component), tallies };
      rollouts.set(component, this.begin(setup));
    });
    return rollouts;
  }

  private begin(setup: Setup): Rollout {
    const { kind } = this.world.plan.components[setup.component].versions!.rollout!;
    switch (kind) {
      case 'rolling':
        return new RollingUpdate(setup);
      case 'recreate':
        return new Recreate(setup);
      case 'blueGreen':
        return new BlueGreen(setup);
      case 'canary':
        return new Canary(setup, this.weights.get(setup.component) ?? null);
    }
  }
}
