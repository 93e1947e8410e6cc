import { invariant } from '../../../../kernel/invariant.js';
import { Slots } from '../../../../kernel/pool.js';
import type { Entries } from './entries.js';

/**
 * The messages of each key, in a chain in the order of their arrival.
 *
 * While any message of a group is busy, in flight or hidden, no consumer gets another one of it. One receive may take
 * several from the front (SQS developer guide, FIFO queue delivery logic). Only the first message of a group that is
 * not busy is ready; those behind it wait.
 */
export class Groups {
  private readonly slots = new Slots(16);
  private readonly byKey = new Map<number, number>();
  /** First and last entry of a group, and how many of its messages are busy. */
  private first: Int32Array = new Int32Array(0);
  private last: Int32Array = new Int32Array(0);
  private busy: Int32Array = new Int32Array(0);

  constructor(private readonly entries: Entries) {
    this.slots.addColumns(this);
  }

  /** Adds a new message to the end of its group; true if others are in front of it. */
  add(entry: number): boolean {
    const { follower, key, prior } = this.entries;
    const known = this.byKey.get(key[entry]);
    if (known === undefined) {
      const group = this.slots.take();
      this.byKey.set(key[entry], group);
      this.first[group] = entry;
      this.last[group] = entry;
      this.busy[group] = 0;
      return false;
    }
    const tail = this.last[known];
    invariant(
      follower[tail] < 0 && key[tail] === key[entry],
      'the last message of a key has none behind it',
    );
    follower[tail] = entry;
    prior[entry] = tail;
    this.last[known] = entry;
    return true;
  }

  /** A message is in flight or hidden from now on. */
  begins(entry: number): void {
    this.busy[this.of(entry)]++;
  }

  /** A message may be delivered again. The first of its group, if no other one is busy; otherwise -1. */
  ends(entry: number): number {
    const group = this.of(entry);
    invariant(this.busy[group] > 0, 'a message that comes back was busy');
    return --this.busy[group] === 0 ? this.first[group] : -1;
  }

  /** Removes a message. The first of its group, if none is busy; otherwise -1. */
  remove(entry: number, wasBusy: boolean): number {
    const { follower, key, prior } = this.entries;
    const group = this.of(entry);
    const [before, behind] = [prior[entry], follower[entry]];
    invariant(
      before >= 0 || this.first[group] === entry,
      'a message without one in front is the first of its group',
    );
    if (before < 0) this.first[group] = behind;
    else follower[before] = behind;
    if (behind < 0) this.last[group] = before;
    else prior[behind] = before;
    if (wasBusy) this.busy[group]--;
    invariant(this.busy[group] >= 0, 'a group counts its busy messages');
    if (this.first[group] >= 0) return this.busy[group] === 0 ? this.first[group] : -1;
    invariant(this.busy[group] === 0, 'a group without messages has none that is busy');
    this.byKey.delete(key[entry]);
    this.slots.give(group);
    return -1;
  }

  private of(entry: number): number {
    return this.byKey.get(this.entries.key[entry])!;
  }
}
