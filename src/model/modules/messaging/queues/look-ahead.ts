import { invariant } from '../../../../kernel/invariant.js';
import type { Entries } from './entries.js';

/**
 * The oldest messages of a queue, up to a number: only they are looked at for one that may be delivered. A backlog of one
 * group hides the groups behind it (SQS developer guide, avoid-backlog-with-the-same-message-group-id).
 */
export class LookAhead {
  /** The newest of them; -1 = all messages of the queue are looked at. */
  private edge = -1;

  constructor(
    private readonly entries: Entries,
    private readonly size: number,
  ) {}

  /** A message was added behind all others. */
  added(entry: number): void {
    if (this.edge < 0 && this.entries.slots.used === this.size) this.edge = entry;
  }

  /** A message is about to leave. True if another one is looked at instead. */
  removes(entry: number): boolean {
    if (!this.sees(entry) || this.edge < 0) return false;
    this.edge = this.entries.newer[this.edge];
    invariant(
      this.edge >= 0 || this.entries.slots.used === this.size,
      'all messages are looked at once they are few enough',
    );
    return this.edge >= 0;
  }

  sees(entry: number): boolean {
    const { position } = this.entries;
    return this.edge < 0 || position[entry] <= position[this.edge];
  }
}
