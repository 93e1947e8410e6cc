import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { PlanBroker } from '../../../contracts/plan/messaging.js';
import { JOURNAL, PROMOTED } from '../../../contracts/record/record.js';
import type { Journal } from '../../data/figures/journal.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { Batch } from './batch.js';
import type { KafkaTopic } from './kafka.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** A batch that the leader has written, but some in-sync replica has not. */
interface Pending {
  readonly batch: Batch;
  /** By replica: when it has the batch. */
  readonly at: readonly Ns[];
}

/** One partition and its replicas. */
interface Replicated {
  /** Nodes that hold it; an election picks the first in-sync one that is up. */
  readonly nodes: readonly number[];
  readonly inSync: boolean[];
  /** By replica: end offset of the log on a replica that is out of sync. */
  readonly has: number[];
  /** Index of the leader in `nodes`; -1 = none. */
  leader: number;
  readonly pending: Pending[];
  /** Time of the next check of the first pending batch; -1 = not scheduled. */
  due: Ns;
}

/** Callbacks to the write path of a topic on a broker. */
export interface Followers {
  /** All in-sync replicas have the batch: consumers can read it. */
  visible(batch: Batch): void;
  /** The batch is lost: only the old leader had it. */
  lost(batch: Batch): void;
  /** The new leader lacks visible records from an offset on: they are truncated from the log. */
  cut(partition: number, from: number): void;
  /** The connection to the leader was lost, and with it the pending acknowledgement. */
  unanswered(batch: Batch): void;
  /** A partition has a leader, or -1 = it has lost its leader. */
  ledBy(partition: number, leader: number): void;
  /** The leader hangs, or responds again. */
  answers(partition: number): void;
  /** The leader is paused, with all connections to it. */
  silent(partition: number, leader: number): void;
  /** A paused node continues, or has died. */
  waitEnded(node: number): void;
}

/**
 * The replicas of a topic: leaders, in-sync replicas, and how far the replicas have read.
 *
 * A node that is down or paused for the time of an election leaves the in-sync set, and an in-sync replica that is up
 * becomes leader. A node that comes back catches up at once, if there is a leader. With unclean elections a replica out
 * of sync may lead: the log then ends where its own does (unclean.leader.election.enable).
 */
export class Replicas {
  private readonly partitions: readonly Replicated[];
  private readonly nodes: readonly Instance[];
  /** By node: since when it is down or paused; Infinity = it is up. */
  private readonly awaySince: Float64Array;
  /** By node: 1 = paused; its clients do not notice. */
  private readonly still: Uint8Array;
  private readonly key: StreamKey;
  private readonly journal: Journal;
  private readonly lookOp: number;
  private readonly fenceOp: number;

  constructor(
    world: Run,
    private readonly broker: PlanBroker,
    private readonly topic: KafkaTopic,
    private readonly followers: Followers,
  ) {
    this.journal = world.journal;
    const { plan, instances, replication } = world;
    const component = plan.components[broker.component];
    const { firstInstance } = component;
    this.nodes = instances.slice(firstInstance, firstInstance + component.instances);
    this.awaySince = new Float64Array(this.nodes.length).fill(Infinity);
    this.still = new Uint8Array(this.nodes.length);
    const name = plan.components[topic.spec.component].name;
    this.key = streamKey(plan.seed, replication, `topic/${name}/replication`);
    const { replication: copies } = topic.spec.spec;
    this.partitions = topic.partitions.map((_, partition) => ({
      nodes: Array.from({ length: copies }, (_copy, k) => (partition + k) % this.nodes.length),
      inSync: Array.from({ length: copies }, () => true),
      has: Array.from({ length: copies }, () => Infinity),
      leader: 0,
      pending: [],
      due: -1,
    }));
    this.lookOp = engine.define('replicated', (partition) => this.look(partition));
    this.fenceOp = engine.define('fenced', (node) => this.fence(node));
    this.nodes.forEach((instance, node) =>
      instance.residents.push({
        died: () => this.died(node),
        started: () => this.back(node),
        paused: () => this.away(node, true),
        resumed: () => this.back(node),
        hung: () => this.hung(node),
      }),
    );
  }

