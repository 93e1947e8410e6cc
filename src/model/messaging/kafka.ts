import { invariant } from '../../kernel/invariant.js';
import { streamKey } from '../../kernel/rng.js';
import type { PlanTopic } from '../../spec/messaging.js';
import type { Counter } from '../meters.js';
import type { World } from '../world.js';
import { Group } from './group.js';
import { MAX_GROUPS } from './messages.js';
import type { Messages } from './messages.js';
import { Partition } from './partition.js';

/**
 * A partitioned log. Order holds inside a partition; every group reads all of them, each partition by
 * one member (KF-2, KF-3). What no group may read any more is not kept.
 */
export class KafkaTopic {
  readonly spec: PlanTopic;
  readonly partitions: readonly Partition[];
  private readonly world: World;
  private readonly messages: Messages;
  private readonly groups: readonly Group[];
  private readonly published: Counter;
  private readonly free: (message: number) => void;

  constructor(world: World, messages: Messages, spec: PlanTopic) {
    this.world = world;
    this.messages = messages;
    this.spec = spec;
    invariant(spec.groups.length <= MAX_GROUPS, 'more-groups-than-bits');
    this.partitions = Array.from({ length: spec.spec.partitions }, () => new Partition());
    this.published = world.meters.counter('published', { component: spec.component, part: -1 });
    this.free = (message) => messages.release(message);
    this.groups = spec.groups.map((group, index) => new Group(world, messages, this, group, index));
    this.addBacklog(spec.spec.backlog);
    world.audits.push(() => this.audit());
  }

  /** A message has been written. */
  append(message: number): void {
    const { messages, world } = this;
    world.meters.count(this.published);
    world.engine.note(this.spec.component, messages.lineageA[message]);
    const at = partitionOf(messages.key[message], this.partitions.length);
    this.write(message, at);
    for (const group of this.groups) group.appended(at);
  }

  /** Groups have let go of what is below the lowest of their offsets. */
  trim(partition: number): void {
    let lowest = Infinity;
    for (const group of this.groups) lowest = Math.min(lowest, group.released[partition]);
    this.partitions[partition].trim(lowest, this.free);
  }

  private write(message: number, at: number): void {
    const partition = this.partitions[at];
    this.messages.holders[message] = 1;
    partition.append(message);
    if (this.groups.length === 0) partition.trim(partition.end, this.free);
  }

  /** Messages that are there at time 0. */
  private addBacklog(count: number): void {
    const { plan, replication } = this.world;
    const name = plan.components[this.spec.component].name;
    const { a, b } = streamKey(plan.seed, replication, `topic/${name}/backlog`);
    for (let number = 0; number < count; number++) {
      const message = this.messages.ofNobody(a, b, number);
      const at = number % this.partitions.length;
      this.write(message, at);
      for (const group of this.groups) group.appended(at);
    }
  }

  /** Appended = committed + lag, for each group and partition (G-7). */
  private audit(): void {
    this.partitions.forEach((partition, index) => {
      for (const group of this.groups) group.audit(index, partition);
    });
  }
}

/** A stable hash of a key's value: the same partition in every run (KF-1). */
function partitionOf(key: number, partitions: number): number {
  if (partitions === 1) return 0;
  let x = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul(Math.floor(key / 4294967296) | 0, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 13), 0x297a2d39);
  return ((x ^ (x >>> 16)) >>> 0) % partitions;
}
