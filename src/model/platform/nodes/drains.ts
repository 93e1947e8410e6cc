import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { JOURNAL } from '../../../contracts/record/record.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { Cluster } from '../../data/instances/cluster.js';
import { neededOf, type DisruptionBudget } from '../../../contracts/scenario/nodes.js';

/** Time between two requests to evict an instance that its budget protects (kubectl drain). */
const RETRY_NS: Ns = 5e9;

/** Drains of nodes: each instance is asked to end as its disruption budget allows, and is made elsewhere. */
export class Drains {
  /** By node: number of its drains; older events are void. */
  private readonly turns = new Int32Array(this.cluster.size);
  /** By node: the instances that its drain was refused so far. */
  private readonly kept: readonly Set<number>[] = Array.from(this.turns, () => new Set<number>());
  private readonly op: number = engine.define('node-drain', (node, turn) => {
    if (this.turns[node] === turn) this.go(node);
  });

  /** `evict` asks an instance to end, and makes it elsewhere. */
  constructor(
    private readonly run: Run,
    private readonly cluster: Cluster,
    private readonly evict: (instance: Instance) => void,
  ) {}

  /** Starts to drain a node. */
  begin(node: number): void {
    this.turns[node]++;
    this.kept[node].clear();
    this.go(node);
  }

  /** Ends the drain; instances that are still there stay. */
  end(node: number): void {
    this.turns[node]++;
  }

  /** Returns true if every instance of a node could be evicted now, one after the other. */
  isPossible(node: number): boolean {
    const byComponent = new Map<number, number>();
    for (const id of this.cluster.on(node)) {
      const { component } = this.run.instances[id];
      if (this.cluster.spec.budgets[component] === null) continue;
      byComponent.set(component, (byComponent.get(component) ?? 0) + 1);
      if (byComponent.get(component)! > 1 || !this.mayEvict(this.run.instances[id])) return false;
    }
    return true;
  }

  private go(node: number): void {
    let isDone = true;
    for (const id of this.cluster.on(node)) {
      const instance = this.run.instances[id];
      // It ends already.
      if (instance.isStopped || (instance.leaving && !instance.restartRequested)) continue;
      if (this.mayEvict(instance)) this.evict(instance);
      else {
        isDone = false;
        if (!this.kept[node].has(id)) this.run.journal.tell(JOURNAL.kept, id, node);
        this.kept[node].add(id);
      }
    }
    if (isDone) return;
    engine.at(engine.now + RETRY_NS, PHASE.TIMER, this.op, node, this.turns[node], 0);
  }

  private mayEvict(instance: Instance): boolean {
    const { fleets, instances } = this.run;
    const { first, size } = fleets[instance.component];
    const own = instances.slice(first, first + size);
    return mayEvict(this.cluster.spec.budgets[instance.component], own, instance);
  }
}

/**
 * Whether the eviction API may end an instance now (kubernetes pkg/registry/core/pod/storage/eviction.go): it counts
 * the ready instances of the component. An instance that runs and is not ready may go as long as enough others are
 * ready (unhealthyPodEvictionPolicy IfHealthyBudget).
 */
function mayEvict(
  budget: DisruptionBudget | null,
  own: readonly Instance[],
  instance: Instance,
): boolean {
  if (budget === null || instance.phase !== 'up') return true;
  const ready = own.filter(isReady).length;
  const wanted = own.filter(({ absent }) => !absent).length;
  const needed = neededOf(budget, wanted);
  if (!isReady(instance)) return ready > 0 && ready >= needed;
  return ready - 1 >= needed;
}

function isReady({ phase, unready }: Instance): boolean {
  return phase === 'up' && !unready;
}
