import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Subscriber } from '../../spec/messaging.js';
import { FROZEN } from '../instance.js';
import type { Counter } from '../meters.js';
import type { World } from '../world.js';
import { ranges, sticky } from './assignment.js';
import type { Owners } from './assignment.js';
import type { Member } from './member.js';

/** What a group does when its partitions change hands. */
export interface Dealt {
  /** A member reads the partition from the committed offset on. */
  given(partition: number, member: Member): void;
  /** Nobody reads it from now on. */
  taken(partition: number): void;
  /** A member may poll. */
  go(member: Member): void;
  /** A member is about to lose partitions, and knows it: nothing of what it has read is in hand. */
  parting(member: Member): void;
  /** Somebody is in the group, or nobody is any more. */
  peopled(any: boolean): void;
}

export interface MembershipSetup {
  readonly world: World;
  readonly spec: Subscriber;
  readonly members: readonly Member[];
  readonly partitions: number;
  readonly dealt: Dealt;
  readonly rebalances: Counter;
  /** Nobody has joined at the beginning. */
  readonly isEmpty: boolean;
}

/** Somebody who sends no heartbeats, until the session ends. */
interface Ghost {
  readonly id: number;
  readonly member: number;
  /** Whom the coordinator takes it for: the member itself, or one of before its process died. */
  readonly identity: number;
}

const STABLE = 0;
/** Waits until all members have joined again. */
const PREPARING = 1;
/** All have joined; the assignment is on its way. */
const SYNCING = 2;

/**
 * Who is in a group and reads what: the coordinator's side. Two detectors of failure: a member
 * without heartbeats for the session timeout is declared dead, and one that does not poll leaves by itself.
 * A group stands when the run begins.
 */
export class Membership {
  /** By partition: its reader, -1 = none, from the number of members on one that has died. */
  readonly owners: Owners;
  private readonly world: World;
  private readonly spec: Subscriber;
  private readonly members: readonly Member[];
  private readonly dealt: Dealt;
  private readonly rebalances: Counter;
  private readonly assignOp: number;
  private readonly grantOp: number;
  private readonly ghostOp: number;
  private readonly watchOp: number;
  private readonly openOp: number;
  /** Partitions on their way to a new reader: the event that brings them is void if it is another. */
  private readonly grants: Int32Array;
  /** What the assignment in force wants; differs from `owners` while partitions move. */
  private wanted: Owners;
  private ghosts: Ghost[] = [];
  private lastGhost = 0;
  private state = STABLE;
  /** Voids an assignment that is overtaken. */
  private round = 0;
  /** Before this a group that was empty does not begin; whether others came since it was set. */
  private opens: Ns = 0;
  private joinedSince = false;

