import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Subscriber } from '../../../contracts/scenario/messaging.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Counter } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { loadOf, ranges, sticky, type Owners } from './assignment.js';
import { isRevoking, isWaiting, type Member } from './member.js';
import type { AssignmentListener, Ghost, MembershipSetup } from './membership-setup.js';

const STABLE = 0;
/** Waits until all members have rejoined. */
const PREPARING = 1;
/** All members have joined; the assignment is on its way. */
const SYNCING = 2;

/**
 * The coordinator of a group: decides which members are in it and which partitions they read. A member without
 * heartbeats for the session timeout is declared dead; one that does not poll in time leaves by itself. Unless
 * `isEmpty`, all members have joined when the run begins.
 */
export class Membership {
  /** By partition: its reader; -1 = none; numbers from the number of members on are dead members. */
  readonly owners: Owners;
  private readonly world: BackgroundRun;
  private readonly spec: Subscriber;
  private readonly members: readonly Member[];
  private readonly listener: AssignmentListener;
  private readonly rebalances: Counter;
  private readonly assignOp: number;
  private readonly grantOp: number;
  private readonly ghostOp: number;
  private readonly watchOp: number;
  private readonly openOp: number;
  /** By partition: number of its last handover; older grant events are void. */
  private readonly grants: Int32Array;
  /** The target assignment; it differs from `owners` while partitions move. */
  private wanted: Owners;
  /** Memberships of the same group in other topics of the cluster. */
  private peers: readonly Membership[] = [];
  /** Of those, the ones that the same consumers read. */
  private beside: readonly Membership[] = [];
  private ghosts: Ghost[] = [];
  private lastGhost = 0;
  private state = STABLE;
  /** Raised by each rebalance, which voids an earlier assignment. */
  private round = 0;
  /** Earliest end of the first rebalance of an empty group; whether others have joined since it was set. */
  private opens: Ns = 0;
  private joinedSince = false;

  constructor(setup: MembershipSetup) {
    const { world, spec, members, partitions, listener, rebalances, isEmpty } = setup;
    this.world = world;
    this.spec = spec;
    this.members = members;
    this.listener = listener;
    this.rebalances = rebalances;
    this.grants = new Int32Array(partitions);
    this.assignOp = engine.define('rebalanced', (round) => this.assign(round));
    this.grantOp = engine.define('granted', (partition, grant) => this.grant(partition, grant));
    this.ghostOp = engine.define('session-end', (id) => this.forget(id));
    this.watchOp = engine.define('poll-watch', (member, stage) => this.watch(member, stage));
    this.openOp = engine.define('group-opens', () => this.open());
    for (const member of members) member.inGroup = !isEmpty && !member.instance.down;
    this.owners = ranges(
      partitions,
      members.flatMap(({ index, inGroup }) => (inGroup ? [index] : [])),
    );
    this.wanted = this.owners.slice();
  }

  /** The group also reads other topics: a rebalance is one of all of them. */
  joinPeers(peers: readonly Membership[]): void {
    this.peers = peers;
  }

  /**
   * The consumers of the members read these topics too. Called before the run, topic by topic; `dealt`: the topics
   * before this one, where one assignor balances all of them together.
   */
  isBeside(beside: readonly Membership[], dealt: readonly Membership[]): void {
    this.beside = beside;
    if (dealt.length === 0) return;
    this.wanted = sticky(
      this.owners.fill(-1),
      this.present(),
      () => false,
      (member) => loadOf(member, dealt),
    );
    this.owners.set(this.wanted);
  }

  /** The target assignment. */
  get assignment(): Owners {
    return this.wanted;
  }

  /** True if a commit of the member for the partition is accepted. */
  accepts(member: Member, partition: number): boolean {
    return member.inGroup && this.owners[partition] === member.index;
  }

  /** Called at the start of each poll; false if the member gets no records for now. */
  polls(member: Member): boolean {
    if (!member.inGroup) {
      this.join(member);
      return false;
    }
    if (member.called) {
      this.joins(member);
      this.complete();
    }
    if (isRevoking(member)) this.giveUp(member);
    return !member.blocked;
  }

  /** A member has taken records: from now on it has to poll again in time. */
  busy(member: Member): void {
    member.polled = engine.now;
    if (member.watched) return;
    member.watched = true;
    this.after(this.spec.maxPollNs, this.watchOp, member.index, 0);
  }

  /** The process of a member has died without leaving the group. */
  died(member: Member): void {
    if (!member.inGroup) return;
    const { index } = member;
    if (this.spec.rebalance.isStatic) {
      this.addGhost(member, index);
      return;
    }
    // The restarted process joins as a new member; the old one stays in the group until its session ends.
    const identity = index + this.members.length;
    this.ghosts = this.ghosts.filter((ghost) => ghost.identity !== index);
    this.rename(index, identity);
    member.inGroup = member.called = member.joined = member.blocked = false;
    member.losing.length = 0;
    this.addGhost(member, identity);
  }