  /** Node that leads a partition; -1 = none. */
  leaderOf(partition: number): number {
    const { nodes, leader } = this.partitions[partition];
    return leader < 0 ? -1 : nodes[leader];
  }

  /** Node that accepts writes for a partition; -1 = none, or the leader is down or paused. */
  reachable(partition: number): number {
    const node = this.leaderOf(partition);
    return node >= 0 && this.awaySince[node] === Infinity ? node : -1;
  }

  /** True if the leader hangs: it accepts requests of producers, consumers and followers, but responds to none. */
  isHung(partition: number): boolean {
    const node = this.leaderOf(partition);
    return node >= 0 && this.nodes[node].frozen === FROZEN.hang;
  }

  isPaused(node: number): boolean {
    return this.still[node] === 1;
  }

  instanceOf(node: number): Instance {
    return this.nodes[node];
  }

  /**
   * True if enough replicas are in sync: the leader accepts writes with acks=all, and the high watermark advances
   * (isUnderMinIsr in Partition.scala).
   */
  isEnough(partition: number): boolean {
    let count = 0;
    for (const isIn of this.partitions[partition].inSync) if (isIn) count++;
    return count >= this.topic.spec.spec.minInsyncReplicas;
  }

  /** The leader has written a batch. */
  written(batch: Batch): void {
    const own = this.partitions[batch.partition];
    invariant(own.leader >= 0, 'a batch is written by a leader');
    const { a, b } = this.key;
    const { latency } = this.broker;
    const { lineageA, lineageB } = batch;
    const at = own.nodes.map(() => engine.now);
    for (let place = 0; latency >= 0 && place < at.length; place++) {
      if (place !== own.leader)
        at[place] += samplers.draw(latency, a, b, lineageA, lineageB, place);
    }
    own.pending.push({ batch, at });
    this.look(batch.partition);
  }

  /**
   * Makes batches visible that all in-sync replicas have, in the order in which they were written.
   *
   * If too few replicas are in sync the batches wait, whatever their acks (maybeIncrementLeaderHW in Partition.scala,
   * since 3.7).
   */
  private look(partition: number): void {
    const own = this.partitions[partition];
    if (this.reachable(partition) < 0 || this.isHung(partition)) return;
    if (!this.isEnough(partition)) return;
    while (own.pending.length > 0) {
      const due = this.readyAt(own, own.pending[0]);
      if (due > engine.now) {
        if (due < Infinity && own.due !== due) {
          own.due = due;
          engine.at(due, PHASE.COMPLETION, this.lookOp, partition, 0, 0);
        }
        return;
      }
      this.followers.visible(own.pending.shift()!.batch);
    }
  }

  /** Time at which the last in-sync replica has the batch; Infinity if one went away before it had it. */
  private readyAt({ nodes, inSync, leader }: Replicated, { at }: Pending): Ns {
    let last = 0;
    for (let place = 0; place < at.length; place++) {
      if (!inSync[place]) continue;
      const isAway = place !== leader && at[place] > this.awaySince[nodes[place]];
      last = Math.max(last, isAway ? Infinity : at[place]);
    }
    return last;
  }

  private died(node: number): void {
    if (this.awaySince[node] === Infinity) this.away(node, false);
    else if (this.still[node] === 1) this.fell(node);
  }

  /** A paused node has died. */
  private fell(node: number): void {
    this.still[node] = 0;
    this.partitions.forEach((own, partition) => {
      if (this.leaderOf(partition) === node) this.reset(own, partition);
    });
    this.followers.waitEnded(node);
  }

  /** The connections to the leader are lost. */
  private reset({ pending }: Replicated, partition: number): void {
    // Clients cannot reach the leader, though no other one is elected yet.
    this.followers.ledBy(partition, -1);
    for (const { batch } of pending) this.followers.unanswered(batch);
  }

  private away(node: number, isPaused: boolean): void {
    if (this.awaySince[node] !== Infinity) return;
    this.awaySince[node] = engine.now;
    this.still[node] = isPaused ? 1 : 0;
    const { electionNs } = this.broker.spec;
    engine.at(engine.now + electionNs, PHASE.TIMER, this.fenceOp, node, 0, 0);
    this.partitions.forEach((own, partition) => {
      const place = own.nodes.indexOf(node);
      if (place >= 0 && own.inSync[place]) own.has[place] = this.topic.partitions[partition].end;
      if (this.leaderOf(partition) !== node) return;
      if (isPaused) this.followers.silent(partition, node);
      else this.reset(own, partition);
    });
  }

