/**
 * Columns that contain only zeros, one per length and type. Most columns of a run with many components do, so that a
 * record shares them; a copy for another thread shares them, too. They must not be written.
 */
export class Zeros {
  private readonly integers = new Map<number, Uint32Array>();
  private readonly doubles = new Map<number, Float64Array>();

  /** A copy of some counts, or the shared column if they are zeros. */
  copyOf(counts: Uint32Array): Uint32Array {
    if (!isZero(counts)) return counts.slice();
    const known = this.integers.get(counts.length) ?? new Uint32Array(counts.length);
    this.integers.set(counts.length, known);
    return known;
  }

  /** A copy of some sums, or the shared column if they are zeros. */
  copyOfSums(sums: Float64Array): Float64Array {
    if (!isZero(sums)) return sums.slice();
    const known = this.doubles.get(sums.length) ?? new Float64Array(sums.length);
    this.doubles.set(sums.length, known);
    return known;
  }
}

/** Whether a column contains only zeros. */
export function isZero(column: ArrayLike<number>): boolean {
  for (let at = 0; at < column.length; at++) if (column[at] !== 0) return false;
  return true;
}