  /** Commits and leaves. A static member leaves silently: it is missed when its session ends (KIP-345). */
  leave(member: Member): false {
    this.world.outages.terminations.look(member.instance);
    if (!member.inGroup) return false;
    this.listener.parting(member);
    if (this.spec.rebalance.isStatic) return false;
    this.expel(member);
    this.changed();
    return false;
  }

  /** The process of a member is up again. */
  started(member: Member): void {
    // A static member resumes its partitions; its session has not ended.
    if (member.inGroup) this.heartbeat(member);
    this.listener.go(member);
  }

  /** The process of a member is paused and sends no heartbeats. */
  heartbeatsStopped(member: Member): void {
    if (member.inGroup) this.addGhost(member, member.index);
  }

  /** The member sends heartbeats again. */
  heartbeat(member: Member): void {
    this.ghosts = this.ghosts.filter(({ identity }) => identity !== member.index);
    member.since = engine.now;
  }

  /** Forces a rebalance. */
  force(): void {
    if (this.spec.rebalance.protocol === 'consumer') this.change();
    else this.prepare();
  }

  /** Sets the session timeout of a silent member, which counts from its last heartbeat. */
  private addGhost(member: Member, identity: number): void {
    const { sessionNs, heartbeatNs } = this.spec;
    const { now } = engine;
    const last = now - ((now - member.since) % heartbeatNs);
    const id = ++this.lastGhost;
    this.ghosts.push({ id, member: member.index, identity });
    this.after(last + sessionNs - now, this.ghostOp, id, 0);
  }

  /** A session has ended. */
  private forget(id: number): void {
    const ghost = this.ghosts.find((own) => own.id === id);
    if (ghost === undefined) return;
    this.ghosts = this.ghosts.filter((own) => own.id !== id);
    const { identity, member } = ghost;
    invariant(
      identity === member || identity === member + this.members.length,
      'a silent member has its own name or that of its dead process',
    );
    if (identity === member) this.expel(this.members[member]);
    else if (!this.ghosts.some((other) => other.identity === identity)) this.rename(identity, -1);
    this.changed();
  }

  /** Removes a member from the group; it cannot commit the records that it still handles. */
  private expel(member: Member): void {
    member.inGroup = member.called = member.joined = member.blocked = false;
    member.losing.length = 0;
    this.owners.forEach((owner, partition) => {
      if (owner === member.index) this.listener.taken(partition);
    });
    this.rename(member.index, -1);
  }

  private rename(from: number, to: number): void {
    for (const owners of [this.owners, this.wanted]) {
      owners.forEach((owner, partition) => {
        if (owner === from) owners[partition] = to;
      });
    }
  }

  /** Checks that a member has polled in time. A static member gets one session timeout more. */
  private watch(index: number, stage: number): void {
    const member = this.members[index];
    const { maxPollNs, sessionNs, heartbeatNs, rebalance } = this.spec;
    if (member.idle || !member.inGroup) {
      member.watched = false;
      return;
    }
    const extra = rebalance.isStatic ? sessionNs : 0;
    const due = member.polled + maxPollNs + extra;
    const { now } = engine;
    if (now < due) {
      this.after(due - now, this.watchOp, index, stage);
    } else if (member.instance.frozen === FROZEN.pause) {
      // A paused process cannot leave the group.
      this.after(heartbeatNs, this.watchOp, index, stage);
    } else {
      member.watched = false;
      this.expel(member);
      this.changed();
      // The consumer leaves, with the partitions of its other topics.
      for (const topic of this.beside) topic.loses(index);
    }
  }

  private loses(index: number): void {
    const member = this.members[index];
    if (!member.inGroup) return;
    this.expel(member);
    this.changed();
  }

  private join(member: Member): void {
    const { rebalance, maxPollNs } = this.spec;
    const isEmpty = this.state === STABLE && !this.members.some(({ inGroup }) => inGroup);
    member.inGroup = true;
    member.since = engine.now;
    this.joinedSince = true;
    this.listener.hasMembers(true);
    if (rebalance.protocol === 'consumer') {
      this.change();
      return;
    }
    if (isEmpty && this.ghosts.length === 0 && rebalance.initialDelayNs > 0) {
      const delay = Math.min(rebalance.initialDelayNs, maxPollNs);
      this.opens = engine.now + delay;
      this.joinedSince = false;
      this.after(delay, this.openOp, 0, 0);
    }
    member.called = false;
    member.joined = true;
    member.blocked = true;
    this.prepare();
  }

  /** Ends the initial delay of an empty group, or extends it if other members have joined meanwhile. */
  private open(): void {
    if (!this.joinedSince) {
      this.complete();
      return;
    }
    const { initialDelayNs } = this.spec.rebalance;
    this.joinedSince = false;
    this.opens = engine.now + initialDelayNs;
    this.after(initialDelayNs, this.openOp, 0, 0);
  }

  private changed(): void {
    const any = this.ghosts.length > 0 || this.members.some(({ inGroup }) => inGroup);
    if (!any) this.listener.hasMembers(false);
    if (this.spec.rebalance.protocol === 'consumer') this.change();
    else this.prepare();
  }

