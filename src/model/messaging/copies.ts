import { widenUint8 } from '../../kernel/pool.js';
import type { Slots } from '../../kernel/pool.js';

/** More than a message comes. */
const MANY = 255;
/** Of a copy that has gone: its group and its number. */
const PAIR = 2;

/**
 * A message that came several times is lost with the last of its copies, in whatever order and way they go. Each has
 * a number of its own in its group, such as its place in a log, so one that goes twice counts once.
 */
export class Copies {
  /** By message: how often it came. */
  came: Uint8Array = new Uint8Array(0);
  /** Of messages with several copies: those that have gone without an effect. */
  private readonly gone = new Map<number, number[]>();

  constructor(slots: Slots) {
    slots.onGrow((capacity) => (this.came = widenUint8(this.came, capacity)));
  }

  /** Whether there is or was more than one. */
  areSeveral(message: number): boolean {
    return this.came[message] > 1;
  }

  /** One more of them comes. */
  add(message: number): void {
    if (this.came[message] < MANY) this.came[message]++;
  }

  /** A copy goes: true while there is another one. */
  outlive(message: number, group: number, copy: number): boolean {
    if (!this.areSeveral(message)) return false;
    let pairs = this.gone.get(message);
    if (pairs === undefined) this.gone.set(message, (pairs = []));
    let left = this.came[message];
    let isNew = true;
    for (let k = 0; k < pairs.length; k += PAIR) {
      if (pairs[k] !== group) continue;
      left--;
      if (pairs[k + 1] === copy) isNew = false;
    }
    if (isNew) pairs.push(group, copy);
    return left > (isNew ? 1 : 0);
  }

  /** Nobody holds the message any more. */
  forget(message: number): void {
    if (this.gone.size > 0) this.gone.delete(message);
  }
}
