import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { placeOfValue, streamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { MAX_READERS } from '../../../contracts/scenario/messaging.js';
import type { PlanTopic } from '../../../contracts/plan/messaging.js';
import type { Counter } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Group, type GroupSetup } from './group.js';
import { isAmong, isHitBy, MESSAGE_INDEX } from '../../data/holder-knobs.js';
import type { MessageShare, PoisonShare } from '../../data/holder-knobs.js';
import type { Messages } from './messages.js';
import { Partition } from './partition.js';

/** Place of a message that never reached the log. */
const NOWHERE = -1;

/** A reader of a topic outside of its groups: the view of a projection. */
export interface Follower {
  appended(message: number, partition: number): void;
  /** A partition has a leader again, or lost it and cannot be read. */
  reachable(partition: number, isLed: boolean): void;
}

/**
 * A partitioned log. Order holds within a partition; every group reads all partitions, each with one member. Messages
 * that no group may still read are dropped.
 */
export class KafkaTopic {
  readonly spec: PlanTopic;
  readonly partitions: readonly Partition[];
  readonly groups: readonly Group[];
  private readonly followers: Follower[] = [];
  private poisons: readonly PoisonShare[] = [];
  private doubles: readonly MessageShare[] = [];
  /** Null if no fault duplicates messages. */
  private readonly duplicated: Counter | null;
  private readonly world: BackgroundRun;
  private readonly messages: Messages;
  private readonly published: Counter;
  private readonly free: (message: number) => void;
  private readonly expireOp: number;
  /**
   * By partition: 1 = an event is scheduled for the expiry of its first message; null = no message expires within the
   * run.
   */
  private readonly guarded: Uint8Array | null;

  constructor(setup: Omit<GroupSetup, 'topic' | 'spec' | 'index'>, spec: PlanTopic) {
    const { world, messages } = setup;
    this.world = world;
    this.messages = messages;
    this.spec = spec;
    invariant(spec.groups.length <= MAX_READERS, 'each group has a bit');
    this.partitions = Array.from({ length: spec.spec.partitions }, () => new Partition(messages));
    this.published = world.meters.counter('published', { component: spec.component, part: -1 });
    this.free = (message) => messages.release(message);
    this.expireOp = engine.define('retention', (partition) => this.expire(partition));
    const { retentionNs } = spec.spec;
    const isFelt = retentionNs !== null && retentionNs < world.plan.horizonNs;
    this.guarded = isFelt ? new Uint8Array(spec.spec.partitions) : null;
    const { registry, forwarding, canBeCut } = setup;
    this.groups = spec.groups.map(
      (group, index) =>
        // Without a spread: the object of each group would have a class of its own.
        new Group({
          world,
          registry,
          messages,
          topic: this,
          spec: group,
          index,
          forwarding,
          canBeCut,
        }),
    );
    this.addBacklog(spec.spec.backlog);
    const subject = { component: spec.component, part: -1 };
    const isDoubled = isHitBy(world, 'duplicated', spec.component);
    this.duplicated = isDoubled ? world.meters.counter('duplicated', subject) : null;
    world.faultTargets.holders.set(spec.component, {
      poison: (shares) => (this.poisons = shares),
      duplicate: (shares) => (this.doubles = shares),
      purge: () => this.purge(),
      reorder: null,
      redrive: null,
    });
    for (const { spec: own, membership } of this.groups) {
      world.faultTargets.rebalance.set(own.part, () => membership.force());
    }
    world.audits.push(() => this.audit());
  }

  /** Adds a follower. Returns the bit that marks messages the follower already had. */
  follow(follower: Follower): number {
    const bit = this.groups.length + this.followers.length;
    invariant(bit < MAX_READERS, 'each group has a bit');
    this.followers.push(follower);
    return bit;
  }

  /** A message was written. */
  append(message: number): void {
    this.appendTo(message, this.partitionOf(message));
  }

  /**
   * True if a fault duplicates this write, as when its acknowledgement was lost. The leader drops the duplicate of an
   * idempotent producer by its sequence numbers (ProducerStateManager of Kafka).
   */
  comesTwice(message: number): boolean {
    if (this.doubles.length === 0 || this.spec.spec.producer.idempotence) return false;
    const { lineageA, lineageB } = this.messages;
    const [a, b] = [lineageA[message], lineageB[message]];
    return this.doubles.some((one) => isAmong(one, a, b, MESSAGE_INDEX.duplicate));
  }

  /** Appends a duplicate of a message. */
  repeat(message: number, at: number): void {
    this.world.meters.count(this.duplicated!);
    this.appendTo(message, at);
  }

  appendTo(message: number, at: number): void {
    const { messages, world } = this;
    world.meters.count(this.published);
    engine.note(this.spec.component, messages.lineageA[message]);
    if (this.poisons.length > 0) messages.taint(message, this.poisons);
    this.write(message, at);
  }

