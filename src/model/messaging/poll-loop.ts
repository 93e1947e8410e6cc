import { PHASE } from '../../kernel/phase.js';
import { unit } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import { isSuccess } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanGroup } from '../../spec/messaging.js';
import { FROZEN } from '../instance.js';
import type { Counter, Durations } from '../meters.js';
import type { TaskOwner } from '../tasks.js';
import type { World } from '../world.js';
import type { Aftermath } from './aftermath.js';
import type { Inboxes } from './inboxes.js';
import type { Member } from './member.js';
import { RANGE } from './member.js';
import type { Membership } from './membership.js';
import type { Messages, Poison } from './messages.js';
import type { Offsets } from './offsets.js';

/** What the loops of a group share. */
export interface LoopSetup {
  readonly world: World;
  readonly messages: Messages;
  readonly spec: PlanGroup;
  /** Place of the group in its topic. */
  readonly index: number;
  readonly partitions: number;
  readonly members: readonly Member[];
  readonly offsets: Offsets;
  readonly membership: Membership;
  readonly aftermath: Aftermath;
  readonly inbox: Inboxes | null;
  /** Draws which messages are wanted; null = all. */
  readonly filter: StreamKey | null;
  readonly consumed: Counter;
  readonly duplicates: Counter;
  readonly redelivered: Counter;
  readonly delays: Durations;
  /** What a transaction has published is sent, or thrown away. */
  readonly settle: (member: Member, isCommitted: boolean) => void;
}

/** What a member does: it polls, runs the handler for record after record, commits, and polls again. */
export class PollLoop implements TaskOwner {
  /** Number by which the tasks of the group go. */
  readonly owner: number;
  /** Errors that are injected into the endpoint hit its deliveries. */
  readonly takesErrors = true;
  private readonly setup: LoopSetup;
  private readonly world: World;
  private readonly messages: Messages;
  private readonly offsets: Offsets;
  private readonly pollOp: number;
  private readonly retryOp: number;
  private readonly hangOp: number;
  private readonly commitOp: number;
  /** Members that handle what may be read by somebody else by now. */
  private readonly strays = new Set<Member>();
  private readonly plain: boolean;

  constructor(setup: LoopSetup) {
    this.setup = setup;
    const { world, messages, offsets, inbox, filter, spec, members } = setup;
    this.world = world;
    this.messages = messages;
    this.offsets = offsets;
    this.plain = inbox === null && filter === null && spec.spec.batch === 1;
    this.owner = world.tasks.register(this);
    const { engine } = world;
    this.pollOp = engine.define('poll', (member, epoch) => {
      if (members[member].epoch === epoch) this.go(members[member]);
    });
    this.retryOp = engine.define('retry', (member, epoch) => {
      if (members[member].epoch === epoch) this.go(members[member]);
    });
    this.hangOp = engine.define('hung', (member, epoch) => {
      if (members[member].epoch === epoch) this.failed(members[member]);
    });
    this.commitOp = engine.define('auto-commit', (member) => this.commitIdle(members[member]));
  }

  /** There may be something to do for a member that waits. */
  wake(member: Member): void {
    if (!member.idle || member.blocked || member.instance.down) return;
    member.idle = false;
    this.world.engine.soon(PHASE.ARRIVAL, this.pollOp, member.index, member.epoch, 0);
  }

  taskEnded(record: number, outcome: Outcome): void {
    const { members } = this.setup;
    const member = members[record % members.length];
    if (Math.floor(record / members.length) !== member.epoch) return;
    if (isSuccess(outcome)) {
      this.succeeded(member);
      this.go(member);
    } else {
      this.failed(member);
    }
  }

  /** The member a task belongs to. */
  memberOf(record: number): Member {
    const { members } = this.setup;
    return members[record % members.length];
  }

  /** Its process has died: what was read and not committed is read again, what was committed first is lost. */
  died(member: Member): void {
    const { batch } = member;
    member.epoch++;
    member.idle = true;
    const { commit } = this.setup.spec.spec;
    this.loseRest(member, commit === 'before');
    if (commit === 'transactional') this.settle(member, false);
    const logs = logsOf(batch);
    batch.length = member.at = 0;
    this.strays.delete(member);
    for (const log of member.assigned) this.offsets.rewind(log);
    for (const log of logs) this.letGo(log);
  }

  /** A log of the member is no longer its own; what it has taken of it, it goes on to handle. */
  lost(member: Member): void {
    if (member.batch.length > member.at) this.strays.add(member);
  }

  /** Nothing below the committed offset is needed but what members still handle. */
  letGo(log: number): void {
    let bound = this.offsets.committed[log];
    for (const { batch, at } of this.setup.members) {
      for (let k = at; k < batch.length; k += RANGE) {
        if (batch[k] === log) bound = Math.min(bound, batch[k + 1]);
      }
    }
    this.offsets.release(log, bound);
  }

  /** Goes on until the member waits for something. */
  private go(member: Member): void {
    for (;;) {
      if (member.at >= member.batch.length && !this.poll(member)) {
        member.idle = true;
        return;
      }
      if (this.start(member)) return;
    }
  }

