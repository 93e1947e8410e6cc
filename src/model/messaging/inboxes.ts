import { engine } from '../../kernel/engine.js';
import { widenFloat64 } from '../../kernel/pool.js';
import type { Ns } from '../../kernel/time.js';
import type { Messages } from './messages.js';

/** Ids of the messages that have had their effect in one group, each for the window. */
export class Inboxes {
  private readonly messages: Messages;
  private readonly group: number;
  private readonly windowNs: Ns;
  /** By message: when it had its effect. */
  private at: Float64Array = new Float64Array(0);

  constructor(messages: Messages, group: number, windowNs: Ns) {
    this.messages = messages;
    this.group = group;
    this.windowNs = windowNs;
    messages.slots.onGrow((capacity) => (this.at = widenFloat64(this.at, capacity)));
    messages.shelf.takeAlong({
      // What the slot says of a message before it is nothing to be kept.
      get: (message) => (messages.hadEffect(message, group) ? this.at[message] : 0),
      set: (message, at) => (this.at[message] = at),
    });
    // The id is in what it says, and goes back with it; the window counts from then on.
    messages.whenRestored.push((message) => this.note(message));
  }

  note(message: number): void {
    this.at[message] = engine.now;
  }

  /** Whether its id is there: the effect does not happen again. */
  has(message: number): boolean {
    if (!this.messages.hadEffect(message, this.group)) return false;
    return engine.now - this.at[message] < this.windowNs;
  }
}
