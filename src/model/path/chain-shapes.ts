import { invariant } from '../../kernel/invariant.js';
import type { Ns } from '../../kernel/time.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import type { Registry } from '../data/registry.js';
import { placeOfCallFaults, type CallFaults } from '../resources/layers/call-faults.js';
import { INHERITED } from '../resources/layers/inherited.js';

/** The layers of each edge in their order, also the implicit ones: the same for all its callers. */
export class ChainShapes {
  /** Bundles in which some call may inherit a deadline; all their chains get the same shape. */
  private readonly reached = new Set<number>();

  constructor(
    private readonly plan: Plan,
    private readonly registry: Registry,
    private readonly callFaults: CallFaults | null,
  ) {
    for (const edge of plan.edges) if (edge.deadline) this.reached.add(edge.bundle);
  }

  /** Layers of an edge including the implicit ones, outermost first; the pool is the innermost. */
  layersOf(edge: PlanEdge): readonly Layer[] {
    const { layers } = this.plan.bundles[edge.bundle];
    // A transaction only waits for its connection; the deadline applies to its statements.
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
    const abort = this.callFaultsAt(edge) < 0 ? 0 : 1;
    const selection = edge.selection === undefined ? 0 : 1;
    return this.layersOf(edge).length + abort + selection + pick + pool;
  }

  /** Place of the pool in the chains of an edge that has one. */
  poolLayerOf(edge: PlanEdge): number {
    return this.depthOf(edge) - (this.insideConnection(edge) < 0 ? 1 : 2);
  }

  /** Returns true if a layer depends on the instance, so that the instance is picked before the attempt is sent. */
  picks(edge: PlanEdge): boolean {
    return edge.connections !== null || edge.route !== null || this.splits(edge);
  }

  private splits(edge: PlanEdge): boolean {
    return this.plan.bundles[edge.bundle].layers.some(({ per }) => per === 'target');
  }

  /** Index of the first layer that a proxy of the mesh applies; Infinity = the application applies all. */
  proxyLayerOf(edge: PlanEdge): number {
    const first = this.layersOf(edge).findIndex(({ isProxy }) => isProxy === true);
    if (first < 0) return Infinity;
    return this.callFaultsAt(edge) < 0 ? first : first + 1;
  }

  /** Place of the layer in which faults end calls, -1 without it. */
  protected callFaultsAt(edge: PlanEdge): number {
    const { callFaults, plan } = this;
    if (callFaults === null || !callFaults.isIn(plan.parts[edge.to].component)) return -1;
    return placeOfCallFaults(this.layersOf(edge));
  }

  /** Returns true if callers pick among all instances once every one of them is shut. */
  failsOpen(edge: PlanEdge): boolean {
    const { layers } = this.plan.bundles[edge.bundle];
    return layers.some((layer) => !layer.dryRun && this.kindOf(layer).failsOpen === true);
  }

  /** Longest wait of an edge's calls for an available instance; 0 = they do not wait. */
  shutWaitOf(edge: PlanEdge): Ns {
    let waitNs = 0;
    for (const layer of this.plan.bundles[edge.bundle].layers) {
      if (layer.dryRun) continue;
      waitNs = Math.max(waitNs, this.kindOf(layer).shutWait?.(layer.config) ?? 0);
    }
    return waitNs;
  }

  /** Index of the layer that begins with the connection, -1 if none does. Layers of a proxy keep their places. */
  protected insideConnection(edge: PlanEdge): number {
    if (edge.connections === null) return -1;
    const layers = this.layersOf(edge);
    const own = layers.findIndex(
      (layer) => this.kindOf(layer).insideConnection?.(layer.config) ?? false,
    );
    const proxy = this.proxyLayerOf(edge);
    return proxy !== Infinity && own < proxy ? -1 : own;
  }

  protected kindOf(layer: Layer): PolicyKind {
    const definition = this.registry.policyKind(layer.policy, layer.kind);
    invariant(definition !== undefined, 'the registry knows every policy of a plan');
    return definition!;
  }
}
