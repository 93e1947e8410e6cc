import { invariant } from '../kernel/invariant.js';
import { streamKey } from '../kernel/rng.js';
import type { BalancerSetup, BalancerState } from '../spec/balancer.js';
import type { PlanEdge } from '../spec/plan.js';
import type { View } from './edge.js';
import type { Instance } from './instance.js';
import type { Registry } from './registry.js';
import type { World } from './world.js';

/**
 * The balancers of a run. Calls from one instance to one component share theirs when they are
 * configured alike: one place in the round, one memory of latencies.
 */
export class Balancers {
  private readonly world: World;
  private readonly registry: Registry;
  private readonly states = new Map<string, BalancerState>();

  constructor(world: World, registry: Registry) {
    this.world = world;
    this.registry = registry;
  }

  /** The balancer of an edge for one calling instance, which sees the callee through `view`. */
  of(edge: PlanEdge, caller: Instance, view: View): BalancerState {
    const { plan } = this.world;
    const callee = plan.parts[edge.to].component;
    const { kind, config } = edge.loadBalancing;
    const key = `${caller.id} ${callee} ${kind} ${JSON.stringify(config)}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const definition = this.registry.balancerKind(kind);
    invariant(definition !== undefined, 'balancer-unknown-to-the-registry');
    const state = definition!.create(config, this.setupOf(callee, caller, view, config));
    this.states.set(key, state);
    caller.balancers.push(state);
    return state;
  }

  private setupOf(callee: number, caller: Instance, view: View, config: unknown): BalancerSetup {
    const { plan, replication, engine, keys } = this.world;
    const { name, instances } = plan.components[callee];
    const names = `${plan.components[caller.component].name}->${name}`;
    const { key } = config as { readonly key?: string };
    const index = plan.keys.findIndex((candidate) => candidate.name === key);
    invariant(key === undefined || index >= 0, 'balancer-key-unknown');
    return {
      size: instances,
      outstanding: view.outstanding,
      clock: engine,
      picks: streamKey(plan.seed, replication, `edge/${names}/pick`),
      places: streamKey(0, 0, `places/${name}`),
      keyValue: (strand) => (index < 0 ? 0 : keys.value(index, strand)),
    };
  }
}
