import type { Aftermath } from './aftermath.js';
import { RANGE, logsOf } from './member.js';
import type { Member } from './member.js';
import type { Membership } from './membership.js';
import type { Offsets } from './offsets.js';
import { placeOf } from './offsets.js';

interface CommitsSetup {
  readonly partitions: number;
  readonly members: readonly Member[];
  readonly offsets: Offsets;
  readonly membership: Membership;
  readonly aftermath: Aftermath;
  /** What a transaction has published is sent, or thrown away. */
  readonly settle: (member: Member, isCommitted: boolean) => void;
  /** A message has had its effect. */
  readonly effect: (message: number) => void;
}

/** Up to where a group need not read again, and what it needs no more. */
export class Commits {
  /** Members that handle what may be read by somebody else by now. */
  readonly strays = new Set<Member>();
  private readonly setup: CommitsSetup;
  private readonly offsets: Offsets;

  constructor(setup: CommitsSetup) {
    this.setup = setup;
    this.offsets = setup.offsets;
  }

  /** A commit of who is no member any more, or has lost the partition, fails. */
  commit(member: Member, log: number, offset: number): void {
    const { membership, partitions } = this.setup;
    if (!membership.accepts(member, log % partitions)) return;
    this.offsets.commit(log, offset);
    // Retention may have moved the group past what the member still handles.
    if (this.strays.size > 0 || this.offsets.committed[log] > offset) this.letGo(log);
    else this.offsets.release(log, this.offsets.committed[log]);
  }

  commitBatch(member: Member): void {
    const { batch } = member;
    for (let k = 0; k < batch.length; k += RANGE) this.commit(member, batch[k], batch[k + 2]);
  }

  /** Effects, offsets, outputs and what is put aside in a transaction come together, or not at all. */
  end(member: Member): void {
    const { aftermath, effect, membership, partitions } = this.setup;
    const isAccepted = logsOf(member.batch).every((log) =>
      membership.accepts(member, log % partitions),
    );
    if (!isAccepted) {
      this.undo(member);
      return;
    }
    each(member.effects, (_log, _offset, message) => effect(message));
    // A flush may have moved the group past what the transaction gives up.
    each(member.left, (log, offset, message) =>
      aftermath.leave(message, placeOf(log, offset), this.offsets.committed[log] > offset),
    );
    this.commitBatch(member);
    this.settle(member, true);
  }

  /** A transaction comes to nothing: its records are read again, unless retention has deleted them. */
  undo(member: Member): void {
    const { aftermath, offsets } = this.setup;
    const lose = (log: number, offset: number, message: number): void => {
      if (offset < offsets.floor[log]) aftermath.lose(message, placeOf(log, offset));
    };
    each(member.effects, lose);
    each(member.left, lose);
    this.settle(member, false);
  }

  private settle(member: Member, isCommitted: boolean): void {
    member.effects.length = member.left.length = 0;
    this.setup.settle(member, isCommitted);
  }

  /** Nothing below the committed offset is needed but what members still handle, or have in a transaction. */
  letGo(log: number): void {
    let bound = this.offsets.committed[log];
    const keep = (own: number, offset: number): void => {
      if (own === log) bound = Math.min(bound, offset);
    };
    for (const { batch, at, effects, left } of this.setup.members) {
      for (let k = at; k < batch.length; k += RANGE) keep(batch[k], batch[k + 1]);
      each(effects, keep);
      each(left, keep);
    }
    this.offsets.release(log, bound);
  }

  /** Whether the group will not come to the run under way again. */
  isPassed({ batch, at }: Member): boolean {
    return this.offsets.committed[batch[at]] > batch[at + 1];
  }
}

/** Visits the records of a transaction. */
function each(
  records: readonly number[],
  visit: (log: number, offset: number, message: number) => void,
): void {
  for (let k = 0; k < records.length; k += RANGE) {
    visit(records[k], records[k + 1], records[k + 2]);
  }
}