  private prepare(): void {
    const isNew = this.state === STABLE;
    if (isNew) this.world.meters.count(this.rebalances);
    if (this.state !== PREPARING) {
      this.state = PREPARING;
      this.round++;
      for (const member of this.members) {
        if (!member.inGroup || member.joined) continue;
        // A member that waits in a poll joins at once, the others join with their next poll.
        if (isWaiting(member)) this.joins(member);
        else member.called = true;
      }
      if (isNew) for (const peer of this.peers) if (peer.state === STABLE) peer.prepare();
    }
    this.complete();
  }

  private joins(member: Member): void {
    this.listener.parting(member);
    member.called = false;
    member.joined = true;
    if (this.spec.rebalance.protocol === 'classic') member.blocked = true;
  }

  private complete(): void {
    if (this.state !== PREPARING || !this.isReady) return;
    for (const peer of this.peers) if (!peer.isReady) return;
    this.sync();
    for (const peer of this.peers) if (peer.state === PREPARING) peer.sync();
  }

  /** No member that has to rejoin is missing here. */
  private get isReady(): boolean {
    if (this.state !== PREPARING) return true;
    if (this.ghosts.length > 0 || engine.now < this.opens) return false;
    for (const member of this.members) if (member.inGroup && !member.joined) return false;
    return true;
  }

  private sync(): void {
    this.state = SYNCING;
    invariant(
      this.members.every(({ inGroup, joined }) => inGroup === joined || !inGroup),
      'a rebalance waits for all members',
    );
    this.after(this.spec.rebalance.pauseNs, this.assignOp, this.round, 0);
  }

  private assign(round: number): void {
    if (round !== this.round || this.state !== SYNCING) return;
    this.state = STABLE;
    const present = this.present();
    for (const member of this.members) member.joined = member.blocked = false;
    if (this.spec.rebalance.protocol === 'classic') {
      this.wanted = ranges(this.owners.length, present);
      this.owners.forEach((_, partition) => this.listener.taken(partition));
      this.wanted.forEach((member, partition) => this.give(partition, member));
    } else {
      this.move(present, true);
    }
    for (const index of present) this.listener.go(this.members[index]);
  }

  /** Rebalances without a barrier: each partition moves as soon as its reader releases it. */
  private change(): void {
    this.world.meters.count(this.rebalances);
    this.move(this.present(), false);
  }

  /** Moves partitions to a new assignment. `ready`: the pause is over, so free partitions are assigned at once. */
  private move(present: readonly number[], ready: boolean): void {
    const size = this.members.length;
    const load = (member: number): number => loadOf(member, this.beside);
    this.wanted = sticky(this.wanted, present, (owner) => owner >= size, load);
    invariant(
      this.wanted.every((own) => own < 0 || own >= size || this.members[own].inGroup),
      'only members of the group get partitions',
    );
    for (const member of this.members) member.losing.length = 0;
    this.wanted.forEach((next, partition) => {
      const owner = this.owners[partition];
      // A dead member keeps partitions that it had to give up until its session ends.
      if (owner === next || owner >= size) return;
      if (owner >= 0) this.members[owner].losing.push(partition);
      else if (ready) this.give(partition, next);
      else this.hand(partition);
    });
    // A member that revokes partitions joins again: a second rebalance (KIP-429; ConsumerCoordinator.onJoinComplete).
    if (ready && this.members.some(isRevoking)) this.world.meters.count(this.rebalances);
    for (const member of this.members)
      if (isRevoking(member) && isWaiting(member)) this.giveUp(member);
  }

  private giveUp(member: Member): void {
    // With other protocols a joining member has committed already (onJoinPrepare of ConsumerCoordinator.java;
    // signalReconciliationStarted of ConsumerMembershipManager.java).
    if (this.spec.rebalance.protocol === 'consumer') this.listener.parting(member);
    for (const partition of member.losing) this.hand(partition);
    member.losing.length = 0;
  }

  /** Takes a partition from its reader; it has none until the new reader receives it. */
  private hand(partition: number): void {
    this.owners[partition] = -1;
    this.listener.taken(partition);
    const { pauseNs } = this.spec.rebalance;
    this.after(pauseNs, this.grantOp, partition, ++this.grants[partition]);
  }

  private grant(partition: number, grant: number): void {
    if (grant !== this.grants[partition]) return;
    const next = this.wanted[partition];
    const isAlive = next < this.members.length;
    if (next < 0 || (isAlive && !this.members[next].inGroup)) return;
    this.give(partition, next);
    if (isAlive) this.listener.go(this.members[next]);
  }

  /** Assigns a partition. A member that died meanwhile also gets it, and keeps it until its session ends. */
  private give(partition: number, member: number): void {
    this.owners[partition] = member;
    // A rebalance that ends during a handover assigns the partition before its grant comes.
    this.grants[partition]++;
    const isAlive = member >= 0 && member < this.members.length;
    if (isAlive) this.listener.given(partition, this.members[member]);
  }

  private present(): readonly number[] {
    return this.members.flatMap(({ inGroup, index }) => (inGroup ? [index] : []));
  }

  private after(delayNs: Ns, op: number, a: number, b: number): void {
    engine.at(engine.now + delayNs, PHASE.TIMER, op, a, b, 0);
  }
}