  /** A hanging node keeps its session with the cluster: no other leader is elected, and no client can read. */
  private hung(node: number): void {
    this.partitions.forEach((_, partition) => {
      if (this.leaderOf(partition) !== node) return;
      this.followers.answers(partition);
      this.look(partition);
    });
  }

  /** The cluster notices that a node is down or paused. */
  private fence(node: number): void {
    if (engine.now < this.awaySince[node] + this.broker.spec.electionNs) return;
    this.partitions.forEach((own, partition) => {
      const place = own.nodes.indexOf(node);
      if (place < 0) return;
      const others = own.inSync.some((inSync, k) => inSync && k !== place);
      // The last in-sync replica remains in sync: any other leader would lose records.
      if (others) own.inSync[place] = false;
      invariant(
        own.inSync.some((isIn) => isIn),
        'a partition keeps a replica in sync',
      );
      if (own.leader === place) this.elect(own, partition);
      else this.look(partition);
    });
  }

  private back(node: number): void {
    const instance = this.nodes[node];
    if (instance.down || instance.frozen === FROZEN.pause) return;
    this.awaySince[node] = Infinity;
    const wasStill = this.isPaused(node);
    this.still[node] = 0;
    this.partitions.forEach((own, partition) => {
      const place = own.nodes.indexOf(node);
      if (place < 0) return;
      if (own.leader === place) this.lead(own, partition);
      else if (this.reachable(partition) >= 0) {
        own.inSync[place] = true;
        this.look(partition);
      } else if (own.leader < 0) this.elect(own, partition);
    });
    if (wasStill) this.followers.waitEnded(node);
  }

  /** Elects the first in-sync replica that is up; batches that it lacks are lost. */
  private elect(own: Replicated, partition: number): void {
    const before = own.leader;
    const since = before < 0 ? Infinity : this.awaySince[own.nodes[before]];
    own.leader = own.nodes.findIndex((node, place) => own.inSync[place] && this.isUp(node));
    if (own.leader < 0 && this.broker.spec.uncleanElection) this.electUnclean(own, partition);
    if (own.leader < 0) return;
    if (own.leader !== before && before >= 0) {
      const kept = own.pending.filter(({ at }) => at[own.leader] < since);
      const lost = own.pending.filter(({ at }) => at[own.leader] >= since);
      own.pending.length = 0;
      own.pending.push(...kept);
      for (const { batch } of lost) this.followers.lost(batch);
      this.journal.tell(JOURNAL.promoted, this.nodes[own.nodes[own.leader]].id, PROMOTED.partition);
    }
    this.lead(own, partition);
  }

  /** Elects the replica that is up and has the longest log; it becomes the only in-sync replica. */
  private electUnclean(own: Replicated, partition: number): void {
    own.nodes.forEach((node, place) => {
      if (!this.isUp(node)) return;
      if (own.leader < 0 || own.has[place] > own.has[own.leader]) own.leader = place;
    });
    if (own.leader < 0) return;
    invariant(
      own.has[own.leader] <= this.topic.partitions[partition].end,
      'a replica has no records that its leader never had',
    );
    own.inSync.fill(false);
    own.inSync[own.leader] = true;
    for (const { batch } of own.pending.splice(0)) this.followers.lost(batch);
    this.followers.cut(partition, own.has[own.leader]);
  }

  private isUp(node: number): boolean {
    return this.awaySince[node] === Infinity;
  }

  /** Replicas that are up catch up with the leader at once. */
  private lead(own: Replicated, partition: number): void {
    invariant(own.leader >= 0 && this.isUp(own.nodes[own.leader]), 'a replica that leads is up');
    own.nodes.forEach((node, place) => {
      if (this.isUp(node)) own.inSync[place] = true;
    });
    this.followers.ledBy(partition, own.nodes[own.leader]);
    this.look(partition);
  }
}
