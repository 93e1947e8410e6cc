import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../../kernel/time.js';
import type { PlanCluster } from '../../../../contracts/plan/messaging.js';
import { FROZEN } from '../../../data/instances/process.js';
import type { Instance } from '../../../data/instances/instance.js';
import type { Run } from '../../../data/run.js';
import { levels } from '../../../data/figures/levels.js';

/** Interval of a node's memory checks (rabbitmq-server, vm_memory_monitor.erl). */
const CHECK_NS = NS_PER_SECOND;

/** An object on the nodes of a cluster, such as a queue. */
interface Placed {
  /** A node went down or came back. */
  look(node: number, died: boolean): void;
  unblocked(): void;
}

/**
 * The nodes of a RabbitMQ cluster: which are up, and the bytes of messages on each. While a node is over its memory
 * limit, publishers to all nodes are blocked (rabbit_alarm.erl); consumers continue.
 */
export class Cluster {
  readonly electionNs: Ns;
  isAlarmed = false;
  private readonly limit: number;
  private readonly nodes: readonly Instance[];
  private readonly bytes: Float64Array;
  private readonly placements: Placed[] = [];
  private readonly alarmed: number;
  private readonly checkOp: number;
  private checking = false;

  constructor(world: Run, { component, spec }: PlanCluster) {
    this.electionNs = spec.electionNs;
    this.limit = spec.memoryBytes;
    const { instances, meters, plan } = world;
    const { firstInstance, instances: size } = plan.components[component];
    this.nodes = instances.slice(firstInstance, firstInstance + size);
    this.bytes = new Float64Array(size);
    this.alarmed = meters.gauge('alarmed', { component, part: -1 });
    this.checkOp = engine.define('memory-check', () => this.check());
    this.nodes.forEach((instance, node) =>
      instance.residents.push({
        died: () => this.changed(node, true),
        started: () => this.changed(node, false),
        paused: () => this.changed(node, false),
        resumed: () => this.changed(node, false),
        diskChanged: () => this.check(),
      }),
    );
  }

  add(placement: Placed): void {
    this.placements.push(placement);
  }

  isUp(node: number): boolean {
    const instance = this.nodes[node];
    return !instance.down && instance.frozen !== FROZEN.pause;
  }

  /** The first node that is up, from this one on and around; this one if none is. */
  nodeFor(place: number): number {
    const size = this.nodes.length;
    for (let k = 0; k < size; k++) {
      const node = (place + k) % size;
      if (this.isUp(node)) return node;
    }
    return place % size;
  }

  /** Adds bytes of messages to these nodes, or removes them. */
  weigh(nodes: readonly number[], bytes: number): void {
    if (this.limit === Infinity) return;
    for (const node of nodes) {
      this.bytes[node] += bytes;
      invariant(this.bytes[node] >= 0, 'the bytes of a message are taken off its nodes once');
    }
    this.watch();
  }

  private changed(node: number, died: boolean): void {
    for (const placement of this.placements) placement.look(node, died);
    this.watch();
  }

  /** Schedules the next memory check if it would change the alarm. */
  private watch(): void {
    if (this.checking || this.isOver() === this.isAlarmed) return;
    this.checking = true;
    const at = (Math.floor(engine.now / CHECK_NS) + 1) * CHECK_NS;
    engine.at(at, PHASE.TIMER, this.checkOp, 0, 0, 0);
  }

  /** True if a node that is up exceeds its limit, or has a full disk. */
  private isOver(): boolean {
    for (let node = 0; node < this.nodes.length; node++) {
      const isOver = this.bytes[node] > this.limit || this.nodes[node].diskFull;
      if (isOver && this.isUp(node)) return true;
    }
    return false;
  }

  private check(): void {
    this.checking = false;
    const isOver = this.isOver();
    if (isOver === this.isAlarmed) return;
    this.isAlarmed = isOver;
    levels.add(this.alarmed, isOver ? 1 : -1);
    if (!isOver) for (const placement of this.placements) placement.unblocked();
  }
}
