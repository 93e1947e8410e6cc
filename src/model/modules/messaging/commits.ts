import { invariant } from '../../../kernel/invariant.js';
import type { Aftermath } from './aftermath.js';
import { empty, RANGE, logsOf, type Member } from './member.js';
import { placeOf, type Offsets } from './offsets.js';
import type { OpenTransactions } from './open-transactions.js';
import type { PauseSetup } from './poll-pauses.js';

export interface CommitsSetup extends Omit<PauseSetup, 'spec'> {
  readonly aftermath: Aftermath;
  /** Sends or drops the messages that a transaction has published. */
  readonly settle: (member: Member, isCommitted: boolean) => void;
  /** Null for a group without transactions. */
  readonly transactions: OpenTransactions | null;
  /** A message has had its effect. */
  readonly effect: (message: number) => void;
}

/** When a member commits, as numbers: each message asks, and strings of another thread are compared by their letters. */
export const COMMIT = Object.freeze({
  auto: 0,
  before: 1,
  afterBatch: 2,
  afterEach: 3,
  transactional: 4,
} as const);

/** Commits of a group, and release of the messages that it no longer needs. */
export class Commits {
  /** Members that still handle records of a partition that another member may read by now. */
  readonly revoked = new Set<Member>();
  private readonly offsets: Offsets = this.setup.offsets;

  constructor(private readonly setup: CommitsSetup) {}

  /** Commits an offset. The commit fails if the member has left the group or lost the partition. */
  commit(member: Member, log: number, offset: number): void {
    if (!this.accepts(member, log)) return;
    this.offsets.commit(log, offset);
    // Retention may have moved the group past records that the member still handles.
    if (this.revoked.size > 0 || this.offsets.committed[log] > offset) this.letGo(log);
    else this.offsets.release(log, this.offsets.committed[log]);
  }

  commitBatch(member: Member): void {
    const { batch } = member;
    for (let k = 0; k < batch.length; k += RANGE) {
      this.commit(member, batch[k], batch[k + 2]);
    }
  }

  /** Ends a transaction: effects, offsets, outputs and skipped records take effect together, or none of them does. */
  end(member: Member): void {
    const { aftermath, effect, transactions } = this.setup;
    const isOpen = transactions!.end(member);
    const logs = logsOf(member.batch);
    const own = logs.filter((log) => this.accepts(member, log));
    if (!isOpen || own.length < logs.length) {
      this.undo(member);
      // The producer was fenced (ProducerFencedException): a member that keeps its partitions reads them again.
      if (!isOpen) for (const log of own) this.offsets.rewind(log);
      return;
    }
    each(member.effects, (_log, _offset, message) => effect(message));
    // Retention or a purge may have moved the group past records that the transaction gives up.
    each(member.left, (log, offset, message) =>
      aftermath.leave(message, placeOf(log, offset), this.offsets.committed[log] > offset),
    );
    this.commitBatch(member);
    this.settle(member, true);
  }

  private accepts(member: Member, log: number): boolean {
    const { membership, partitions } = this.setup;
    return membership.accepts(member, log % partitions);
  }

  /** Aborts a transaction. Its records are read again, except those that retention has deleted: they are lost. */
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
    empty(member.effects);
    empty(member.left);
    this.setup.settle(member, isCommitted);
  }

  /** Releases everything below the committed offset that no member still handles or has in an open transaction. */
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

  /** True if the group will not read the current run again. */
  isPassed({ batch, at }: Member): boolean {
    invariant(at < batch.length, 'a run is part of the records that were read');
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
