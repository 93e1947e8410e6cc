import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { isSuccess, OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { TaskOwner } from '../../resources/tasks.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { AutoCommits } from './auto-commits.js';
import { COMMIT, Commits } from './commits.js';
import { HeldUp } from './held-up.js';
import { empty, RANGE, logsOf, type Member } from './member.js';
import type { Messages, Poison } from './messages.js';
import { placeOf, type Offsets } from './offsets.js';
import type { SharedThread } from './shared-thread.js';
import type { LoopSetup } from './loop-setup.js';
import { PollPauses, type GuardMaker } from './poll-pauses.js';
import { Records } from './records.js';

/** The poll loop of a member: it polls, runs the handler for record after record, commits, and polls again. */
export class PollLoop implements TaskOwner {
  /** Owner number of the group's tasks. */
  readonly owner: number;
  /** Injected errors of the endpoint also hit its deliveries. */
  readonly takesErrors = true;
  private readonly world: BackgroundRun;
  private readonly messages: Messages;
  private readonly offsets: Offsets;
  private readonly pollOp: number;
  private readonly retryOp: number;
  private readonly hangOp: number;
  private readonly autoCommits: AutoCommits;
  private readonly commits: Commits;
  private readonly records: Records;
  private readonly plain: boolean;
  private readonly commit: number;
  private readonly pauses: PollPauses | null;
  private readonly heldUp: HeldUp;

  constructor(private readonly setup: LoopSetup) {
    const { world, messages, offsets, inbox, filter, spec, members } = setup;
    this.world = world;
    this.messages = messages;
    this.offsets = offsets;
    this.records = new Records(setup, spec.spec.filter);
    this.plain = inbox === null && filter === null && spec.spec.batch === 1 && !setup.canBeCut;
    this.commit = COMMIT[spec.spec.commit];
    this.owner = world.tasks.register(this);
    this.heldUp = new HeldUp(spec.part, offsets, setup.partitions);
    world.heldUp.push(() => this.heldUp.records());
    this.pollOp = engine.define('poll', (member, epoch) => {
      if (members[member].epoch === epoch) this.go(members[member]);
    });
    this.retryOp = engine.define('retry', (member, epoch) => {
      if (members[member].epoch === epoch) this.go(members[member]);
    });
    this.hangOp = engine.define('hung', (member, epoch) => {
      if (members[member].epoch === epoch) this.failed(members[member], OUTCOME.timeout);
    });
    this.commits = new Commits({ ...setup, effect: (message) => this.effect(message) });
    this.autoCommits = new AutoCommits(members, spec.spec.autoCommitNs, (member) => {
      for (const log of member.assigned) this.commits.commit(member, log, offsets.position[log]);
    });
    this.pauses = setup.policy === null ? null : this.pausesOf(setup.policy);
  }

  /** Releases everything below the committed offset that no member still handles. */
  letGo(log: number): void {
    this.commits.letGo(log);
  }

  /** A waiting member may have work. Returns false if it cannot poll now. */
  wake(member: Member): boolean {
    if (!member.idle || member.blocked || member.instance.down) return false;
    // A paused member gets no records even though it polls; a non-member has to join first.
    if (member.paused && member.inGroup) return false;
    member.idle = false;
    engine.soon(PHASE.ARRIVAL, this.pollOp, member.index, member.epoch, 0);
    return true;
  }

  /** A member handles its records in a thread that it shares with members of other topics. */
  shares(member: Member, thread: SharedThread): void {
    member.thread = thread;
    member.user = thread.join(() => this.wake(member));
  }

  taskEnded(record: number, outcome: Outcome): void {
    const { members } = this.setup;
    const member = members[record % members.length];
    if (Math.floor(record / members.length) !== member.epoch) return;
    if (isSuccess(outcome)) {
      this.pauses?.ended(member, outcome);
      this.succeeded(member);
      this.go(member);
    } else {
      this.failed(member, outcome);
    }
  }

  /** A process has died with all its members. */
  instanceDied(instance: Instance): void {
    this.pauses?.instanceDied(instance);
  }

  /** The member that a task belongs to. */
  memberOf(record: number): Member {
    const { members } = this.setup;
    return members[record % members.length];
  }

  /** The process of a member has died: uncommitted records are read again; those committed in advance are lost. */
  died(member: Member): void {
    const { batch } = member;
    member.epoch++;
    member.idle = true;
    member.thread?.idles(member.user);
    this.pauses?.died(member);
    const { commit } = this;
    this.records.rest(member, commit === COMMIT.before, (message, place) =>
      this.setup.aftermath.lose(message, place),
    );
    if (commit === COMMIT.transactional) this.commits.undo(member);
    const logs = logsOf(batch);
    empty(batch);
    member.at = 0;
    this.commits.revoked.delete(member);
    for (const log of member.assigned) this.offsets.rewind(log);
    for (const log of logs) this.commits.letGo(log);
  }

  /** A member may lose partitions: it commits first, so that the records it has handled are not read again. */
  parting(member: Member): void {
    if (this.commit === COMMIT.auto) this.autoCommits.now(member);
  }

  /** A log was taken from the member, which still handles the records it has read. */
  lost(member: Member): void {
    if (member.batch.length > member.at) this.commits.revoked.add(member);
  }

  /** Continues until the member has to wait. */
  private go(member: Member): void {
    for (;;) {
      if (member.at >= member.batch.length && !this.polls(member)) {
        member.idle = true;
        return;
      }
      if (this.start(member)) return;
    }
  }

  /** Polls in the thread of the member, if it is free. */
  private polls(member: Member): boolean {
    const { thread, user } = member;
    if (thread === null) return this.poll(member);
    if (!thread.lets(user)) return false;
    const isTaken = this.poll(member);
    if (isTaken) thread.taken(user);
    else thread.idles(user);
    return isTaken;
  }

  /** Fetches available records, up to maxPollRecords, starting with a different log each time; false = none. */
  private poll(member: Member): boolean {
    const { membership, spec } = this.setup;
    const { batch } = member;
    invariant(member.at >= batch.length, 'a member polls after it has handled all records');
    empty(batch);
    member.at = 0;
    if (this.commits.revoked.size > 0) this.commits.revoked.delete(member);
    if (member.instance.frozen === FROZEN.pause) return false;
    if (member.closing) return membership.leave(member);
    if (this.commit === COMMIT.auto) this.autoCommits.polls(member);
    if (!membership.polls(member)) return false;
    // The member may have given up logs in this poll.
    const { assigned } = member;
    const { resets } = this.setup;
    if (resets !== null && resets.pending > 0) resets.polls(assigned);
    const { logs, position } = this.offsets;
    let room = spec.spec.maxPollRecords;
    for (let k = 0; k < assigned.length && room > 0; k++) {
      const log = assigned[(member.turn + k) % assigned.length];
      const from = position[log];
      const to = Math.min(logs[log].partition.readable, from + room);
      if (to <= from || !logs[log].partition.isLed) continue;
      batch.push(log, from, to);
      position[log] = to;
      room -= to - from;
      if (this.commit === COMMIT.before) this.offsets.commit(log, to);
    }
    if (batch.length === 0) return false;
    if (this.commit === COMMIT.auto) this.autoCommits.taken(member);
    member.turn++;
    const [log, offset, tries] = member.kept;
    member.tries = batch[0] === log && batch[1] === offset ? tries : 1;
    membership.busy(member);
    return true;
  }

  /** Runs the handler for the next records; false = finished at once. */
  private start(member: Member): boolean {
    const { batch, at } = member;
    const { spec, index, members } = this.setup;
    const { tasks } = this.world;
    const { partition } = this.offsets.logs[batch[at]];
    const from = batch[at + 1];
    invariant(
      at < batch.length && from < batch[at + 2],
      'a handler gets records that are not handled yet',
    );
    const message = partition.at(from);
    member.sure = member.outputs.length;
    member.run = this.plain ? 1 : Math.min(spec.spec.batch, batch[at + 2] - from);
    const program = this.plain ? spec.program : this.programFor(member);
    if (program < 0) return this.passed(member);
    if (this.pauses?.lets(member) === false) return true;
    member.began = engine.now;
    const isAside = batch[at] >= this.setup.partitions;
    if (isAside && member.tries + this.offsets.triesBefore(batch[at], from) === 1) {
      // The record was handled before in the topic's log; reads that repeat within this log are counted separately.
      this.world.meters.count(this.setup.redelivered, member.run);
    }
    if (this.messages.poisons.length > 0) {
      const poison = this.records.poisonOf(member);
      if (poison !== null) return this.poisoned(member, poison);
    }
    const record = member.index + members.length * member.epoch;
    const isEffect = program === spec.program;
    const nth = this.tryOf(member, message);
    const context = this.messages.context(message, index, nth, nth, isEffect, spec.part);
    for (let k = 1; k < member.run; k++) this.messages.handlesToo(partition.at(from + k));
    if (!this.plain) this.messages.handles(this.records.newOf(member));
    tasks.start(this.owner, record, member.instance.id, spec.handler, context, program);
    return true;
  }

  /** What handles the next records: the handler, only its look into the inbox, or -1 = nothing. */
  private programFor(member: Member): number {
    const { spec, inbox } = this.setup;
    if (!this.records.wantsAny(member)) return -1;
    return inbox !== null && this.records.newOf(member) === 0 ? spec.lookup : spec.program;
  }

  /** Number of this try, over all deliveries of the message. */
  private tryOf({ batch, at, tries }: Member, message: number): number {
    const { aftermath } = this.setup;
    if (aftermath.waitsElsewhere) return aftermath.begins(message);
    return tries + this.offsets.triesBefore(batch[at], batch[at + 1]);
  }

  /** The handler has had its effect on every record of the run. */
  private succeeded(member: Member): void {
    const { consumed, delays } = this.setup;
    const { messages, world } = this;
    const isPart = this.commit === COMMIT.transactional;
    const { batch, at, run } = member;
    const { partition } = this.offsets.logs[batch[at]];
    for (let k = 0; k < run; k++) {
      const message = partition.at(batch[at + 1] + k);
      if (!this.plain && !this.records.isNew(member, message)) continue;
      if (isPart) member.effects.push(batch[at], batch[at + 1] + k, message);
      else this.effect(message);
      world.meters.count(consumed);
      world.meters.took(delays, messages.cell[message], messages.age(message));
    }
    this.advance(member);
  }

  private effect(message: number): void {
    const { inbox, duplicates, index, aftermath } = this.setup;
    const isAgain = this.messages.effect(message, index);
    if (isAgain && duplicates !== null) this.world.meters.count(duplicates);
    inbox?.note(message);
    aftermath.settled(message);
  }

  private pausesOf(make: GuardMaker): PollPauses {
    return new PollPauses(make, this.setup, {
      go: (member) => this.go(member),
      wake: (member) => this.wake(member),
      finish: (member) => {
        const { commit } = this;
        if (commit === COMMIT.transactional) this.commits.end(member);
        else if (commit === COMMIT.afterBatch) this.commits.commitBatch(member);
        const logs = this.commits.revoked.delete(member) ? logsOf(member.batch) : [];
        empty(member.batch);
        member.at = 0;
        for (const log of logs) this.commits.letGo(log);
        member.thread?.idles(member.user);
      },
    });
  }

  /** The handler has failed: the member waits for a retry, or moves on. */
  private failed(member: Member, outcome: Outcome): void {
    this.pauses?.ended(member, outcome);
    if (!this.again(member)) this.go(member);
  }

  /** Handles a failed run. True if the member waits for another try. */
  private again(member: Member): boolean {
    const { aftermath, redelivered } = this.setup;
    const { batch, at, run, tries } = member;
    invariant(run > 0 && at < batch.length, 'a handler fails on records that it had');
    const { partition } = this.offsets.logs[batch[at]];
    this.undo(member);
    if (!aftermath.keeps(tries)) {
      const isPassed = this.commits.isPassed(member);
      for (let k = 0; k < run; k++) {
        const offset = batch[at + 1] + k;
        const message = partition.at(offset);
        if (!this.plain && !this.records.wants(message)) continue;
        if (this.commit === COMMIT.transactional) {
          member.left.push(batch[at], offset, message);
        } else aftermath.leave(message, placeOf(batch[at], offset), isPassed);
      }
      this.advance(member);
      return false;
    }
    const { meters } = this.world;
    this.heldUp.failed(batch[at], batch[at + 1]);
    const wait = aftermath.waitNs(tries, partition.at(batch[at + 1]), member.began);
    meters.count(redelivered, run);
    this.offsets.tried(batch[at], ++member.tries);
    if (wait === 0) return false;
    engine.at(engine.now + wait, PHASE.RETRY, this.retryOp, member.index, member.epoch, 0);
    return true;
  }

  /** Drops the messages that the failed try has published. */
  private undo({ outputs, sure }: Member): void {
    for (let k = sure; k < outputs.length; k += 2) this.messages.drop(outputs[k + 1]);
    outputs.length = sure;
  }

  private passed(member: Member): boolean {
    this.advance(member);
    return false;
  }

  /** The run is over, whatever its outcome. */
  private advance(member: Member): void {
    const { batch, at } = member;
    const { commit } = this;
    const log = batch[at];
    if (this.setup.canBeCut) this.abandonCut(member);
    this.heldUp.passed(log, batch[at + 1]);
    batch[at + 1] += member.run;
    invariant(batch[at + 1] <= batch[at + 2], 'a member handles only the records that it has read');
    invariant(!member.idle, 'a member that handles records does not wait for a poll');
    member.tries = 1;
    if (batch[at + 1] === batch[at + 2]) member.at += RANGE;
    if (commit === COMMIT.afterEach) this.commits.commit(member, log, batch[at + 1]);
    else if (commit === COMMIT.before) this.commits.letGo(log);
    if (member.at < batch.length) return;
    if (commit === COMMIT.transactional) this.commits.end(member);
    else if (commit === COMMIT.afterBatch) this.commits.commitBatch(member);
    if (this.commits.revoked.has(member)) for (const own of logsOf(batch)) this.commits.letGo(own);
  }

  /** Gives up records that were truncated from the log after they were read. */
  private abandonCut(member: Member): void {
    const { batch, at, run } = member;
    const { partition } = this.offsets.logs[batch[at]];
    for (let k = 0; k < run; k++) {
      const offset = batch[at + 1] + k;
      const message = partition.at(offset);
      if (!this.records.isCut(message)) continue;
      const place = placeOf(batch[at], offset);
      this.setup.aftermath.abandon(message, place, this.commits.isPassed(member));
    }
  }

  /** A poison record fails at once, kills the process, or hangs. */
  private poisoned(member: Member, { effect, restartNs }: Poison): boolean {
    const { outages } = this.world;
    this.heldUp.failed(member.batch[member.at], member.batch[member.at + 1]);
    if (effect === 'error') {
      this.pauses?.ended(member, OUTCOME.serverError);
      return this.again(member);
    }
    if (effect === 'crash') {
      outages.die(member.instance, restartNs);
      return true;
    }
    const { timeLimitNs } = this.setup.spec;
    if (timeLimitNs !== null) {
      engine.at(engine.now + timeLimitNs, PHASE.TIMER, this.hangOp, member.index, member.epoch, 0);
    }
    return true;
  }
}
