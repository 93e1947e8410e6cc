import { streamKey } from '../../kernel/rng.js';
import type { ConsumerPolicy, PlanGroup } from '../../spec/messaging.js';
import type { Counter, MeterSubject } from '../meters.js';
import type { Registry } from '../registry.js';
import type { World } from '../world.js';
import { Aftermath } from './aftermath.js';
import { Guards } from './guards.js';
import type { GuardSetup } from './guards.js';
import { Inboxes } from './inboxes.js';
import type { KafkaTopic } from './kafka.js';
import { isHitBy } from './knobs.js';
import type { Member } from './member.js';
import { newMember } from './member.js';
import { Membership } from './membership.js';
import type { Messages } from './messages.js';
import { Offsets, placeOf } from './offsets.js';
import type { ReadLog } from './offsets.js';
import { Partition } from './partition.js';
import { PollLoop } from './poll-loop.js';
import { Resets } from './resets.js';

/** Where messages go that a group hands on. */
export interface Forwarding {
  /** A copy of a message of a topic is published to another component. */
  copy(message: number, component: number, topic: number): void;
  /** What a transaction has published is sent, or thrown away. */
  settle(outputs: number[], isCommitted: boolean): void;
}

/** What a group is built from. */
export interface GroupSetup {
  readonly world: World;
  readonly registry: Registry;
  readonly messages: Messages;
  readonly topic: KafkaTopic;
  readonly spec: PlanGroup;
  /** Place in its topic. */
  readonly index: number;
  readonly forwarding: Forwarding;
  /** Whether elections of the broker may take messages out of the log again. */
  readonly canBeCut: boolean;
}

/** A group of consumers of a log: its members, their partitions, and where it stands in each. */
export class Group {
  readonly offsets: Offsets;
  readonly membership: Membership;
  readonly loop: PollLoop;
  readonly spec: PlanGroup;
  private readonly setup: GroupSetup;
  private readonly members: readonly Member[];
  /** Partitions of the topic; logs beyond them are the group's own. */
  private readonly size: number;
  readonly aftermath: Aftermath;
  /** Null for a group that is there from the beginning and goes on where it was. */
  private readonly resets: Resets | null;
  private isBegun: boolean;
  /** Null where no fault deletes anything. */
  private readonly purgedCount: Counter | null;

  constructor(setup: GroupSetup) {
    this.setup = setup;
    this.spec = setup.spec;
    const { world, registry, messages, topic, spec, index, forwarding } = setup;
    const subject = { component: topic.spec.component, part: spec.part };
    const isPurged = isHitBy(world, 'flushed', subject.component);
    this.purgedCount = isPurged ? world.meters.counter('purged', subject) : null;
    this.size = topic.partitions.length;
    this.aftermath = new Aftermath(world, registry, messages, spec.spec, index, subject, {
      put: (message) => this.putBack(message),
      deadLetter: (message) => forwarding.copy(message, spec.deadLetter, subject.component),
    });
    this.offsets = new Offsets(world, messages, subject, this.logsOf(), this.aftermath);
    this.isBegun = spec.spec.startNs === 0;
    this.members = this.hire();
    this.resets = this.resetsOf();
    this.membership = this.membershipOf(subject);
    this.loop = this.loopOf(subject);
    this.membership.owners.forEach((member, partition) => {
      if (member >= 0) this.assign(partition, this.members[member]);
    });
  }

  /** Its members publish and commit in transactions. */
  get isTransactional(): boolean {
    return this.setup.spec.spec.commit === 'transactional';
  }

  /** A message was appended to a log of the topic. */
  came(log: number, message: number): void {
    this.aftermath.came(message);
    this.appended(log);
  }

  private appended(log: number): void {
    if (this.resets?.isUnseen(log) === true) return;
    this.offsets.appended(log);
    this.wake(log);
  }

  /** There may be something to read in a log. */
  wake(log: number): void {
    const owner = this.membership.owners[log % this.size];
    if (owner >= 0 && owner < this.members.length) this.loop.wake(this.members[owner]);
  }

  /** A new group finds a log with messages: it begins behind them, or with the first (autoOffsetReset). */
  begin(): void {
    if (this.setup.spec.spec.reset === 'earliest' || !this.isBegun) return;
    this.setup.topic.partitions.forEach(({ end }, log) => {
      this.offsets.skip(log, end);
      this.offsets.release(log, end);
    });
  }

