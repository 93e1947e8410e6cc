import type { Entries } from './entries.js';

/** Entries in flight, in the order in which they were handed out, which is that of their ends. */
export class DeliveryList {
  /** The one whose end comes first, -1 = none. */
  first = -1;
  private last = -1;
  private readonly entries: Entries;

  constructor(entries: Entries) {
    this.entries = entries;
  }

  add(entry: number): void {
    const { before, after } = this.entries;
    before[entry] = this.last;
    after[entry] = -1;
    if (this.last >= 0) after[this.last] = entry;
    else this.first = entry;
    this.last = entry;
  }

  remove(entry: number): void {
    const { before, after } = this.entries;
    if (before[entry] >= 0) after[before[entry]] = after[entry];
    else this.first = after[entry];
    if (after[entry] >= 0) before[after[entry]] = before[entry];
    else this.last = before[entry];
  }
}
