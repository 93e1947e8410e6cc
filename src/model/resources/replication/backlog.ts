import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';

/** A row as text: its key and the value, so that rows of different keys are distinct. */
export const rowOf = (key: number, value: number): string => `${key}/${value}`;

/** Writes that a replica has not applied yet, in commit order. */
export class Backlog {
  private readonly serials: number[] = [];
  private readonly committed: Ns[] = [];
  private readonly ready: Ns[] = [];
  private readonly rows: string[] = [];
  /** By row: number of its writes in the backlog. */
  private readonly byRow = new Map<string, number>();
  private head = 0;

  get length(): number {
    return this.serials.length - this.head;
  }

  push(serial: number, committed: Ns, ready: Ns, row: string): void {
    invariant(
      this.length === 0 || serial > this.serials[this.serials.length - 1]!,
      'writes reach a replica in the order of their commits',
    );
    this.serials.push(serial);
    this.committed.push(committed);
    this.ready.push(ready);
    this.rows.push(row);
    this.byRow.set(row, (this.byRow.get(row) ?? 0) + 1);
  }

  /** Number of the oldest write. */
  get serial(): number {
    return this.serials[this.head]!;
  }

  /** Commit time of the oldest write; Infinity if there is none. */
  get since(): Ns {
    return this.length === 0 ? Infinity : this.committed[this.head]!;
  }

  /** Time at which the oldest write can be applied. */
  get readyAt(): Ns {
    return this.ready[this.head]!;
  }

  /** Removes the oldest write. */
  shift(): void {
    invariant(this.length > 0, 'a replica applies a write that it lacked');
    this.forget(this.rows[this.head++]!);
    if (this.head < 1024 || this.head * 2 < this.serials.length) return;
    for (const column of [this.serials, this.committed, this.ready, this.rows]) {
      column.splice(0, this.head);
    }
    this.head = 0;
  }

  /** Removes all writes above a number and returns how many. */
  dropAbove(serial: number): number {
    let dropped = 0;
    while (this.length > 0 && this.serials[this.serials.length - 1]! > serial) {
      this.serials.pop();
      this.committed.pop();
      this.ready.pop();
      this.forget(this.rows.pop()!);
      dropped++;
    }
    return dropped;
  }

  /** True if the backlog has a write of this row. */
  has(row: string): boolean {
    return this.byRow.has(row);
  }

  private forget(row: string): void {
    const left = this.byRow.get(row)! - 1;
    invariant(left >= 0, 'each write of a row is forgotten once');
    if (left === 0) this.byRow.delete(row);
    else this.byRow.set(row, left);
  }
}
