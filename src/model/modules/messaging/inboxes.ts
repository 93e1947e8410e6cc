import { engine } from '../../../kernel/engine.js';
import { widenFloat64 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import type { Messages } from './messages.js';

/** The inbox of a group: remembers the ids of messages that had their effect, for a time window. */
export class Inboxes {
  /** By message: when it had its effect. */
  private at: Float64Array = new Float64Array(0);

  constructor(
    private readonly messages: Messages,
    private readonly group: number,
    private readonly windowNs: Ns,
  ) {
    messages.slots.onGrow((capacity) => (this.at = widenFloat64(this.at, capacity)));
    messages.packed.addColumn({
      // A slot without an effect may hold the time of an earlier message.
      get: (message) => (messages.hadEffect(message, group) ? this.at[message] : 0),
      set: (message, at) => (this.at[message] = at),
    });
    // The id is part of the payload, so a redriven message keeps it; its window starts at the redrive.
    messages.whenRestored.push((message) => this.note(message));
  }

  note(message: number): void {
    this.at[message] = engine.now;
  }

  /** True if the id is in the inbox, so the effect does not happen again. */
  has(message: number): boolean {
    if (!this.messages.hadEffect(message, this.group)) return false;
    return engine.now - this.at[message] < this.windowNs;
  }
}
