import type { World } from '../../world.js';
import type { Messages } from '../messages.js';

/** Numbers that a message takes while it waits for a commit: its inlet, itself, which one it is. */
export const ROW = 4;

/** Messages that were published in transactions, and leave with the commit of the one around them. */
export class Staged {
  private readonly messages: Messages;
  /** By branch of a transaction. */
  private readonly rows = new Map<number, number[]>();

  constructor(world: World, messages: Messages) {
    this.messages = messages;
    world.sections?.whenEnded.push((branch) => this.drop(branch));
  }

  add(branch: number, inlet: number, message: number, a: number, b: number): void {
    this.messages.holders[message]++;
    const rows = this.rows.get(branch);
    if (rows === undefined) this.rows.set(branch, [inlet, message, a, b]);
    else rows.push(inlet, message, a, b);
  }

  /** What a transaction has published: whoever takes it holds it. */
  take(branch: number): readonly number[] {
    const rows = this.rows.get(branch) ?? [];
    this.rows.delete(branch);
    return rows;
  }

  /** A transaction has ended; what of it was not committed is never sent. */
  private drop(branch: number): void {
    const rows = this.take(branch);
    for (let k = 0; k < rows.length; k += ROW) this.messages.release(rows[k + 1]);
  }
}
