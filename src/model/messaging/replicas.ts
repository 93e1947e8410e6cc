import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { streamKey } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { PlanBroker } from '../../spec/messaging.js';
import { FROZEN } from '../instance.js';
import type { Instance } from '../instance.js';
import type { World } from '../world.js';
import type { Batch } from './batch.js';
import type { KafkaTopic } from './kafka.js';
import { engine } from '../../kernel/engine.js';
import { samplers } from '../../kernel/distribution.js';

/** A batch that the leader has written and some replica in sync has not. */
interface Pending {
  readonly batch: Batch;
  /** By replica: when it has it. */
  readonly at: readonly Ns[];
}

/** One partition on its nodes. */
interface Replicated {
  /** Nodes that hold it; the first one leads as long as it can. */
  readonly nodes: readonly number[];
  readonly inSync: boolean[];
  /** By place: offset up to which one out of sync has the log. */
  readonly has: number[];
  /** Place of the leader among them, -1 = none. */
  leader: number;
  readonly pending: Pending[];
  /** When the next of them is looked at, -1 = never. */
  due: Ns;
}

/** What a topic on a broker is told, and what its producers are. */
export interface Followers {
  /** All replicas in sync have the batch: consumers see it. */
  visible(batch: Batch): void;
  /** Only the leader had it, and that is gone. */
  lost(batch: Batch): void;
  /** Somebody leads who has not what was visible from an offset on: it is no part of the log any more. */
  cut(partition: number, from: number): void;
  /** The connection to the leader is gone, with the answer that was still to come. */
  unanswered(batch: Batch): void;
  /** Somebody leads the partition again, or nobody does. */
  ledBy(partition: number, leader: number): void;
  /** Its leader hangs, or answers again. */
  answers(partition: number): void;
  /** Its leader stands still, with all connections to it. */
  silent(partition: number, leader: number): void;
  /** A node that stood still goes on, or is gone. */
  heard(node: number): void;
}

/**
 * The replicas of a topic: who leads each partition, who is in sync, and how far those have read. A node
 * that is away, dead or standing still, leaves the sync after the time of an election, and whoever is in sync and up leads then. A
 * node that is back has caught up at once, if there is a leader to catch up with. With unclean elections somebody leads who
 * is up, in sync or not: the log ends where its own does (unclean.leader.election.enable).
 */
export class Replicas {
  private readonly broker: PlanBroker;
  private readonly topic: KafkaTopic;
  private readonly followers: Followers;
  private readonly partitions: readonly Replicated[];
  private readonly nodes: readonly Instance[];
  /** By node: since when it is away, Infinity = it is there. */
  private readonly awaySince: Float64Array;
  /** By node: 1 = it stands still, and nobody is told. */
  private readonly still: Uint8Array;
  private readonly key: StreamKey;
  private readonly lookOp: number;
  private readonly fenceOp: number;

