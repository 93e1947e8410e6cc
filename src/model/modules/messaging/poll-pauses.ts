import { invariant } from '../../../kernel/invariant.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PlanGroup } from '../../../contracts/plan/messaging.js';
import type { Instance } from '../../data/instances/instance.js';
import { LEAVE, type Guards, type GuardSetup } from './guards.js';
import { RANGE, type Member } from './member.js';
import type { Membership } from './membership.js';
import type { Offsets } from './offsets.js';

/** Makes the policies of a group; takes the callbacks for runs that ask again and members that resume. */
export type GuardMaker = (again: GuardSetup['again'], resume: GuardSetup['resume']) => Guards;

/** The members of a group, and the logs that they read. */
export interface PauseSetup {
  readonly spec: PlanGroup;
  readonly partitions: number;
  readonly members: readonly Member[];
  readonly offsets: Offsets;
  readonly membership: Membership;
}

/** The parts of the poll loop that a pause needs. */
export interface Looping {
  go(member: Member): void;
  wake(member: Member): void;
  /** Commits the records handled so far and drops the rest of the batch. */
  finish(member: Member): void;
}

/** The policies around the handler of a group, and the pauses of its members. */
export class PollPauses {
  private readonly guards: Guards;
  private readonly setup: PauseSetup;
  private readonly loop: Looping;

  constructor(make: GuardMaker, setup: PauseSetup, loop: Looping) {
    this.setup = setup;
    this.loop = loop;
    const { members } = setup;
    const again = (index: number, epoch: number): void => {
      if (members[index].epoch === epoch) loop.go(members[index]);
    };
    this.guards = make(again, (index) => this.resume(members[index]));
  }

  /** True if the next run may begin; otherwise the member waits for its permit, or is paused. */
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

  /** The process of a member has died, and its count of tries is lost. */
  died(member: Member): void {
    const { index, instance } = member;
    if (member.paused) this.unpause(member);
    member.kept[2] = 1;
    this.guards.dropped(index, instance);
    this.guards.left(index, instance);
  }

  /** A process has died with all its members. */
  instanceDied(instance: Instance): void {
    this.guards.died(instance);
  }

  /**
   * Pauses consumption in front of a record (Consumer.pause; pauseImmediate of spring-kafka). The member keeps polling,
   * so it stays in the group. It commits the records it has handled and polls the rest again, unless they were
   * committed in advance: then it keeps them in memory.
   */
  private pause(member: Member): void {
    invariant(!member.paused, 'a member pauses once');
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
    // A pending rebalance that waits for its next poll need not wait for the breaker.
    membership.polls(member);
  }

  /** The breaker lets the member resume. */
  private resume(member: Member): void {
    if (!member.paused) return;
    this.unpause(member);
    if (member.batch.length > 0) this.setup.membership.busy(member);
    this.loop.wake(member);
  }

  private unpause(member: Member): void {
    invariant(member.paused, 'a member resumes once');
    member.paused = false;
    this.guards.resumed();
  }
}
