/** Counts, in the narrowest type that holds the largest of them. */
export type Counts = Uint8Array | Uint16Array | Uint32Array;

/**
 * Columns of a record. Those that contain only zeros are one, per length and type: most columns of a run with many
 * components do, so that a record shares them; a copy for another thread shares them, too. They must not be written.
 */
export class Columns {
  private readonly integers = new Map<number, Uint32Array>();
  private readonly doubles = new Map<number, Float64Array>();

  /** A copy of some counts, or the shared column if they are zeros. */
  copyOf(counts: Uint32Array): Uint32Array {
    if (!isZero(counts)) return counts.slice();
    const known = this.integers.get(counts.length) ?? new Uint32Array(counts.length);
    this.integers.set(counts.length, known);
    return known;
  }

  /** The same for a table, most of whose counts are small: in a quarter of the memory or half of it. */
  narrowCopyOf(counts: Uint32Array): Counts {
    const most = largest(counts);
    if (most === 0) return this.copyOf(counts);
    if (most <= 0xff) return new Uint8Array(counts);
    return most <= 0xffff ? new Uint16Array(counts) : counts.slice();
  }

  /** These sums, or the shared column if they are zeros. */
  sharedSums(sums: Float64Array): Float64Array {
    if (!isZero(sums)) return sums;
    const known = this.doubles.get(sums.length) ?? sums;
    this.doubles.set(sums.length, known);
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
