import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { PlanSeat } from '../../../spec/queues.js';
import type { World } from '../../world.js';
import type { Cluster } from './cluster.js';
import { levels } from '../../levels.js';

/** Whom a seat tells. */
export interface SeatWatch {
  /** The node that led is gone, with all connections to it. */
  cut(): void;
  /** It can be used again, or may be published to again, or is not there any more. */
  changed(): void;
}

/**
 * Where a queue of RabbitMQ lives. A classic queue is on one node and comes back with it, messages included. A quorum
 * queue is led by one of its members; without a majority of them nothing is taken and nothing handed out
 * (rabbit_quorum_queue.erl). Whoever publishes or consumes is connected to the node that leads.
 */
export class Seat {
  /** Whether messages are handed out and settled. */
  isUsable = true;
  private readonly cluster: Cluster;
  private readonly spec: PlanSeat;
  private readonly unavailable: number;
  private readonly electOp: number;
  private watch!: SeatWatch;
  /** Place of the one that leads, -1 = none. */
  private leader = 0;
  /** Raised when an election is not wanted any more. */
  private turn = 0;
  private electing = false;

  constructor(world: World, cluster: Cluster, spec: PlanSeat, component: number) {
    this.cluster = cluster;
    this.spec = spec;
    const { meters } = world;
    this.unavailable = meters.gauge('unavailable', { component, part: -1 });
    this.electOp = engine.define('queue-election', (turn) => this.elect(turn));
    cluster.seat(this);
  }

  tell(watch: SeatWatch): void {
    this.watch = watch;
  }

  /** Whether it takes a message now. */
  get takes(): boolean {
    return this.isUsable && !this.cluster.isAlarmed;
  }

  /** Whether publishers are not even read from. */
  get isBlocked(): boolean {
    return this.cluster.isAlarmed;
  }

  /** A classic queue whose node is down refuses; a quorum queue lets wait (rabbit_fifo_client.erl). */
  get isAbsent(): boolean {
    return !this.spec.quorum && !this.isUsable;
  }

  weigh(bytes: number): void {
    if (bytes !== 0) this.cluster.weigh(this.spec.nodes, bytes);
  }

  unblocked(): void {
    this.watch.changed();
  }

  /** A node has gone or come back. */
  look(node: number, died: boolean): void {
    const { cluster, spec } = this;
    const place = spec.nodes.indexOf(node);
    if (place < 0) return;
    const isLeader = place === this.leader;
    const isGone = isLeader && !cluster.isUp(node);
    // Who was only paused goes on leading if nobody else has begun to.
    if (isLeader && died && spec.quorum) this.leader = -1;
    this.turnTo(this.isLed() && this.hasMajority());
    if (isGone) this.watch.cut();
    if (isGone || this.isUsable) this.watch.changed();
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
    if (isUsable === this.isUsable) return;
    this.isUsable = isUsable;
    levels.add(this.unavailable, isUsable ? -1 : 1);
  }

  /** An election begins where nobody leads and a majority is there, and ends without a result where either changes. */
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
    this.turnTo(true);
    this.watch.changed();
  }
}