  /** The log begins at this offset now: what was not read before is lost. */
  expired(log: number, base: number): void {
    const { offsets } = this;
    if (this.resets?.isUnread(log, base) === true) return;
    const { partition } = offsets.logs[log];
    const isBehind = offsets.position[log] < base;
    const next = isBehind && this.setup.spec.spec.reset === 'latest' ? partition.end : base;
    if (offsets.committed[log] < next) {
      const from = Math.max(offsets.position[log], offsets.committed[log]);
      for (let at = from; at < next; at++) this.lose(log, at, partition.at(at));
      offsets.skip(log, next);
    }
    this.loop.letGo(log);
  }

  /** All below an offset was deleted by hand. */
  purged(log: number, base: number): void {
    const { committed, position } = this.offsets;
    const unread = base - Math.max(committed[log], position[log]);
    if (unread <= 0 || this.resets?.isUnread(log, base) === true) return;
    this.setup.world.meters.count(this.purgedCount!, unread);
    this.expired(log, base);
  }

  /** A message is no part of its log any more. */
  lost(log: number, offset: number): void {
    const { partition } = this.offsets.logs[log];
    if (offset >= this.offsets.position[log]) this.lose(log, offset, partition.at(offset));
  }

  private lose(log: number, offset: number, message: number): void {
    this.aftermath.leap(message, placeOf(log, offset));
  }

  audit(): void {
    this.offsets.audit();
  }

  /** The partitions of the topic, and for retries that wait elsewhere as many of the group's own. */
  private logsOf(): readonly ReadLog[] {
    const { topic, spec, messages } = this.setup;
    const shared = topic.partitions.map((partition, log) => ({
      partition,
      trim: () => topic.trim(log),
      packRead: () => topic.packRead(log),
    }));
    const { retry } = spec.spec;
    if (retry === null || retry.mode === 'inProcess') return shared;
    const own = topic.partitions.map((_, index): ReadLog => {
      const partition = new Partition(messages);
      const log = this.size + index;
      const free = (message: number): void => messages.release(message);
      return {
        partition,
        trim: () => partition.trim(this.offsets.released[log], free),
        // Nobody is sent back in it.
        packRead: () => {},
      };
    });
    return [...shared, ...own];
  }

  /** One member for each thread of each instance: the first threads of all instances come first. */
  private hire(): readonly Member[] {
    const { plan, instances } = this.setup.world;
    const { handler, spec } = this.setup.spec;
    const component = plan.components[plan.parts[handler].component];
    const { firstInstance } = component;
    const fleet = instances.slice(firstInstance, firstInstance + component.instances);
    for (const instance of fleet) {
      const own = (act: (member: Member) => void) => () => {
        for (const member of this.members) if (member.instance === instance) act(member);
      };
      const dying = own((member) => this.died(member));
      instance.residents.push({
        died: () => {
          dying();
          this.loop.gone(instance);
        },
        started: own((member) => this.membership.started(member)),
        paused: own((member) => this.membership.silent(member)),
        resumed: own((member) => this.resumed(member)),
        closing: own((member) => this.close(member)),
        isBusy: () => this.members.some((member) => member.instance === instance && !member.idle),
      });
    }
    const threads = Array.from({ length: spec.concurrency }, () => fleet).flat();
    // The members of a function are those of all its zones.
    const isFunction = plan.functions.some((own) => plan.components[own.component] === component);
    const members = isFunction ? threads.slice(0, spec.concurrency) : threads;
    return members.map((instance, index) => newMember(index, instance));
  }

  private membershipOf(subject: MeterSubject): Membership {
    const { world, spec } = this.setup;
    return new Membership({
      world,
      spec: spec.spec,
      members: this.members,
      partitions: this.size,
      rebalances: world.meters.counter('rebalances', subject),
      dealt: {
        given: (partition, member) => this.given(partition, member),
        taken: (partition) => this.taken(partition),
        go: (member) => {
          if (this.isBegun) this.loop.wake(member);
        },
        parting: (member) => this.loop.parting(member),
        peopled: (any) => this.resets?.isMember(any),
      },
      isEmpty: !this.isBegun,
    });
  }

