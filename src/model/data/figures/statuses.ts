import { makeRoom } from '../../../kernel/room.js';
import { isSuccess, type Outcome } from '../../../contracts/outcome.js';
import { ANOTHER, type StatusColumn } from '../../../contracts/record/record.js';

/** Largest status + 1. */
const STATUSES = 1024;

/**
 * Counts of responses by subject, status and cell, for statuses other than 200. A column is created at the first
 * response with its status.
 */
export class StatusCounts {
  private readonly columns = new Map<number, Uint32Array>();
  private cells = 0;

  reset(cells: number): void {
    this.columns.clear();
    this.cells = cells;
  }

  /** A subject responded with a written status. */
  add(subject: number, cell: number, status: number, outcome: Outcome): void {
    this.columnOf(subject * STATUSES + status)[cell]++;
    if (isSuccess(outcome)) this.columnOf(subject * STATUSES + ANOTHER)[cell]++;
  }

  /** Columns of each subject below `subjects`, ascending by status. */
  bySubject(subjects: number): StatusColumn[][] {
    const found: StatusColumn[][] = Array.from({ length: subjects }, () => []);
    for (const key of [...this.columns.keys()].sort((a, b) => a - b)) {
      const status = key % STATUSES;
      const subject = (key - status) / STATUSES;
      if (subject < subjects) found[subject].push({ status, counts: this.columns.get(key)! });
    }
    return found;
  }

  private columnOf(key: number): Uint32Array {
    let column = this.columns.get(key);
    if (column === undefined) {
      makeRoom(this.cells * 4);
      column = new Uint32Array(this.cells);
      this.columns.set(key, column);
    }
    return column;
  }
}
