import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { PlanQueuePlacement } from '../../../../contracts/plan/queues.js';
import type { Run } from '../../../data/run.js';
import type { Cluster } from './cluster.js';
import { levels } from '../../../data/figures/levels.js';

export interface PlacementListener {
  /** A node and all connections to it are lost. */
  cut(node: number, isLeader: boolean): void;
  /** The queue has become available or unavailable, or publishing is no longer blocked. */
  changed(): void;
}

/**
 * The broker nodes that hold a queue.
 *
 * A classic queue is on one node and returns with it, messages included. A replicated queue is led by one of its members;
 * without a majority it accepts and delivers nothing (rabbit_quorum_queue.erl). Consumers are connected to any node of
 * the cluster.
 */
export class QueuePlacement {
  /** True if messages are delivered and settled. */
  isUsable = true;
  private readonly cluster: Cluster;
  private readonly spec: PlanQueuePlacement;
  private readonly unavailable: number;
  private readonly electOp: number;
  private listener!: PlacementListener;
  /** Index of the leader in the nodes of the queue; -1 = none. */
  private leader = 0;
  /** Raised when an election starts or is cancelled. */
  private turn = 0;
  private electing = false;

  constructor(world: Run, cluster: Cluster, spec: PlanQueuePlacement, component: number) {
    this.cluster = cluster;
    this.spec = spec;
    const { meters } = world;
    this.unavailable = meters.gauge('unavailable', { component, part: -1 });
    this.electOp = engine.define('queue-election', (turn) => this.elect(turn));
    cluster.add(this);
  }

  setListener(listener: PlacementListener): void {
    this.listener = listener;
  }

  /** The node to which a client connects that would choose this one. */
  nodeFor(place: number): number {
    return this.cluster.nodeFor(place);
  }

  /** True if the loss of this node ends a consumer that is connected to `own`: a queue on one node ends with it. */
  loses(own: number, node: number, isLeader: boolean): boolean {
    return own === node || (isLeader && !this.spec.quorum);
  }

  /** True if the queue accepts messages now. */
  get takes(): boolean {
    return this.isUsable && !this.cluster.isAlarmed;
  }

  /** True if the broker blocks publisher connections. */
  get isBlocked(): boolean {
    return this.cluster.isAlarmed;
  }

  /**
   * True while the queue refuses messages: a classic queue whose node is down, or a JetStream stream without a leader.
   * With a quorum queue of RabbitMQ publishers wait (rabbit_fifo_client.erl).
   */
  get isAbsent(): boolean {
    return !this.spec.isAwaited && !this.isUsable;
  }

  weigh(bytes: number): void {
    if (bytes !== 0) this.cluster.weigh(this.spec.nodes, bytes);
  }

  unblocked(): void {
    this.listener.changed();
  }

  /** A node went down or came back. */
  look(node: number, died: boolean): void {
    const { cluster, spec } = this;
    const place = spec.nodes.indexOf(node);
    const isLeader = place >= 0 && place === this.leader;
    const isLost = !cluster.isUp(node);
    // A paused leader continues to lead, unless another one was elected.
    if (isLeader && died && spec.quorum) this.leader = -1;
    this.turnTo(this.isLed() && this.hasMajority());
    if (isLost) this.listener.cut(node, isLeader);
    if (place < 0) return;
    if ((isLeader && isLost) || this.isUsable) this.listener.changed();
    if (spec.quorum) this.seekLeader();
  }

  private isLed(): boolean {
    return this.leader >= 0 && this.cluster.isUp(this.spec.nodes[this.leader]);
  }

  private hasMajority(): boolean {
    const { nodes } = this.spec;
    let up = 0;
    for (const node of nodes) if (this.cluster.isUp(node)) up++;
    return up * 2 > nodes.length;
  }

  private turnTo(isUsable: boolean): void {
    invariant(!isUsable || this.isLed(), 'a queue that can be used has a leader');
    if (isUsable === this.isUsable) return;
    this.isUsable = isUsable;
    levels.add(this.unavailable, isUsable ? -1 : 1);
  }

  /** Starts an election if there is a majority but no leader; cancels it if either changes. */
  private seekLeader(): void {
    const isWanted = !this.isLed() && this.hasMajority();
    if (isWanted === this.electing) return;
    this.electing = isWanted;
    this.turn++;
    if (!isWanted) return;
    const at = engine.now + this.cluster.electionNs;
    engine.at(at, PHASE.TIMER, this.electOp, this.turn, 0, 0);
  }

  private elect(turn: number): void {
    if (turn !== this.turn) return;
    this.electing = false;
    this.leader = this.spec.nodes.findIndex((node) => this.cluster.isUp(node));
    invariant(this.leader >= 0 && this.hasMajority(), 'an election needs a majority of members');
    this.turnTo(true);
    this.listener.changed();
  }
}
