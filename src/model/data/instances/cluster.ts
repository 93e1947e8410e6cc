import { invariant } from '../../../kernel/invariant.js';
import type { PlanNodes } from '../../../contracts/plan/nodes.js';
import type { Plan, PlanInstance } from '../../../contracts/plan/plan.js';

export const NODE = Object.freeze({ absent: 0, ordered: 1, ready: 2, dead: 3 } as const);

/** Reasons for which a node takes no further instances. */
export const CORDON = Object.freeze({ drained: 1, removed: 2 } as const);

/** A place without a node. */
export const NOWHERE = -1;

type Placed = Pick<PlanInstance, 'component' | 'zone'> & { readonly id: number };

/**
 * The room of each node and the node of each instance. While an instance is replaced, the place has two: the one that
 * ends, and the next one.
 */
export class Cluster {
  readonly spec: PlanNodes;
  readonly size: number;
  /** By node: its NODE state, and the CORDON reasons. */
  readonly states: Uint8Array;
  readonly cordons: Uint8Array;
  /** By node: room that its instances have requested. */
  readonly milliCpu: Float64Array;
  readonly memory: Float64Array;
  /** By instance: the node of the process, and of its successor. */
  readonly nodeOf: Int32Array;
  readonly nextOf: Int32Array;
  private readonly instances: readonly PlanInstance[];
  /** By component and node: number of its instances. */
  private readonly counts: readonly Int32Array[];

  constructor(spec: PlanNodes, { components, instances }: Pick<Plan, 'components' | 'instances'>) {
    this.spec = spec;
    this.size = spec.zones.length;
    this.states = new Uint8Array(this.size).fill(NODE.ready, 0, spec.count);
    this.cordons = new Uint8Array(this.size);
    this.milliCpu = new Float64Array(this.size);
    this.memory = new Float64Array(this.size);
    this.nodeOf = new Int32Array(instances.length).fill(NOWHERE);
    this.nextOf = new Int32Array(instances.length).fill(NOWHERE);
    this.instances = instances;
    this.counts = components.map(() => new Int32Array(this.size));
  }

  /** Returns true if the platform places the instances of a component. */
  places(component: number): boolean {
    return this.spec.requests[component] !== null;
  }

  /**
   * The node for an instance: of those of its zone with room, the one with the fewest instances of its component, then
   * the one with the most room left (LeastAllocated), then the first. NOWHERE if none has room.
   */
  find(instance: Placed): number {
    let best = NOWHERE;
    let bestScore = 0;
    const counts = this.counts[instance.component];
    for (let node = 0; node < this.size; node++) {
      if (!this.takes(node) || !this.fits(instance, node)) continue;
      const score = this.scoreOf(instance, node);
      const fewer = best === NOWHERE ? -1 : counts[node] - counts[best];
      if (fewer > 0 || (fewer === 0 && score <= bestScore)) continue;
      best = node;
      bestScore = score;
    }
    return best;
  }

  /** Returns true if a node accepts instances now. */
  takes(node: number): boolean {
    return this.states[node] === NODE.ready && this.cordons[node] === 0;
  }

  /** Returns true if an instance may run on a node and finds room there. */
  fits({ component, zone }: Placed, node: number): boolean {
    const { milliCpu, memory } = this.spec.requests[component]!;
    return (
      this.spec.zones[node] === zone &&
      this.milliCpu[node] + milliCpu <= this.spec.milliCpu &&
      this.memory[node] + memory <= this.spec.memory
    );
  }

  /** Whole percents of the room that would be left, averaged over the limited resources (least_allocated.go). */
  private scoreOf({ component }: Placed, node: number): number {
    const { milliCpu, memory } = this.spec.requests[component]!;
    const { milliCpu: allCpu, memory: allMemory } = this.spec;
    const left = (all: number, used: number): number => Math.floor(((all - used) * 100) / all);
    const scores: number[] = [];
    if (allCpu !== Infinity) scores.push(left(allCpu, this.milliCpu[node] + milliCpu));
    if (allMemory !== Infinity) scores.push(left(allMemory, this.memory[node] + memory));
    if (scores.length === 0) return 0;
    return Math.floor(scores.reduce((sum, score) => sum + score, 0) / scores.length);
  }

  /** Puts an instance on a node, or its successor. */
  put({ id, component }: Placed, node: number, isNext = false): void {
    invariant((isNext ? this.nextOf : this.nodeOf)[id] === NOWHERE, 'a process has one node');
    (isNext ? this.nextOf : this.nodeOf)[id] = node;
    this.book(component, node, 1);
  }

  /** The instance no longer takes room; returns true if it did. */
  free({ id, component }: Placed): boolean {
    const node = this.nodeOf[id];
    if (node === NOWHERE) return false;
    this.nodeOf[id] = NOWHERE;
    this.book(component, node, -1);
    return true;
  }

  /** The successor no longer takes room; returns true if it did. */
  freeNext({ id, component }: Placed): boolean {
    const node = this.nextOf[id];
    if (node === NOWHERE) return false;
    this.nextOf[id] = NOWHERE;
    this.book(component, node, -1);
    return true;
  }

  /** The process has ended, and its successor takes the place. */
  succeed(instance: Placed): void {
    this.free(instance);
    invariant(this.nodeOf[instance.id] === NOWHERE, 'a successor takes a place that is free');
    this.nodeOf[instance.id] = this.nextOf[instance.id];
    this.nextOf[instance.id] = NOWHERE;
  }

  /** Ids of the instances whose process is on a node. */
  on(node: number): readonly number[] {
    return this.instances.flatMap((_, id) => (this.nodeOf[id] === node ? [id] : []));
  }

  /** Returns true if no instance is on a node, and none is on its way to it. */
  isEmpty(node: number): boolean {
    return !this.nodeOf.includes(node) && !this.nextOf.includes(node);
  }

  private book(component: number, node: number, sign: 1 | -1): void {
    const { milliCpu, memory } = this.spec.requests[component]!;
    this.milliCpu[node] += sign * milliCpu;
    this.memory[node] += sign * memory;
    this.counts[component][node] += sign;
    invariant(this.counts[component][node] >= 0, 'a node frees an instance that it has');
    invariant(
      this.milliCpu[node] >= 0 && this.memory[node] >= 0,
      'a node frees the room that it gave',
    );
  }
}
