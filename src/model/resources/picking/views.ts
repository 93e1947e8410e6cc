import { View } from '../../data/edges/edge.js';
import { levels } from '../../data/figures/levels.js';
import type { Balancers } from './balancers.js';
import type { ListedRun } from './endpoint-lists.js';

/** Replaces the gauge of an instance without calls. */
const NEVER = -1;

/** The gauge of the attempts of one instance to one component. */
interface Seen {
  readonly instance: number;
  readonly callee: number;
  readonly gauge: number;
  /** Gauge of the calls that were left, -1 without any. */
  readonly left: number;
}

/** The view that each calling instance has of each callee, made on first use. */
export class Views {
  private readonly world: ListedRun;
  private readonly byPair = new Map<number, View>();
  /** By caller and callee: the first edge between them, and whether outstanding attempts affect picks. */
  private readonly firstEdge = new Map<number, number>();
  private readonly counted = new Set<number>();

  constructor(world: ListedRun, balancers: Balancers) {
    this.world = world;
    const { edges, parts } = world.plan;
    edges.forEach((edge, id) => {
      const pair = this.pairOf(parts[edge.from].component, parts[edge.to].component);
      if (!this.firstEdge.has(pair)) this.firstEdge.set(pair, id);
      if (balancers.counts(edge)) this.counted.add(pair);
    });
  }

  of(instance: number, callee: number): View {
    const { fleets, instances, endpoints, plan } = this.world;
    const key = this.pairOf(instance, callee);
    let view = this.byPair.get(key);
    if (view === undefined) {
      const caller = instances[instance];
      const isCounted = this.counted.has(this.pairOf(caller.component, callee));
      view = new View(fleets[callee], isCounted, plan.components[callee].healthChecks !== null);
      view.fleet = endpoints.fleetOf(callee, caller, view);
      view.gauge = levels.register();
      this.byPair.set(key, view);
    }
    return view;
  }

  /** The gauges of all possible callers, ordered by the first edge between the components, then by caller. */
  list(): readonly Seen[] {
    const { plan } = this.world;
    return [...this.firstEdge.values()].flatMap((edge) => {
      const { from, to } = plan.edges[edge];
      const { firstInstance, instances } = plan.components[plan.parts[from].component];
      const callee = plan.parts[to].component;
      return Array.from({ length: instances }, (_, index) => {
        const instance = firstInstance + index;
        const view = this.byPair.get(this.pairOf(instance, callee));
        return { instance, callee, gauge: view?.gauge ?? NEVER, left: view?.left ?? NEVER };
      });
    });
  }

  private pairOf(from: number, callee: number): number {
    return from * this.world.plan.components.length + callee;
  }
}