  /** A message was confirmed to its publisher, but is lost. */
  lose(message: number): void {
    for (const group of this.groups) group.aftermath.lose(message, NOWHERE);
  }

  /** Deletes all records, as DeleteRecords up to the high watermark does; partitions without a leader keep theirs. */
  private purge(): void {
    this.partitions.forEach((partition, at) => {
      if (!partition.isLed) return;
      for (const group of this.groups) group.purged(at, partition.end);
    });
  }

  /** Truncates a partition from an offset on: groups that have not read these records never will. */
  cut(at: number, from: number): void {
    const partition = this.partitions[at];
    for (let offset = Math.max(from, partition.base); offset < partition.end; offset++) {
      for (const group of this.groups) group.lost(at, offset);
      const message = partition.at(offset);
      this.messages.truncated[message] = 1;
    }
    for (const group of this.groups) group.wake(at);
  }

  /** A transaction that held back the readers of a partition has ended. */
  released(partition: number): void {
    for (const group of this.groups) group.wake(partition);
  }

  /** Consumers can read a partition, or cannot: it has a reachable leader or not. */
  reachable(partition: number, isLed: boolean): void {
    this.partitions[partition].isLed = isLed;
    for (const follower of this.followers) follower.reachable(partition, isLed);
    if (isLed) for (const group of this.groups) group.wake(partition);
  }

  partitionOf(message: number): number {
    return placeOfValue(this.messages.key[message], this.partitions.length);
  }

  /** Drops everything that all groups have released. */
  trim(partition: number): void {
    let lowest = Infinity;
    for (const { offsets } of this.groups) {
      lowest = Math.min(lowest, offsets.released[partition]);
    }
    this.partitions[partition].trim(lowest, this.free);
  }

  /** Packs records that all groups have read, but that a group may still seek back to. */
  packRead(partition: number): void {
    let lowest = Infinity;
    for (const { offsets } of this.groups) {
      const { released, passed } = offsets;
      lowest = Math.min(lowest, Math.max(released[partition], passed[partition]));
    }
    this.partitions[partition].packRead(lowest);
  }

  /** Packs records above the highest offset that any group has reached. */
  private packUnread(at: number): void {
    let highest = 0;
    for (const { offsets } of this.groups) {
      highest = Math.max(highest, offsets.position[at], offsets.reached[at]);
    }
    this.partitions[at].packUnread(highest);
  }

  private write(message: number, at: number): void {
    const partition = this.partitions[at];
    invariant(partition.end >= partition.base, 'a log ends after its first record');
    this.messages.holders[message]++;
    this.messages.copies.add(message);
    partition.append(message);
    for (const follower of this.followers) follower.appended(message, at);
    if (this.groups.length === 0) {
      partition.trim(partition.end, this.free);
      return;
    }
    if (this.guarded !== null && this.guarded[at] === 0) this.guard(at, partition.base);
    for (const group of this.groups) group.came(at, message);
    if (partition.isBlockFull) this.packUnread(at);
  }

  /** Messages that exist at time 0. */
  private addBacklog(count: number): void {
    const { plan, replication } = this.world;
    const name = plan.components[this.spec.component].name;
    const { a, b } = streamKey(plan.seed, replication, `topic/${name}/backlog`);
    for (let number = 0; number < count; number++) {
      this.write(this.messages.withoutRequest(a, b, number), number % this.partitions.length);
    }
    for (const group of this.groups) group.begin();
  }

  private guard(at: number, offset: number): void {
    const partition = this.partitions[at];
    const { retentionNs } = this.spec.spec;
    const due = this.publishedAt(partition, offset) + retentionNs!;
    this.guarded![at] = 1;
    engine.at(Math.max(due, engine.now), PHASE.TIMER, this.expireOp, at, 0, 0);
  }

  /** Deletes records older than the retention, read or not. */
  private expire(at: number): void {
    invariant(this.guarded![at] === 1, 'records expire when their time was set');
    const partition = this.partitions[at];
    const limit = engine.now - this.spec.spec.retentionNs!;
    this.guarded![at] = 0;
    let next = partition.base;
    while (next < partition.end && this.publishedAt(partition, next) <= limit) next++;
    if (next > partition.base) for (const group of this.groups) group.expired(at, next);
    // Records in a handler stay until it ends; a group that was reset to the end may have released more.
    const first = Math.max(next, partition.base);
    if (first < partition.end) this.guard(at, first);
  }

  private publishedAt(partition: Partition, offset: number): Ns {
    const message = partition.at(offset);
    return this.messages.published[message];
  }

  private audit(): void {
    for (const group of this.groups) group.audit();
  }
}
