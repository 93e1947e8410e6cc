import { widenUint8, type Slots } from '../../../kernel/pool.js';

/** The count stops here: only one copy or several makes a difference. */
const MANY = 255;
/** Numbers per lost copy: its group and its own number. */
const PAIR = 2;

/**
 * Tracks messages with several copies: such a message is lost when its last copy is lost, in any order. Each copy has
 * its own number in its group, such as its place in a log, so a copy that is lost twice counts once.
 */
export class Copies {
  /** By message: number of copies. */
  count: Uint8Array = new Uint8Array(0);
  /** By message with several copies: those that were lost without an effect, as pairs. */
  private readonly lostCopies = new Map<number, number[]>();

  constructor(slots: Slots) {
    slots.onGrow((capacity) => (this.count = widenUint8(this.count, capacity)));
  }

  /** True if the message has, or had, more than one copy. */
  areSeveral(message: number): boolean {
    return this.count[message] > 1;
  }

  add(message: number): void {
    if (this.count[message] < MANY) this.count[message]++;
  }

  /** A copy is lost. True while another copy is left. */
  outlive(message: number, group: number, copy: number): boolean {
    if (!this.areSeveral(message)) return false;
    let pairs = this.lostCopies.get(message);
    if (pairs === undefined) this.lostCopies.set(message, (pairs = []));
    let left = this.count[message];
    let isNew = true;
    for (let k = 0; k < pairs.length; k += PAIR) {
      if (pairs[k] !== group) continue;
      left--;
      if (pairs[k + 1] === copy) isNew = false;
    }
    if (isNew) pairs.push(group, copy);
    return left > (isNew ? 1 : 0);
  }

  /** The message has no holder any more. */
  forget(message: number): void {
    if (this.lostCopies.size > 0) this.lostCopies.delete(message);
  }
}
