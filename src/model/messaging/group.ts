import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import { isSuccess } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanGroup } from '../../spec/messaging.js';
import type { Instance } from '../instance.js';
import type { Age, Counter, Durations } from '../meters.js';
import type { World } from '../world.js';
import type { KafkaTopic } from './kafka.js';
import type { Messages } from './messages.js';
import type { Partition } from './partition.js';

/** One member of a group: a thread of an instance that polls, handles record after record, and commits. */
interface Member {
  readonly index: number;
  readonly instance: Instance;
  /** Partitions it reads. */
  readonly assigned: number[];
  /** Raised when its process dies: what was under way is not its own any more. */
  epoch: number;
  /** True while it waits for records. */
  idle: boolean;
  /** Records of the last poll: partition and offsets [from, to), three numbers each, and the one it is at. */
  readonly batch: number[];
  at: number;
  /** Which of its partitions the next poll begins with. */
  turn: number;
  /** Tries of the record under way. */
  tries: number;
}

/** A group of consumers of a log. */
export class Group {
  /** By partition: next offset to be read after a restart, and the one below which nothing is needed. */
  readonly committed: Float64Array;
  readonly released: Float64Array;
  private readonly world: World;
  private readonly messages: Messages;
  private readonly topic: KafkaTopic;
  private readonly spec: PlanGroup;
  private readonly index: number;
  private readonly owner: number;
  private readonly pollOp: number;
  private readonly members: readonly Member[];
  /** By partition: next offset to be polled, and the member that reads it. */
  private readonly position: Float64Array;
  private readonly reader: Int32Array;
  private readonly lag: number;
  private readonly age: Age;
  /** The partition that holds the oldest message, -1 = none. */
  private oldest = -1;
  private readonly consumed: Counter;
  private readonly redelivered: Counter;
  private readonly duplicates: Counter;
  private readonly lost: Counter;
  private readonly delays: Durations;

  constructor(world: World, messages: Messages, topic: KafkaTopic, spec: PlanGroup, index: number) {
    this.world = world;
    this.messages = messages;
    this.topic = topic;
    this.spec = spec;
    this.index = index;
    const partitions = topic.partitions.length;
    this.committed = new Float64Array(partitions);
    this.released = new Float64Array(partitions);
    this.position = new Float64Array(partitions);
    this.reader = new Int32Array(partitions);
    this.owner = world.tasks.register(this);
    this.pollOp = world.engine.define('poll', (member, epoch) => {
      const own = this.members[member];
      if (own.epoch === epoch) this.poll(own);
    });
    const subject = { component: topic.spec.component, part: spec.part };
    const { meters } = world;
    this.lag = meters.gauge('lag', subject);
    this.age = meters.age('age', subject);
    this.consumed = meters.counter('consumed', subject);
    this.redelivered = meters.counter('redeliveries', subject);
    this.duplicates = meters.counter('duplicateEffects', subject);
    this.lost = meters.counter('lostEffects', subject);
    this.delays = meters.durations('delay', subject);
    this.members = this.hire();
  }

  /** A message was appended to a partition. */
  appended(partition: number): void {
    const { levels } = this.world;
    levels.add(this.lag, 1);
    if (this.oldest < 0) this.findOldest();
    const member = this.members[this.reader[partition]];
    if (member.idle && !member.instance.down) this.wake(member);
  }

  taskEnded(record: number, outcome: Outcome): void {
    const count = this.members.length;
    const member = this.members[record % count];
    if (Math.floor(record / count) !== member.epoch) return;
    const { batch } = member;
    const partition = batch[member.at];
    const offset = batch[member.at + 1];
    const message = this.topic.partitions[partition].at(offset);
    if (!isSuccess(outcome)) {
      this.again(member, message);
      return;
    }
    this.effect(message);
    this.world.meters.count(this.consumed);
    this.world.meters.took(this.delays, this.messages.cell[message], this.messages.age(message));
    batch[member.at + 1] = offset + 1;
    member.tries = 1;
    if (this.spec.spec.commit === 'before') this.letGo(partition, offset + 1);
    else if (this.spec.spec.commit === 'afterEach') this.commit(partition, offset + 1);
    if (offset + 1 < batch[member.at + 2]) {
      this.handle(member);
      return;
    }
    if (this.spec.spec.commit === 'afterBatch') this.commit(partition, offset + 1);
    member.at += 3;
    if (member.at < batch.length) this.handle(member);
    else this.poll(member);
  }

  audit(partition: number, log: Partition): void {
    const behind = log.end - this.committed[partition];
    invariant(
      behind >= 0 && this.committed[partition] <= this.position[partition],
      'log-not-conserved',
    );
    invariant(this.released[partition] >= log.base, 'message-gone-before-it-was-read');
  }

