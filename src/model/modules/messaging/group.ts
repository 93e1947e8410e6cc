import { invariant } from '../../../kernel/invariant.js';
import { streamKey } from '../../../kernel/rng.js';
import type { ConsumerPolicy } from '../../../contracts/scenario/consumers.js';
import type { PlanGroup, PlanTopic } from '../../../contracts/plan/messaging.js';
import type { Counter, MeterSubject } from '../../data/figures/meters.js';
import type { Registry } from '../../data/registry.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Aftermath } from './aftermath.js';
import { Guards, type GuardSetup } from './guards.js';
import { Inboxes } from './inboxes.js';
import { isHitBy } from '../../data/holder-knobs.js';
import { newMember, type Member } from './member.js';
import { Membership } from './membership.js';
import type { Messages } from './messages.js';
import { Offsets, placeOf, type ReadLog } from './offsets.js';
import { OpenTransactions } from './open-transactions.js';
import { Partition } from './partition.js';
import { PollLoop } from './poll-loop.js';
import { Resets } from './resets.js';

/** Destinations for messages that a group does not handle itself. */
export interface Forwarding {
  /** Publishes a copy of a message of a topic to another component. */
  copy(message: number, component: number, topic: number): void;
  /** Sends or drops the messages that a transaction has published. */
  settle(outputs: number[], isCommitted: boolean): void;
}

/** The topic of a group. */
interface GroupTopic {
  readonly spec: PlanTopic;
  readonly partitions: readonly Partition[];
  partitionOf(message: number): number;
  /** Drops the messages of a partition that no group may read again. */
  trim(partition: number): void;
  packRead(partition: number): void;
}

/** Everything that a group is built from. */
export interface GroupSetup {
  readonly world: BackgroundRun;
  readonly registry: Registry;
  readonly messages: Messages;
  readonly topic: GroupTopic;
  readonly spec: PlanGroup;
  /** Index in its topic. */
  readonly index: number;
  readonly forwarding: Forwarding;
  /** True if an election may truncate the log. */
  readonly canBeCut: boolean;
}

/** A consumer group of a topic: its members, their partitions, and the group's offsets. */
export class Group {
  readonly offsets: Offsets;
  readonly membership: Membership;
  readonly loop: PollLoop;
  readonly members: readonly Member[];
  /** Partitions of the topic; logs from this number on are the group's own retry logs. */
  private readonly size: number;
  readonly aftermath: Aftermath;
  /** Transactions in which its members publish and commit; null = they use none. */
  readonly transactions: OpenTransactions | null;
  /** Null for a group that exists from the start and never seeks or loses its offsets. */
  private readonly resets: Resets | null;
  private isBegun: boolean;
  /** Null if no fault purges the topic. */
  private readonly purgedCount: Counter | null;
  readonly spec: PlanGroup = this.setup.spec;

  constructor(private readonly setup: GroupSetup) {
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
    this.members = this.createMembers();
    this.transactions = this.transactionsOf();
    this.resets = this.resetsOf();
    this.membership = this.membershipOf(subject);
    this.loop = this.loopOf(subject);
    this.deal();
  }

  /** The first assignment, when the run begins. */
  private deal(): void {
    this.membership.owners.forEach((member, partition) => {
      if (member >= 0) this.assign(partition, this.members[member]);
    });
  }

  /** Its consumers also read the topics of other groups. `dealt`: those before it that are assigned together with it. */
  isBeside(beside: readonly Group[], dealt: readonly Group[]): void {
    for (const member of this.members) member.assigned = [];
    const [others, before] = [beside, dealt].map((groups) => groups.map((own) => own.membership));
    this.membership.isBeside(others, before);
    this.deal();
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

  /** A log may have records to read. */
  wake(log: number): void {
    const owner = this.membership.owners[log % this.size];
    if (owner >= 0 && owner < this.members.length) this.loop.wake(this.members[owner]);
  }

  /** Starts a group in front of a backlog: `latest` skips it, `earliest` reads it (autoOffsetReset). */
  begin(): void {
    if (this.setup.spec.spec.reset === 'earliest' || !this.isBegun) return;
    this.setup.topic.partitions.forEach(({ end }, log) => {
      this.offsets.skip(log, end);
      this.offsets.release(log, end);
    });
  }

  /** The log now starts at `base`: records below it that the group has not read are lost. */
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

  /** A purge has deleted everything below `base`. */
  purged(log: number, base: number): void {
    const { committed, position } = this.offsets;
    const unread = base - Math.max(committed[log], position[log]);
    if (unread <= 0 || this.resets?.isUnread(log, base) === true) return;
    this.setup.world.meters.count(this.purgedCount!, unread);
    this.expired(log, base);
  }

  /** A record was truncated from its log; it is lost if the group has not read it. */
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

  /** The partitions of the topic, plus one retry log per partition if retries wait outside of the topic. */
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
        // The group never seeks in its retry logs.
        packRead: () => {},
      };
    });
    return [...shared, ...own];
  }

  /** Creates one member per thread and instance, ordered by thread: the first threads of all instances come first. */
  private createMembers(): readonly Member[] {
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
          this.loop.instanceDied(instance);
        },
        started: own((member) => {
          this.transactions?.started(member);
          this.membership.started(member);
        }),
        paused: own((member) => this.membership.heartbeatsStopped(member)),
        resumed: own((member) => this.resumed(member)),
        closing: own((member) => this.close(member)),
        isBusy: () => this.members.some((member) => member.instance === instance && !member.idle),
      });
    }
    const threads = Array.from({ length: spec.concurrency }, () => fleet).flat();
    // For a function, the concurrency counts members of all its zones together.
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
      listener: {
        given: (partition, member) => this.given(partition, member),
        taken: (partition) => this.taken(partition),
        go: (member) => {
          if (this.isBegun) this.loop.wake(member);
        },
        parting: (member) => this.loop.parting(member),
        hasMembers: (any) => this.resets?.isMember(any),
      },
      isEmpty: !this.isBegun,
    });
  }

  private transactionsOf(): OpenTransactions | null {
    const { spec, part } = this.setup.spec;
    if (spec.transactionNs === null) return null;
    const { name } = this.setup.world.plan.parts[part];
    return new OpenTransactions(this.members.length, spec.transactionNs, name);
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
      transactions: this.transactions,
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

  /** Appends a failed message to the retry log of its partition; the owner of the partition reads it. */
  private putBack(message: number): void {
    invariant(
      this.setup.messages.holders[message] > 0,
      'a message that waits for its retry is kept',
    );
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
   * The process is about to end: the member handles the records that it has and leaves the group (KafkaConsumer.close
   * after the loop of a spring-kafka container with stopImmediate false).
   */
  private close(member: Member): void {
    member.closing = true;
    if (member.idle) this.membership.leave(member);
  }

  private resumed(member: Member): void {
    this.membership.heartbeat(member);
    // A member that a breaker has paused still polls, so it learns of rebalances that it has missed.
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
      invariant(!member.assigned.includes(log), 'a member gets a log once');
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
