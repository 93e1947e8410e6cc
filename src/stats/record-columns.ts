import { invariant, isAudited } from '../kernel/invariant.js';

/** Counts, in the narrowest type that holds the largest of them. */
export type Counts = Uint8Array | Uint16Array | Uint32Array;

/**
 * Columns of a record, from those of a run, in which the subjects of a cell are side by side. Columns that contain only
 * zeros are one, per length and type: most columns of a run with many components do, so that a record shares them; a copy
 * for another thread shares them, too. They must not be written.
 */
export class Columns {
  private readonly integers = new Map<number, Uint32Array>();
  private readonly doubles = new Map<number, Float64Array>();
  private row: Uint32Array;
  /** By column of the run: whether all of it is zeros. */
  private readonly blank = new Map<Uint32Array, boolean>();

  constructor(private readonly cells: number) {
    this.row = new Uint32Array(cells);
  }

  /** The counts of one of `rows` subjects by cell, or the shared column if they are zeros. */
  counts(column: Uint32Array, subject: number, rows: number, width = 1): Uint32Array {
    if (this.isBlank(column, rows * width)) return this.zeros(this.cells * width);
    const row = this.rowOf(column, subject, rows, width);
    return isZero(row) ? this.zeros(row.length) : row.slice();
  }

  /**
   * The same for a table, most of whose counts are small: in a quarter of the memory or half of it. A cell that is zero in
   * `beside` is zero in the table: what was never written is not read, because reading takes memory too.
   */
  narrow(
    column: Uint32Array,
    subject: number,
    rows: number,
    width: number,
    beside?: Uint32Array,
  ): Counts {
    const row = this.rowOf(column, subject, rows, width, beside);
    const most = largest(row);
    if (most === 0) return this.zeros(row.length);
    if (most <= 0xff) return new Uint8Array(row);
    return most <= 0xffff ? new Uint16Array(row) : row.slice();
  }

  /** The sums of one of `rows` subjects by cell, or the shared column if they are zeros. */
  sums(column: Float64Array, subject: number, rows: number): Float64Array {
    const sums = new Float64Array(this.cells);
    for (let cell = 0; cell < this.cells; cell++) sums[cell] = column[cell * rows + subject];
    if (!isZero(sums)) return sums;
    const known = this.doubles.get(sums.length) ?? sums;
    this.doubles.set(sums.length, known);
    return known;
  }

  /** The entries of one of `rows` subjects by cell, `width` each; a view for use before the next call. */
  rowOf(
    column: Uint32Array,
    subject: number,
    rows: number,
    width: number,
    beside?: Uint32Array,
  ): Uint32Array {
    const length = this.cells * width;
    if (length > this.row.length) this.row = new Uint32Array(length);
    const row = this.row.subarray(0, length);
    if (beside !== undefined) row.fill(0);
    for (let cell = 0; cell < this.cells; cell++) {
      const from = (cell * rows + subject) * width;
      if (beside?.[cell] === 0) {
        if (isAudited())
          invariant(
            isZero(column.subarray(from, from + width)),
            'a cell without calls has no outcomes',
          );
        continue;
      }
      const to = cell * width;
      for (let k = 0; k < width; k++) row[to + k] = column[from + k];
    }
    return row;
  }

  /** Most columns are about features that few runs have: their rows need no look. */
  private isBlank(column: Uint32Array, perCell: number): boolean {
    const known = this.blank.get(column);
    if (known !== undefined) return known;
    const isBlank = isZero(column.subarray(0, this.cells * perCell));
    this.blank.set(column, isBlank);
    return isBlank;
  }

  /** Nothing was written to a column of the run: it needs no look. */
  markBlank(column: Uint32Array): void {
    this.blank.set(column, true);
  }

  private zeros(length: number): Uint32Array {
    const known = this.integers.get(length) ?? new Uint32Array(length);
    this.integers.set(length, known);
    return known;
  }
}

/** Whether a column contains only zeros. */
export function isZero(column: ArrayLike<number>): boolean {
  for (let at = 0; at < column.length; at++) if (column[at] !== 0) return false;
  return true;
}

function largest(counts: Uint32Array): number {
  let most = 0;
  for (let at = 0; at < counts.length; at++) if (counts[at] > most) most = counts[at];
  return most;
}
