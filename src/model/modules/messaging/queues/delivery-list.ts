import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { Ns } from '../../../../kernel/time.js';
import type { Entries } from './entries.js';

/** The owner of the deliveries. */
export interface DeliveryOwner {
  /** True while the queue has no leader: no delivery times out. */
  readonly isHalted: boolean;
  /** A delivery has timed out; the owner removes it from the list. */
  overdue(entry: number): void;
}

/** Entries in flight, in the order of their delivery, which is also that of their timeouts. */
export class DeliveryList {
  /** The entry that times out first; -1 = none. */
  private first = -1;
  private last = -1;
  /** Time at which the timer fires; Infinity = not set. */
  private dueAt: Ns = Infinity;
  private readonly dueOp: number = engine.define('delivery-overdue', () => this.check());

  constructor(
    private readonly entries: Entries,
    private readonly owner: DeliveryOwner,
  ) {}

  add(entry: number): void {
    const { before, after } = this.entries;
    invariant(
      this.last < 0 || this.entries.due[this.last] <= this.entries.due[entry],
      'deliveries time out in the order in which they were made',
    );
    before[entry] = this.last;
    after[entry] = -1;
    if (this.last >= 0) after[this.last] = entry;
    else this.first = entry;
    this.last = entry;
    this.arm();
  }

  remove(entry: number): void {
    const { before, after } = this.entries;
    invariant(
      (before[entry] < 0 ? this.first : after[before[entry]]) === entry,
      'a delivery comes after the one before it',
    );
    invariant(
      (after[entry] < 0 ? this.last : before[after[entry]]) === entry,
      'a delivery comes before the one after it',
    );
    if (before[entry] >= 0) after[before[entry]] = after[entry];
    else this.first = after[entry];
    if (after[entry] >= 0) before[after[entry]] = before[entry];
    else this.last = before[entry];
  }

  /** A delivery times out only `time` from now, unless the queue has no leader that could note it. */
  extend(entry: number, time: Ns): void {
    if (this.owner.isHalted) return;
    invariant(this.entries.due[entry] >= engine.now, 'a delivery is extended before it times out');
    this.remove(entry);
    this.entries.due[entry] = engine.now + time;
    this.add(entry);
  }

  /** Sets the timer to the timeout of the first entry. */
  arm(): void {
    const at = this.first < 0 ? Infinity : Math.max(this.entries.due[this.first], engine.now);
    if (at >= this.dueAt) return;
    this.dueAt = at;
    engine.at(at, PHASE.TIMER, this.dueOp, 0, 0, 0);
  }

  private check(): void {
    this.dueAt = Infinity;
    if (this.owner.isHalted) return;
    const { due } = this.entries;
    while (this.first >= 0 && due[this.first] <= engine.now) {
      const entry = this.first;
      this.owner.overdue(entry);
      invariant(this.first !== entry || due[entry] > engine.now, 'a delivery times out once');
    }
    this.arm();
  }
}