  /** Takes what is there, up to maxPollRecords, beginning with another log each time; false = nothing. */
  private poll(member: Member): boolean {
    const { membership, spec } = this.setup;
    const { assigned, batch } = member;
    batch.length = member.at = 0;
    if (this.strays.size > 0) this.strays.delete(member);
    if (member.instance.frozen === FROZEN.pause) return false;
    if (spec.spec.commit === 'auto') this.autoCommit(member);
    if (!membership.polls(member)) return false;
    const { logs, position } = this.offsets;
    let room = spec.spec.maxPollRecords;
    for (let k = 0; k < assigned.length && room > 0; k++) {
      const log = assigned[(member.turn + k) % assigned.length];
      const from = position[log];
      const to = Math.min(logs[log].partition.end, from + room);
      if (to === from || !logs[log].partition.isLed) continue;
      batch.push(log, from, to);
      position[log] = to;
      room -= to - from;
      if (spec.spec.commit === 'before') this.offsets.commit(log, to);
    }
    if (batch.length === 0) return false;
    if (spec.spec.commit === 'auto' && !member.scheduled) this.scheduleCommit(member);
    member.turn++;
    member.tries = 1;
    membership.busy(member);
    return true;
  }

  /** Runs the handler for the records that are next; false = it was over at once. */
  private start(member: Member): boolean {
    const { batch, at, tries } = member;
    const { spec, index, members, inbox } = this.setup;
    const { engine, tasks } = this.world;
    const { partition } = this.offsets.logs[batch[at]];
    const from = batch[at + 1];
    const message = partition.at(from);
    member.began = engine.now;
    member.kept = member.outputs.length;
    let program = spec.program;
    if (this.plain) {
      member.run = 1;
    } else {
      member.run = Math.min(spec.spec.batch, batch[at + 2] - from);
      if (!this.some(member, (one) => this.wants(one))) return this.passed(member);
      if (inbox !== null && !this.some(member, (one) => this.wants(one) && !inbox.has(one))) {
        if (spec.lookup < 0) return this.passed(member);
        program = spec.lookup;
      }
    }
    if (this.messages.poisons.length > 0) {
      const poison = this.poisonOf(member);
      if (poison !== null) return this.poisoned(member, poison);
    }
    const record = member.index + members.length * member.epoch;
    const context = this.messages.context(message, index, tries);
    tasks.start(this.owner, record, member.instance.id, spec.handler, context, program);
    return true;
  }

  /** The handler has had its effect on every record of the run. */
  private succeeded(member: Member): void {
    const { inbox, consumed, delays, spec } = this.setup;
    const { messages, world } = this;
    const isPart = spec.spec.commit === 'transactional';
    const { batch, at, run } = member;
    const { partition } = this.offsets.logs[batch[at]];
    for (let k = 0; k < run; k++) {
      const message = partition.at(batch[at + 1] + k);
      if (!this.plain && (!this.wants(message) || inbox?.has(message) === true)) continue;
      if (isPart) member.effects.push(message);
      else this.effect(message);
      world.meters.count(consumed);
      world.meters.took(delays, messages.cell[message], messages.age(message));
    }
    this.advance(member);
  }

  private effect(message: number): void {
    const { inbox, duplicates, index, aftermath } = this.setup;
    if (this.messages.effect(message, index)) this.world.meters.count(duplicates);
    inbox?.note(message);
    aftermath.settled(message);
  }

  /** The handler has failed: it is tried again, or the member goes on without these records. */
  private failed(member: Member): void {
    if (!this.again(member)) this.go(member);
  }

  /** True when the member waits for another try. */
  private again(member: Member): boolean {
    const { aftermath, redelivered } = this.setup;
    const { batch, at, run, tries } = member;
    const { partition } = this.offsets.logs[batch[at]];
    this.undo(member);
    if (!aftermath.keeps(tries)) {
      for (let k = 0; k < run; k++) {
        const message = partition.at(batch[at + 1] + k);
        if (this.plain || this.wants(message)) aftermath.leave(message);
      }
      this.advance(member);
      return false;
    }
    const { engine, meters } = this.world;
    const wait = aftermath.waitNs(tries, partition.at(batch[at + 1]), member.began);
    meters.count(redelivered, run);
    member.tries++;
    if (wait === 0) return false;
    engine.at(engine.now + wait, PHASE.RETRY, this.retryOp, member.index, member.epoch, 0);
    return true;
  }

  /** What a try that failed has published is no part of the transaction. */
  private undo({ outputs, kept }: Member): void {
    for (let k = kept; k < outputs.length; k += 2) this.messages.drop(outputs[k + 1]);
    outputs.length = kept;
  }

  private passed(member: Member): boolean {
    this.advance(member);
    return false;
  }

