import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Member } from './member.js';
import type { Partition } from './partition.js';

/** The topic of a record that a transaction has written. */
interface Written {
  readonly partitions: readonly Partition[];
  /** Records of a partition can be read that could not be read before. */
  released(partition: number): void;
}

/** A partition to which a transaction has written, and the offset of its first record there. */
interface Pin {
  readonly topic: Written;
  readonly at: number;
  readonly offset: number;
}

/**
 * The transactions that the members of a group have open. Each holds back the last stable offset of the partitions that
 * it has written to, for all consumers, until it is committed or aborted. The coordinator aborts one after
 * `transaction.timeout.ms` (TransactionStateManager.timedOutTransactions), and when a producer with the same
 * transactional.id starts (InitProducerId): here a member of the same process.
 */
export class OpenTransactions {
  /** By member: what its transaction has written to; empty = none is open. */
  private readonly pins: readonly Pin[][];
  /** By member: the number of its transaction, so that a timer applies to one transaction only. */
  private readonly numbers: Float64Array;
  /** By member: 1 = the coordinator has aborted the transaction, and its producer does not know yet. */
  private readonly fenced: Uint8Array;
  private readonly timeoutNs: Ns;
  private readonly timeoutOp: number;

  constructor(members: number, timeoutNs: Ns, name: string) {
    this.pins = Array.from({ length: members }, () => []);
    this.numbers = new Float64Array(members);
    this.fenced = new Uint8Array(members);
    this.timeoutNs = timeoutNs;
    this.timeoutOp = engine.define(`${name}/transactionTimeout`, (member, number) => {
      if (this.numbers[member] === number) this.expire(member);
    });
  }

  /** The transaction of a member writes a record to a partition. */
  wrote({ index }: Member, topic: Written, at: number): void {
    const pins = this.pins[index];
    if (this.fenced[index] === 1) return;
    if (pins.some((pin) => pin.topic === topic && pin.at === at)) return;
    if (pins.length === 0) {
      const due = engine.now + this.timeoutNs;
      engine.at(due, PHASE.TIMER, this.timeoutOp, index, this.numbers[index], 0);
    }
    pins.push({ topic, at, offset: topic.partitions[at].pin() });
  }

  /** The producer has ended its transaction. Returns false if the coordinator had aborted it before. */
  end({ index }: Member): boolean {
    const isValid = this.fenced[index] === 0;
    this.fenced[index] = 0;
    this.release(index);
    return isValid;
  }

  /** The process of a member has started again: its producer ends the transaction of the one before. */
  started(member: Member): void {
    this.end(member);
  }

  private expire(member: number): void {
    invariant(this.pins[member].length > 0, 'only an open transaction times out');
    invariant(this.fenced[member] === 0, 'a fenced producer has no open transaction');
    this.fenced[member] = 1;
    this.release(member);
  }

  private release(member: number): void {
    const pins = this.pins[member];
    this.numbers[member]++;
    for (const { topic, at, offset } of pins) topic.partitions[at].unpin(offset);
    const open = pins.splice(0);
    for (const { topic, at } of open) topic.released(at);
  }
}