  private resetsOf(): Resets | null {
    const { world, spec } = this.setup;
    const { startNs, replay, offsetsRetentionNs } = spec.spec;
    const forgets = offsetsRetentionNs !== null && offsetsRetentionNs < world.plan.horizonNs;
    if (startNs === 0 && replay === null && !forgets) return null;
    return new Resets({
      world,
      spec: spec.spec,
      offsets: this.offsets,
      aftermath: this.aftermath,
      partitions: this.size,
      isBusy: (log) => {
        const owner = this.membership.owners[log];
        return owner >= 0 && owner < this.members.length && !this.members[owner].idle;
      },
      wake: (log) => this.wake(log),
      letGo: (log) => this.loop.letGo(log),
      begins: () => {
        this.isBegun = true;
        for (const member of this.members) this.loop.wake(member);
      },
    });
  }

  private loopOf(subject: MeterSubject): PollLoop {
    const { world, messages, spec, index, forwarding } = this.setup;
    const { plan, replication, meters } = world;
    const { inbox, filter } = spec.spec;
    const name = `${plan.components[subject.component].name}.${plan.parts[spec.part].name}`;
    const { policy } = spec.spec;
    const again = meters.counter('duplicateEffects', subject);
    return new PollLoop({
      world,
      messages,
      spec,
      index,
      partitions: this.size,
      members: this.members,
      offsets: this.offsets,
      membership: this.membership,
      aftermath: this.aftermath,
      inbox: inbox === null ? null : new Inboxes(messages, index, inbox.windowNs),
      filter: filter < 1 ? streamKey(plan.seed, replication, `${name}/filter`) : null,
      consumed: meters.counter('consumed', subject),
      duplicates: plan.parts[spec.handler].idempotent ? null : again,
      redelivered: this.offsets.redelivered,
      delays: meters.durations('delay', subject),
      resets: this.resets,
      canBeCut: this.setup.canBeCut,
      policy: policy === null ? null : (again, resume) => this.guardsOf(policy, again, resume),
      settle: ({ outputs }, isCommitted) => forwarding.settle(outputs, isCommitted),
    });
  }

  private guardsOf(
    policy: ConsumerPolicy,
    again: GuardSetup['again'],
    resume: GuardSetup['resume'],
  ): Guards {
    const { world, registry, topic, spec } = this.setup;
    const { component: service } = world.plan.parts[spec.handler];
    const place = { holder: topic.spec.component, part: spec.part, service };
    return new Guards({ world, registry, policy, ...place, again, resume });
  }

  /** A failed message comes back into a log of the group's own, whose reader is that of its partition. */
  private putBack(message: number): void {
    const log = this.size + this.setup.topic.partitionOf(message);
    this.offsets.logs[log].partition.append(message);
    this.appended(log);
  }

  private died(member: Member): void {
    this.loop.died(member);
    member.closing = false;
    if (!this.setup.spec.spec.rebalance.isStatic) member.assigned = [];
    this.membership.died(member);
  }

  /**
   * Its process is about to end: it handles what it has read, and leaves (KafkaConsumer.close behind the loop of a container
   * of spring-kafka, whose stopImmediate is false).
   */
  private close(member: Member): void {
    member.closing = true;
    if (member.idle) this.membership.leave(member);
  }

  private resumed(member: Member): void {
    this.membership.heard(member);
    // One that a breaker keeps from handling polls all the same: it hears of what it has missed.
    if (member.paused && member.inGroup) this.membership.polls(member);
    else if (this.isBegun) this.loop.wake(member);
  }

  private given(partition: number, member: Member): void {
    this.assign(partition, member);
    for (let log = partition; log < this.offsets.logs.length; log += this.size) {
      this.offsets.rewind(log);
      this.resets?.assigned(log);
    }
  }

  private assign(partition: number, member: Member): void {
    for (let log = partition; log < this.offsets.logs.length; log += this.size) {
      member.assigned.push(log);
    }
    member.assigned.sort((a, b) => a - b);
  }

  private taken(partition: number): void {
    for (const member of this.members) {
      const { length } = member.assigned;
      member.assigned = member.assigned.filter((log) => log % this.size !== partition);
      if (member.assigned.length < length) this.loop.lost(member);
    }
  }
}
