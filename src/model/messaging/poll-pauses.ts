import type { Outcome } from '../../spec/outcome.js';
import type { Instance } from '../instance.js';
import { LEAVE } from './guards.js';
import type { Guards, GuardSetup } from './guards.js';
import type { Member } from './member.js';
import { RANGE } from './member.js';
import type { LoopSetup } from './poll-loop.js';

/** The policies of a group, told whom to call. */
export type GuardMaker = (again: GuardSetup['again'], resume: GuardSetup['resume']) => Guards;

/** What the loop of a member does for it. */
export interface Looping {
  go(member: Member): void;
  wake(member: Member): void;
  /** What is in hand has been handled as far as it goes: it is committed, and the rest let go. */
  finish(member: Member): void;
}

/** The policies around the handler of a group, and what a pause means for its members. */
export class PollPauses {
  private readonly guards: Guards;
  private readonly setup: LoopSetup;
  private readonly loop: Looping;

  constructor(make: GuardMaker, setup: LoopSetup, loop: Looping) {
    this.setup = setup;
    this.loop = loop;
    const { members } = setup;
    const again = (index: number, epoch: number): void => {
      if (members[index].epoch === epoch) loop.go(members[index]);
    };
    this.guards = make(again, (index) => this.resume(members[index]));
  }

  /** Whether the next run may begin; else the member waits for its permit, or is paused. */
  lets(member: Member): boolean {
    const { index, instance, epoch } = member;
    const answer = this.guards.ask(index, index, instance, epoch);
    if (answer === LEAVE.pause) {
      this.pause(member);
      this.guards.pause(index, instance);
    }
    return answer === LEAVE.go;
  }

  ended({ index, instance }: Member, outcome: Outcome): void {
    this.guards.ended(index, instance, outcome);
  }

  /** Its process has died; what it knew of tries is gone. */
  died(member: Member): void {
    const { index, instance } = member;
    if (member.paused) this.unpause(member);
    member.kept[2] = 1;
    this.guards.dropped(index, instance);
    this.guards.left(index, instance);
  }

  /** A process has died with all its members. */
  gone(instance: Instance): void {
    this.guards.died(instance);
  }

  /**
   * Consumption stops in front of a record (Consumer.pause; pauseImmediate of spring-kafka): the member goes
   * on polling, so it stays in the group. What it has handled is committed, the rest is polled again; what was
   * committed beforehand it keeps in its memory.
   */
  private pause(member: Member): void {
    const { membership, partitions, spec, offsets } = this.setup;
    const { batch, at } = member;
    member.paused = member.idle = true;
    if (spec.spec.commit !== 'before') {
      member.kept[0] = batch[at];
      member.kept[1] = batch[at + 1];
      member.kept[2] = member.tries;
      member.turn = Math.max(0, member.assigned.indexOf(batch[at]));
      for (let k = at; k < batch.length; k += RANGE) {
        const log = batch[k];
        if (membership.accepts(member, log % partitions)) offsets.position[log] = batch[k + 1];
        batch[k + 2] = batch[k + 1];
      }
      this.loop.finish(member);
    }
    // A rebalance that waits for its next poll need not wait for the breaker.
    membership.polls(member);
  }

  /** The breaker lets it through. */
  private resume(member: Member): void {
    if (!member.paused) return;
    this.unpause(member);
    if (member.batch.length > 0) this.setup.membership.busy(member);
    this.loop.wake(member);
  }

  private unpause(member: Member): void {
    member.paused = false;
    this.guards.resumed();
  }
}
