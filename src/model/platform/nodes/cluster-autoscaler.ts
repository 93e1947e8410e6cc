import { invariant } from '../../../kernel/invariant.js';
import { samplers } from '../../../kernel/distribution.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { NODE, NOWHERE, type Cluster } from '../../data/instances/cluster.js';

/** Time between two scans (scan-interval). */
const SCAN_NS: Ns = 10e9;
/** Time that a node must be unneeded, and time after an added node, before one is removed. */
const UNNEEDED_NS: Ns = 600e9;
/** Share of a node's room below which it may be unneeded (scale-down-utilization-threshold). */
const UNNEEDED_SHARE = 0.5;

/** What the cluster autoscaler acts on. */
export interface AutoscalerEffects {
  pending(): readonly Instance[];
  ordered(node: number): void;
  ready(node: number): void;
  /** Returns true if the disruption budgets let all instances of a node go now. */
  mayDrain(node: number): boolean;
  /** Drains a node and removes it once it is empty. */
  removes(node: number): void;
}

/**
 * The cluster autoscaler (kubernetes/autoscaler FAQ): every 10 s it orders as many nodes as the pending instances need
 * beyond those on their way, and removes nodes that were unneeded for 10 min: less than half of the room is requested,
 * and all instances fit on other nodes.
 */
export class ClusterAutoscaler {
  private addedNs: Ns = -Infinity;
  private readonly sampler: number = samplers.add(this.cluster.spec.provisioning);
  /** By node: number of orders, and since when it is unneeded. */
  private readonly orders = new Int32Array(this.cluster.size);
  private readonly since: Float64Array = new Float64Array(this.cluster.size).fill(Infinity);
  private readonly scanOp: number = engine.define('cluster-autoscaler', () => this.scan());
  private readonly readyOp: number = engine.define('node-ready', (node) =>
    this.effects.ready(node),
  );

  constructor(
    private readonly run: Run,
    private readonly cluster: Cluster,
    private readonly effects: AutoscalerEffects,
  ) {
    engine.at(SCAN_NS, PHASE.TIMER, this.scanOp, 0, 0, 0);
  }

  private scan(): void {
    engine.at(engine.now + SCAN_NS, PHASE.TIMER, this.scanOp, 0, 0, 0);
    const needed = this.needed();
    for (const node of needed) this.order(node);
    if (needed.length > 0) this.addedNs = engine.now;
    this.shrink();
  }

  /** Nodes to order: pending instances are packed on the nodes on their way, then on new ones. */
  private needed(): readonly number[] {
    const { spec, size, states } = this.cluster;
    const isComing = (node: number): boolean => states[node] === NODE.ordered;
    const used = new Map<number, { milliCpu: number; memory: number }>();
    const added: number[] = [];
    for (let node = 0; node < size; node++) {
      if (isComing(node)) used.set(node, { milliCpu: 0, memory: 0 });
    }
    for (const { component, zone } of this.effects.pending()) {
      const { milliCpu, memory } = spec.requests[component]!;
      let target = [...used].find(
        ([node, own]) =>
          spec.zones[node] === zone &&
          own.milliCpu + milliCpu <= spec.milliCpu &&
          own.memory + memory <= spec.memory,
      );
      if (target === undefined) {
        const node = spec.zones.findIndex(
          (own, id) => own === zone && states[id] === NODE.absent && !used.has(id),
        );
        if (node < 0) continue;
        added.push(node);
        used.set(node, { milliCpu: 0, memory: 0 });
        target = [node, used.get(node)!];
      }
      target[1].milliCpu += milliCpu;
      target[1].memory += memory;
    }
    return added;
  }

  private order(node: number): void {
    invariant(this.cluster.states[node] === NODE.absent, 'a node is ordered that is not there');
    const { plan, replication } = this.run;
    const key = streamKey(plan.seed, replication, `nodes/provisioning/${node}`);
    const delay = samplers.draw(this.sampler, key.a, key.b, this.orders[node]++, 0, 0);
    this.effects.ordered(node);
    engine.at(engine.now + delay, PHASE.FAULT, this.readyOp, node, 0, 0);
  }

  private shrink(): void {
    const { cluster } = this;
    const { size, spec } = cluster;
    for (let node = 0; node < size; node++) {
      if (!this.isUnneeded(node)) this.since[node] = Infinity;
      else if (this.since[node] === Infinity) this.since[node] = engine.now;
    }
    if (engine.now - this.addedNs < UNNEEDED_NS) return;
    let there = 0;
    for (let node = 0; node < size; node++) if (cluster.takes(node)) there++;
    for (let node = size - 1; node >= 0 && there > spec.count; node--) {
      if (engine.now - this.since[node] < UNNEEDED_NS) continue;
      const isEmpty = cluster.isEmpty(node);
      if (!isEmpty && !this.effects.mayDrain(node)) continue;
      this.since[node] = Infinity;
      invariant(cluster.takes(node), 'a node is removed that takes instances');
      this.effects.removes(node);
      there--;
      // Empty nodes go together, others one by one.
      if (!isEmpty) return;
    }
  }

  private isUnneeded(node: number): boolean {
    const { cluster } = this;
    if (!cluster.takes(node)) return false;
    const { milliCpu, memory } = cluster.spec;
    const used = Math.max(cluster.milliCpu[node] / milliCpu, cluster.memory[node] / memory);
    return used < UNNEEDED_SHARE && this.fitsElsewhere(node);
  }

  /** Tries on paper whether the instances of a node fit on the others. */
  private fitsElsewhere(node: number): boolean {
    const { cluster, run } = this;
    if (cluster.nextOf.includes(node)) return false;
    const moved: Instance[] = [];
    let fits = true;
    const before = cluster.cordons[node];
    cluster.cordons[node] = before + 128;
    for (const id of cluster.on(node)) {
      const instance = run.instances[id];
      const target = cluster.find(instance);
      fits = target !== NOWHERE;
      if (!fits) break;
      cluster.free(instance);
      cluster.put(instance, target);
      moved.push(instance);
    }
    for (const instance of moved) {
      cluster.free(instance);
      cluster.put(instance, node);
    }
    cluster.cordons[node] = before;
    return fits;
  }
}