  /** One member for each thread of each instance, the partitions dealt over them in turn. */
  private hire(): readonly Member[] {
    const { plan, instances } = this.world;
    const { handler, spec } = this.spec;
    const component = plan.components[plan.parts[handler].component];
    const members: Member[] = [];
    for (let index = 0; index < component.instances; index++) {
      const instance = instances[component.firstInstance + index];
      for (let thread = 0; thread < spec.concurrency; thread++) {
        members.push(newMember(members.length, instance));
      }
      instance.residents.push({
        died: () => this.died(instance),
        started: () => this.started(instance),
      });
    }
    for (let partition = 0; partition < this.reader.length; partition++) {
      const member = members[partition % members.length];
      member.assigned.push(partition);
      this.reader[partition] = member.index;
    }
    return members;
  }

  private wake(member: Member): void {
    member.idle = false;
    this.world.engine.soon(PHASE.ARRIVAL, this.pollOp, member.index, member.epoch, 0);
  }

  /** Takes what is there, up to maxPollRecords, beginning with another partition each time. */
  private poll(member: Member): void {
    const { assigned, batch } = member;
    batch.length = 0;
    member.at = 0;
    member.tries = 1;
    let room = this.spec.spec.maxPollRecords;
    for (let k = 0; k < assigned.length && room > 0; k++) {
      const partition = assigned[(member.turn + k) % assigned.length];
      const from = this.position[partition];
      const to = Math.min(this.topic.partitions[partition].end, from + room);
      if (to === from) continue;
      batch.push(partition, from, to);
      this.position[partition] = to;
      room -= to - from;
      if (this.spec.spec.commit === 'before') this.commit(partition, to);
    }
    member.turn++;
    if (batch.length === 0) member.idle = true;
    else this.handle(member);
  }

  /** Runs the handler for the record that is next. */
  private handle(member: Member): void {
    const { batch, at } = member;
    const message = this.topic.partitions[batch[at]].at(batch[at + 1]);
    const record = member.index + this.members.length * member.epoch;
    const context = this.messages.context(message, this.index, member.tries);
    this.world.tasks.start(this.owner, record, member.instance.id, this.spec.handler, context);
  }

  /** A record whose handler failed blocks its partition (KF-11). */
  private again(member: Member, message: number): void {
    invariant(this.messages.holders[message] > 0, 'message-handled-and-gone');
    this.world.meters.count(this.redelivered);
    member.tries++;
    this.handle(member);
  }

  private effect(message: number): void {
    if (this.messages.effect(message, this.index)) this.world.meters.count(this.duplicates);
  }

  private commit(partition: number, offset: number): void {
    const done = offset - this.committed[partition];
    this.committed[partition] = offset;
    this.world.levels.add(this.lag, -done);
    if (this.spec.spec.commit !== 'before') this.letGo(partition, offset);
    if (partition === this.oldest) this.findOldest();
  }

  private letGo(partition: number, offset: number): void {
    this.released[partition] = offset;
    this.topic.trim(partition);
  }

  private findOldest(): void {
    const { published } = this.messages;
    let since = Infinity;
    this.oldest = -1;
    this.topic.partitions.forEach((log, partition) => {
      const next = this.committed[partition];
      if (next >= log.end || next < log.base) return;
      const at = published[log.at(next)];
      if (at >= since) return;
      since = at;
      this.oldest = partition;
    });
    this.world.meters.turn(this.age, since);
  }

  /** Its process has died: what was read and not committed is read again, what was committed first is lost. */
  private died(instance: Instance): void {
    for (const member of this.members) {
      if (member.instance !== instance) continue;
      member.epoch++;
      member.idle = true;
      const { batch } = member;
      for (let at = member.at; at < batch.length; at += 3) {
        if (this.spec.spec.commit === 'before') this.lose(batch[at], batch[at + 1], batch[at + 2]);
      }
      for (const partition of member.assigned) this.rewind(partition);
      batch.length = 0;
    }
  }

  private lose(partition: number, from: number, to: number): void {
    this.world.meters.count(this.lost, to - from);
    this.letGo(partition, to);
  }

  private rewind(partition: number): void {
    const again = this.position[partition] - this.committed[partition];
    this.position[partition] = this.committed[partition];
    if (again > 0) this.world.meters.count(this.redelivered, again);
  }

  private started(instance: Instance): void {
    for (const member of this.members) {
      if (member.instance === instance && member.idle) this.wake(member);
    }
  }
}

function newMember(index: number, instance: Instance): Member {
  return {
    index,
    instance,
    assigned: [],
    epoch: 0,
    idle: true,
    batch: [],
    at: 0,
    turn: 0,
    tries: 1,
  };
}
