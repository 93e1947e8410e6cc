import { invariant } from './invariant.js';

/**
 * Columns of whole numbers that are rarely read. Each column stores its smallest number and, for every row, the
 * difference in as few bytes as the largest needs. A column of equal numbers needs no bytes per row.
 */
export class Packed {
  private readonly bases: number[] = [];
  private readonly widths: number[] = [];
  /** Offset of the bytes of each column. */
  private readonly starts: number[] = [];
  private readonly data: Uint8Array;

  /** Copies the first `count` rows. */
  constructor(columns: readonly Float64Array[], count: number) {
    let size = 0;
    for (const column of columns) {
      let low = Infinity;
      let high = -Infinity;
      for (let k = 0; k < count; k++) {
        if (column[k] < low) low = column[k];
        if (column[k] > high) high = column[k];
      }
      const width = widthOf(Math.min(high - low, Number.MAX_SAFE_INTEGER));
      this.bases.push(low);
      this.widths.push(width);
      this.starts.push(size);
      size += width * count;
    }
    this.data = new Uint8Array(size);
    columns.forEach((column, c) => this.write(column, c, count));
  }

  /** Bytes that the rows use. */
  get bytes(): number {
    return this.data.length;
  }

  get(column: number, row: number): number {
    const { data } = this;
    const width = this.widths[column];
    const from = this.starts[column] + row * width;
    let value = 0;
    for (let at = from + width - 1; at >= from; at--) value = value * 256 + data[at];
    return this.bases[column] + value;
  }

  private write(column: Float64Array, c: number, count: number): void {
    const width = this.widths[c];
    const base = this.bases[c];
    let at = this.starts[c];
    for (let k = 0; k < count; k++) {
      const distance = column[k] - base;
      invariant(Number.isSafeInteger(distance), 'packed numbers are whole');
      let low = distance | 0;
      const bytes = width < 4 ? width : 4;
      for (let b = 0; b < bytes; b++, low >>>= 8) this.data[at++] = low;
      let high = Math.floor(distance / 4294967296);
      for (let b = 4; b < width; b++, high >>>= 8) this.data[at++] = high;
    }
  }
}

/** Bytes needed for numbers from 0 to this one. */
function widthOf(largest: number): number {
  let width = 0;
  for (let bound = 1; bound <= largest; bound *= 256) width++;
  return width;
}
