import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Inboxes } from './inboxes.js';
import { RANGE, type Member } from './member.js';
import type { LoopSetup } from './loop-setup.js';
import type { Messages, Poison } from './messages.js';
import { placeOf, type Offsets } from './offsets.js';

/** What of a group the queries need. */
type RecordsSetup = Pick<LoopSetup, 'messages' | 'offsets' | 'inbox' | 'filter' | 'canBeCut'>;

/** Queries on the records that a member has fetched. */
export class Records {
  private readonly messages: Messages;
  private readonly offsets: Offsets;
  private readonly inbox: Inboxes | null;
  private readonly filter: StreamKey | null;
  private readonly canBeCut: boolean;

  constructor(
    { messages, offsets, inbox, filter, canBeCut }: RecordsSetup,

    /** Share of the messages that pass the filter. */
    private readonly share: number,
  ) {
    this.messages = messages;
    this.offsets = offsets;
    this.inbox = inbox;
    this.filter = filter;
    this.canBeCut = canBeCut;
  }

  /** True if the message is still in the log and passes the filter. */
  wants(message: number): boolean {
    return !this.isCut(message) && this.passesFilter(message);
  }

  /** True if the message was truncated from its log. */
  isCut(message: number): boolean {
    return this.canBeCut && this.messages.truncated[message] !== 0;
  }

  /** True if the handler gets a record of the next run. */
  wantsAny({ batch, at, run }: Member): boolean {
    const { partition } = this.offsets.logs[batch[at]];
    for (let k = 0; k < run; k++) if (this.wants(partition.at(batch[at + 1] + k))) return true;
    return false;
  }

  /** How many of the next records are wanted and not in the inbox. */
  newOf(member: Member): number {
    const { batch, at, run } = member;
    const { partition } = this.offsets.logs[batch[at]];
    let count = 0;
    for (let k = 0; k < run; k++) {
      if (this.isNew(member, partition.at(batch[at + 1] + k))) count++;
    }
    return count;
  }

  /** True if the handler gets a record, and has an effect on it. */
  isNew(member: Member, message: number): boolean {
    return this.wants(message) && !this.isKnown(member, message);
  }

  /** True if its id is in the inbox, or will be with the commit of this transaction. */
  private isKnown({ effects }: Member, message: number): boolean {
    if (this.inbox === null) return false;
    if (this.inbox.has(message)) return true;
    if (effects.length === 0 || !this.messages.copies.areSeveral(message)) return false;
    return effects.some((one, k) => k % RANGE === 2 && one === message);
  }

  /**
   * Visits the unhandled records that pass the filter: all of them, or only those that no member will read again
   * because retention moved the group past them.
   */
  rest(
    { batch, at, assigned }: Member,
    isAll: boolean,
    visit: (message: number, place: number) => void,
  ): void {
    const { logs, committed } = this.offsets;
    for (let k = at; k < batch.length; k += RANGE) {
      const log = batch[k];
      const { partition } = logs[log];
      let end = batch[k + 2];
      if (!isAll) end = assigned.includes(log) ? Math.min(end, committed[log]) : 0;
      for (let offset = batch[k + 1]; offset < end; offset++) {
        const message = partition.at(offset);
        if (this.passesFilter(message)) visit(message, placeOf(log, offset));
      }
    }
  }

  /** The poison among the records of a run; null = none. If there are several, the last kind in `poisons` wins. */
  poisonOf({ batch, at, run }: Member): Poison | null {
    const { partition } = this.offsets.logs[batch[at]];
    let last = 0;
    for (let k = 0; k < run; k++) {
      const message = partition.at(batch[at + 1] + k);
      last = Math.max(last, this.messages.poison[message]);
    }
    return last === 0 ? null : this.messages.poisons[last - 1];
  }

  private passesFilter(message: number): boolean {
    const { filter, messages } = this;
    if (filter === null) return true;
    const { lineageA, lineageB } = messages;
    return unit(filter.a, filter.b, lineageA[message], lineageB[message], 0) < this.share;
  }
}
