import type { Sections } from '../../../resources/sections/sections.js';
import type { Run } from '../../../data/run.js';
import type { Messages } from '../messages.js';

export interface StagedParts extends Run {
  readonly sections: Sections | null;
}

/** Numbers per staged message: inlet, message, and two for its id. */
export const ROW = 4;

/** Messages published in transactions, to be sent when the transaction commits. */
export class Staged {
  private readonly messages: Messages;
  /** By branch of a transaction. */
  private readonly rows = new Map<number, number[]>();

  constructor(world: StagedParts, messages: Messages) {
    this.messages = messages;
    world.sections?.whenEnded.push((branch) => this.drop(branch));
  }

  add(branch: number, inlet: number, message: number, a: number, b: number): void {
    this.messages.holders[message]++;
    const rows = this.rows.get(branch);
    if (rows === undefined) this.rows.set(branch, [inlet, message, a, b]);
    else rows.push(inlet, message, a, b);
  }

  /** Removes and returns the messages of a transaction; the caller takes over the hold on them. */
  take(branch: number): readonly number[] {
    const rows = this.rows.get(branch) ?? [];
    this.rows.delete(branch);
    return rows;
  }

  /** A transaction has ended; its uncommitted messages are dropped. */
  private drop(branch: number): void {
    const rows = this.take(branch);
    for (let k = 0; k < rows.length; k += ROW) this.messages.release(rows[k + 1]);
  }
}