  /** The run is over, however it ended. */
  private advance(member: Member): void {
    const { commit } = this.setup.spec.spec;
    const { batch, at } = member;
    const log = batch[at];
    batch[at + 1] += member.run;
    member.tries = 1;
    if (batch[at + 1] === batch[at + 2]) member.at += RANGE;
    if (commit === 'afterEach') this.commit(member, log, batch[at + 1]);
    else if (commit === 'before') this.letGo(log);
    if (member.at < batch.length) return;
    if (commit === 'transactional') this.end(member);
    else if (commit === 'afterBatch') this.commitBatch(member);
    if (this.strays.has(member)) for (const own of logsOf(batch)) this.letGo(own);
  }

  private commitBatch(member: Member): void {
    const { batch } = member;
    for (let k = 0; k < batch.length; k += RANGE) this.commit(member, batch[k], batch[k + 2]);
  }

  /** A commit of who is no member any more, or has lost the partition, fails (KF-4). */
  private commit(member: Member, log: number, offset: number): void {
    const { membership, partitions } = this.setup;
    if (!membership.accepts(member, log % partitions)) return;
    this.offsets.commit(log, offset);
    // Retention may have moved the group past what the member still handles.
    if (this.strays.size > 0 || this.offsets.committed[log] > offset) this.letGo(log);
    else this.offsets.release(log, this.offsets.committed[log]);
  }

  /** What earlier polls have returned is committed by the first poll after the interval (KF-8). */
  private autoCommit(member: Member): void {
    const { engine } = this.world;
    const { autoCommitNs } = this.setup.spec.spec;
    if (engine.now < member.commits && !member.called) return;
    member.commits = engine.now + autoCommitNs;
    for (const log of member.assigned) this.commit(member, log, this.offsets.position[log]);
  }

  /** A member without records polls all the same, and so commits when it is time. */
  private commitIdle(member: Member): void {
    const { engine } = this.world;
    if (member.idle && member.inGroup && engine.now >= member.commits) {
      member.scheduled = false;
      if (member.instance.frozen === FROZEN.no) this.autoCommit(member);
    } else {
      this.scheduleCommit(member);
    }
  }

  private scheduleCommit(member: Member): void {
    const { engine } = this.world;
    const { autoCommitNs } = this.setup.spec.spec;
    const at = engine.now < member.commits ? member.commits : engine.now + autoCommitNs;
    member.scheduled = true;
    engine.at(at, PHASE.TIMER, this.commitOp, member.index, 0, 0);
  }

  /** Effects, offsets and outputs of a transaction come together, or not at all. */
  private end(member: Member): void {
    const { membership, partitions } = this.setup;
    const isAccepted = logsOf(member.batch).every((log) =>
      membership.accepts(member, log % partitions),
    );
    if (!isAccepted) {
      this.settle(member, false);
      return;
    }
    for (const message of member.effects) this.effect(message);
    this.commitBatch(member);
    this.settle(member, true);
  }

  private settle(member: Member, isCommitted: boolean): void {
    member.effects.length = 0;
    this.setup.settle(member, isCommitted);
  }

  /** What nobody will read again of the records in hand: all of them, or those that retention has passed. */
  private loseRest({ batch, at, assigned }: Member, isAll: boolean): void {
    const { logs, committed } = this.offsets;
    for (let k = at; k < batch.length; k += RANGE) {
      const log = batch[k];
      const { partition } = logs[log];
      let end = batch[k + 2];
      if (!isAll) end = assigned.includes(log) ? Math.min(end, committed[log]) : 0;
      for (let offset = batch[k + 1]; offset < end; offset++) {
        const message = partition.at(offset);
        if (this.wants(message)) this.setup.aftermath.lose(message);
      }
    }
  }

  /** Whether a group without a filter, or whose filter lets it through, wants the message. */
  private wants(message: number): boolean {
    const { filter, spec } = this.setup;
    if (filter === null) return true;
    const { lineageA, lineageB } = this.messages;
    return unit(filter.a, filter.b, lineageA[message], lineageB[message], 0) < spec.spec.filter;
  }

  private some({ batch, at, run }: Member, test: (message: number) => boolean): boolean {
    const { partition } = this.offsets.logs[batch[at]];
    for (let k = 0; k < run; k++) if (test(partition.at(batch[at + 1] + k))) return true;
    return false;
  }

  /** The poison among the records of a run, the worst of several; null = none. */
  private poisonOf({ batch, at, run }: Member): Poison | null {
    const { partition } = this.offsets.logs[batch[at]];
    let worst = 0;
    for (let k = 0; k < run; k++) {
      worst = Math.max(worst, this.messages.poison[partition.at(batch[at + 1] + k)]);
    }
    return worst === 0 ? null : this.messages.poisons[worst - 1];
  }

  /** A poison record fails at once, kills the process, or is never through with (PO-1). */
  private poisoned(member: Member, { effect, restartNs }: Poison): boolean {
    const { engine, outages } = this.world;
    if (effect === 'error') return this.again(member);
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

function logsOf(batch: readonly number[]): readonly number[] {
  return batch.filter((_, k) => k % RANGE === 0);
}