  constructor(setup: MembershipSetup) {
    const { world, spec, members, partitions, dealt, rebalances, isEmpty } = setup;
    this.world = world;
    this.spec = spec;
    this.members = members;
    this.dealt = dealt;
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

  /** Whether a commit of the member for the partition is accepted. */
  accepts(member: Member, partition: number): boolean {
    return member.inGroup && this.owners[partition] === member.index;
  }

  /** Told at the start of each poll; false when there is nothing for the member for now. */
  polls(member: Member): boolean {
    if (!member.inGroup) {
      this.join(member);
      return false;
    }
    if (member.called) {
      this.joins(member);
      this.complete();
    }
    if (member.losing.length > 0) this.giveUp(member);
    return !member.blocked;
  }

  /** A member has taken records: from now on it has to poll again in time. */
  busy(member: Member): void {
    member.polled = engine.now;
    if (member.watched) return;
    member.watched = true;
    this.after(this.spec.maxPollNs, this.watchOp, member.index, 0);
  }

  /** The process of a member has died without a word. */
  died(member: Member): void {
    if (!member.inGroup) return;
    const { index } = member;
    if (this.spec.rebalance.isStatic) {
      this.haunt(member, index);
      return;
    }
    // A process that starts again is another member; this one is there until its session ends.
    const identity = index + this.members.length;
    this.ghosts = this.ghosts.filter((ghost) => ghost.identity !== index);
    this.rename(index, identity);
    member.inGroup = member.called = member.joined = member.blocked = false;
    member.losing.length = 0;
    this.haunt(member, identity);
  }

  /** It commits and says that it goes; a static one does not say so, and is missed when its session ends (KIP-345). */
  leave(member: Member): false {
    this.world.outages.terminations.look(member.instance);
    if (!member.inGroup) return false;
    this.dealt.parting(member);
    if (this.spec.rebalance.isStatic) return false;
    this.expel(member);
    this.changed();
    return false;
  }

  /** Its process is up again. */
  started(member: Member): void {
    // A static member takes up where it was; nobody has missed it.
    if (member.inGroup) this.heard(member);
    this.dealt.go(member);
  }

  /** Its process stands still: no heartbeat leaves it. */
  silent(member: Member): void {
    if (member.inGroup) this.haunt(member, member.index);
  }

  /** It goes on. */
  heard(member: Member): void {
    this.ghosts = this.ghosts.filter(({ identity }) => identity !== member.index);
    member.since = engine.now;
  }

  /** Everybody is asked to join again. */
  force(): void {
    if (this.spec.rebalance.protocol === 'consumer') this.change();
    else this.prepare();
  }

  /** Declared dead at the last heartbeat plus the session timeout. */
  private haunt(member: Member, identity: number): void {
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
    if (identity === member) this.expel(this.members[member]);
    else if (!this.ghosts.some((other) => other.identity === identity)) this.rename(identity, -1);
    this.changed();
  }

  /** No member any more; what it still handles is nobody's. */
  private expel(member: Member): void {
    member.inGroup = member.called = member.joined = member.blocked = false;
    member.losing.length = 0;
    this.owners.forEach((owner, partition) => {
      if (owner === member.index) this.dealt.taken(partition);
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

  /** Looks whether a member has polled in time; a static one goes on silently until its session ends. */
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
      // It cannot leave while it stands still.
      this.after(heartbeatNs, this.watchOp, index, stage);
    } else {
      member.watched = false;
      this.expel(member);
      this.changed();
    }
  }

  private join(member: Member): void {
    const { rebalance, maxPollNs } = this.spec;
    const isEmpty = this.state === STABLE && !this.members.some(({ inGroup }) => inGroup);
    member.inGroup = true;
    member.since = engine.now;
    this.joinedSince = true;
    this.dealt.peopled(true);
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

  /** The delay of an empty group is over, unless others have come in it. */
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
    if (!any) this.dealt.peopled(false);
    if (this.spec.rebalance.protocol === 'consumer') this.change();
    else this.prepare();
  }

  private prepare(): void {
    if (this.state === STABLE) this.world.meters.count(this.rebalances);
    if (this.state !== PREPARING) {
      this.state = PREPARING;
      this.round++;
      for (const member of this.members) {
        if (!member.inGroup || member.joined) continue;
        // One that waits in a poll joins at once, the others with their next poll.
        if (isWaiting(member)) this.joins(member);
        else member.called = true;
      }
    }
    this.complete();
  }

  private joins(member: Member): void {
    this.dealt.parting(member);
    member.called = false;
    member.joined = true;
    if (this.spec.rebalance.protocol === 'classic') member.blocked = true;
  }

  private complete(): void {
    if (this.state !== PREPARING || this.ghosts.length > 0) return;
    if (engine.now < this.opens) return;
    for (const member of this.members) if (member.inGroup && !member.joined) return;
    this.state = SYNCING;
    this.after(this.spec.rebalance.pauseNs, this.assignOp, this.round, 0);
  }

  private assign(round: number): void {
    if (round !== this.round || this.state !== SYNCING) return;
    this.state = STABLE;
    const present = this.present();
    for (const member of this.members) member.joined = member.blocked = false;
    if (this.spec.rebalance.protocol === 'classic') {
      this.wanted = ranges(this.owners.length, present);
      this.owners.forEach((_, partition) => this.dealt.taken(partition));
      this.wanted.forEach((member, partition) => this.give(partition, member));
    } else {
      this.move(present, true);
    }
    for (const index of present) this.dealt.go(this.members[index]);
  }

  /** Without a barrier: what has to move moves as soon as its reader lets go of it. */
  private change(): void {
    this.world.meters.count(this.rebalances);
    this.move(this.present(), false);
  }

  /** `ready`: what is nobody's is given at once, since the pause for it is over. */
  private move(present: readonly number[], ready: boolean): void {
    const size = this.members.length;
    this.wanted = sticky(this.wanted, present, (owner) => owner >= size);
    for (const member of this.members) member.losing.length = 0;
    this.wanted.forEach((next, partition) => {
      const owner = this.owners[partition];
      // One that has died keeps what it was to give up until its session ends.
      if (owner === next || owner >= size) return;
      if (owner >= 0) this.members[owner].losing.push(partition);
      else if (ready) this.give(partition, next);
      else this.hand(partition);
    });
    for (const member of this.members) {
      if (member.losing.length > 0 && isWaiting(member)) this.giveUp(member);
    }
  }

  private giveUp(member: Member): void {
    // With the others who joins has committed, and does not again (onJoinPrepare of ConsumerCoordinator.java;
    // signalReconciliationStarted of ConsumerMembershipManager.java).
    if (this.spec.rebalance.protocol === 'consumer') this.dealt.parting(member);
    for (const partition of member.losing) this.hand(partition);
    member.losing.length = 0;
  }

  /** The partition is nobody's until it has arrived at its new reader. */
  private hand(partition: number): void {
    this.owners[partition] = -1;
    this.dealt.taken(partition);
    const { pauseNs } = this.spec.rebalance;
    this.after(pauseNs, this.grantOp, partition, ++this.grants[partition]);
  }

  private grant(partition: number, grant: number): void {
    if (grant !== this.grants[partition]) return;
    const next = this.wanted[partition];
    const isAlive = next < this.members.length;
    if (next < 0 || (isAlive && !this.members[next].inGroup)) return;
    this.give(partition, next);
    if (isAlive) this.dealt.go(this.members[next]);
  }

  /** The coordinator also gives it to one that has died on the way, until that one's session ends. */
  private give(partition: number, member: number): void {
    this.owners[partition] = member;
    const isAlive = member >= 0 && member < this.members.length;
    if (isAlive) this.dealt.given(partition, this.members[member]);
  }

  private present(): readonly number[] {
    return this.members.flatMap(({ inGroup, index }) => (inGroup ? [index] : []));
  }

  private after(delayNs: Ns, op: number, a: number, b: number): void {
    engine.at(engine.now + delayNs, PHASE.TIMER, op, a, b, 0);
  }
}

/** Whether a member waits in a poll, so that it hears of a rebalance at once; one that hangs still polls. */
function isWaiting({ idle, instance }: Member): boolean {
  return idle && !instance.down && instance.frozen !== FROZEN.pause;
}