  constructor(world: World, broker: PlanBroker, topic: KafkaTopic, followers: Followers) {
    this.broker = broker;
    this.topic = topic;
    this.followers = followers;
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

  /** Node that leads a partition, -1 = none. */
  leaderOf(partition: number): number {
    const { nodes, leader } = this.partitions[partition];
    return leader < 0 ? -1 : nodes[leader];
  }

  /** Node that takes writes for a partition, -1 = none: its leader, unless that is away. */
  reachable(partition: number): number {
    const node = this.leaderOf(partition);
    return node >= 0 && this.awaySince[node] === Infinity ? node : -1;
  }

  /** Its leader takes requests, fetches of consumers and followers too, and answers none. */
  isMute(partition: number): boolean {
    const node = this.leaderOf(partition);
    return node >= 0 && this.nodes[node].frozen === FROZEN.hang;
  }

  isStill(node: number): boolean {
    return this.still[node] === 1;
  }

  instanceOf(node: number): Instance {
    return this.nodes[node];
  }

  /**
   * Enough replicas are in sync: a write that asks for all acknowledgements is taken, and what was written
   * becomes part of the log (isUnderMinIsr in Partition.scala).
   */
  isEnough(partition: number): boolean {
    let count = 0;
    for (const isIn of this.partitions[partition].inSync) if (isIn) count++;
    return count >= this.topic.spec.spec.minInsyncReplicas;
  }

  /** The leader has written a batch. */
  written(batch: Batch): void {
    const own = this.partitions[batch.partition];
    const { a, b } = this.key;
    const at = own.nodes.map((_, place) => {
      if (place === own.leader) return engine.now;
      if (this.broker.latency < 0) return engine.now;
      const { lineageA, lineageB } = batch;
      return engine.now + samplers.draw(this.broker.latency, a, b, lineageA, lineageB, place);
    });
    own.pending.push({ batch, at });
    this.look(batch.partition);
  }

  /**
   * Hands on what all in sync have, in the order in which it was written. While too few are in sync it waits,
   * whatever acknowledgements were asked for (maybeIncrementLeaderHW in Partition.scala, since 3.7).
   */
  private look(partition: number): void {
    const own = this.partitions[partition];
    if (this.reachable(partition) < 0 || this.isMute(partition)) return;
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

  /** When the last of those in sync has it; Infinity where one of them is away. */
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

  /** A node that stands still has died. */
  private fell(node: number): void {
    this.still[node] = 0;
    this.partitions.forEach((own, partition) => {
      if (this.leaderOf(partition) === node) this.reset(own, partition);
    });
    this.followers.heard(node);
  }

  /** The connections to the leader are gone. */
  private reset({ pending }: Replicated, partition: number): void {
    // Consumers and producers cannot reach it, though nobody else leads yet.
    this.followers.ledBy(partition, -1);
    for (const { batch } of pending) this.followers.unanswered(batch);
  }

  private away(node: number, isStill: boolean): void {
    if (this.awaySince[node] !== Infinity) return;
    this.awaySince[node] = engine.now;
    this.still[node] = isStill ? 1 : 0;
    const { electionNs } = this.broker.spec;
    engine.at(engine.now + electionNs, PHASE.TIMER, this.fenceOp, node, 0, 0);
    this.partitions.forEach((own, partition) => {
      const place = own.nodes.indexOf(node);
      if (place >= 0 && own.inSync[place]) own.has[place] = this.topic.partitions[partition].end;
      if (this.leaderOf(partition) !== node) return;
      if (isStill) this.followers.silent(partition, node);
      else this.reset(own, partition);
    });
  }

  /** Sessions with the cluster live on: nobody else leads, and nobody reads. */
  private hung(node: number): void {
    this.partitions.forEach((_, partition) => {
      if (this.leaderOf(partition) !== node) return;
      this.followers.answers(partition);
      this.look(partition);
    });
  }

  /** The cluster knows that a node is away. */
  private fence(node: number): void {
    if (engine.now < this.awaySince[node] + this.broker.spec.electionNs) return;
    this.partitions.forEach((own, partition) => {
      const place = own.nodes.indexOf(node);
      if (place < 0) return;
      const others = own.inSync.some((inSync, k) => inSync && k !== place);
      // The last one in sync stays so: nobody else may lead without losing what it has.
      if (others) own.inSync[place] = false;
      if (own.leader === place) this.elect(own, partition);
      else this.look(partition);
    });
  }

  private back(node: number): void {
    const instance = this.nodes[node];
    if (instance.down || instance.frozen === FROZEN.pause) return;
    this.awaySince[node] = Infinity;
    const wasStill = this.isStill(node);
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
    if (wasStill) this.followers.heard(node);
  }

  /** The first replica that is in sync and up leads; what it has not, is gone. */
  private elect(own: Replicated, partition: number): void {
    const before = own.leader;
    const since = before < 0 ? Infinity : this.awaySince[own.nodes[before]];
    own.leader = own.nodes.findIndex((node, place) => own.inSync[place] && this.isUp(node));
    if (own.leader < 0 && this.broker.spec.uncleanElection) this.electUnclean(own, partition);
    if (own.leader < 0) return;
    if (own.leader !== before && before >= 0) {
      const kept = own.pending.filter(({ at }) => at[own.leader] < since);
      const gone = own.pending.filter(({ at }) => at[own.leader] >= since);
      own.pending.length = 0;
      own.pending.push(...kept);
      for (const { batch } of gone) this.followers.lost(batch);
    }
    this.lead(own, partition);
  }

  /** The one that is up and has most leads, and those that were in sync are so no more. */
  private electUnclean(own: Replicated, partition: number): void {
    own.nodes.forEach((node, place) => {
      if (!this.isUp(node)) return;
      if (own.leader < 0 || own.has[place] > own.has[own.leader]) own.leader = place;
    });
    if (own.leader < 0) return;
    own.inSync.fill(false);
    own.inSync[own.leader] = true;
    for (const { batch } of own.pending.splice(0)) this.followers.lost(batch);
    this.followers.cut(partition, own.has[own.leader]);
  }

  private isUp(node: number): boolean {
    return this.awaySince[node] === Infinity;
  }

  /** Whoever is up catches up with the leader. */
  private lead(own: Replicated, partition: number): void {
    own.nodes.forEach((node, place) => {
      if (this.isUp(node)) own.inSync[place] = true;
    });
    this.followers.ledBy(partition, own.nodes[own.leader]);
    this.look(partition);
  }
}
