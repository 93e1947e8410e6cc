import { invariant } from './invariant.js';
import { Packed } from './packed.js';
import { hashOf } from './rng.js';

/** Rows packed together; a power of two. */
const BLOCK = 512;
const MIN_CHAINS = 64;

interface Block {
  /** By row: the previous row in its chain. */
  readonly next: Int32Array;
  packed: Packed;
}

/**
 * Rows of whole numbers, indexed by a key of two words, in insertion order. Only the oldest row can be dropped, which
 * needs no search: chains lead from new rows to old ones, and a lookup stops at the first dropped row. Full blocks are
 * packed, so ten million rows fit in memory.
 */
export class AgedTable {
  /** Number of the oldest row, and number of the next new row. */
  first = 0;
  end = 0;
  private readonly blocks: Block[] = [];
  /** First row of the packed blocks, and first row of the open block. */
  private packedFrom = 0;
  private openFrom = 0;
  private open: readonly Float64Array[] = [];
  private next: Int32Array = new Int32Array(0);
  /** By hash: the newest row. */
  private chains: Int32Array = new Int32Array(MIN_CHAINS).fill(-1);

  /** `columns`: numbers per row besides its key, at most four. */
  constructor(private readonly columns: number) {}

  get length(): number {
    return this.end - this.first;
  }

  /** The newest row of a key; -1 = none. */
  find(a: number, b: number): number {
    let row = this.chains[this.chainOf(a, b)];
    while (row >= this.first && (this.at(0, row) !== a || this.at(1, row) !== b)) {
      row = this.nextOf(row)[row & (BLOCK - 1)];
    }
    return row < this.first ? -1 : row;
  }

  /** A number of a row that has not been dropped. */
  get(row: number, column: number): number {
    invariant(row >= this.first && row < this.end, 'a row is read that was not dropped');
    return this.at(column + 2, row);
  }

  /** The key of a row that has not been dropped. */
  keyOf(row: number): readonly [a: number, b: number] {
    return [this.at(0, row), this.at(1, row)];
  }

  /** Adds a row with its numbers. */
  add(a: number, b: number, x = 0, y = 0, z = 0, w = 0): void {
    if (this.open.length === 0) this.begin();
    else if (this.end - this.openFrom === BLOCK) this.pack();
    if (this.length > 2 * this.chains.length) this.spread();
    const row = this.end++;
    const k = row - this.openFrom;
    invariant(k < BLOCK, 'a new row has room in the open block');
    const { open } = this;
    open[0][k] = a;
    open[1][k] = b;
    if (this.columns > 0) open[2][k] = x;
    if (this.columns > 1) open[3][k] = y;
    if (this.columns > 2) open[4][k] = z;
    if (this.columns > 3) open[5][k] = w;
    this.link(row, a, b);
  }

  /** Drops the oldest row. */
  drop(): void {
    invariant(this.first < this.end, 'a row is dropped once');
    this.first++;
    if (this.first - this.packedFrom < BLOCK || this.blocks.length === 0) return;
    this.blocks.shift();
    this.packedFrom += BLOCK;
  }

  private begin(): void {
    this.open = Array.from({ length: this.columns + 2 }, () => new Float64Array(BLOCK));
    this.next = new Int32Array(BLOCK);
  }

  /** Packs the open block, which is full, and starts a new one. */
  private pack(): void {
    if (this.first >= this.end) this.packedFrom = this.end;
    else this.blocks.push({ next: this.next, packed: new Packed(this.open, BLOCK) });
    this.next = new Int32Array(BLOCK);
    this.openFrom = this.end;
  }

  /** Doubles the number of chains and links all rows again. */
  private spread(): void {
    this.chains = new Int32Array(this.chains.length * 2).fill(-1);
    for (let row = this.first; row < this.end; row++)
      this.link(row, this.at(0, row), this.at(1, row));
  }

  private link(row: number, a: number, b: number): void {
    const chain = this.chainOf(a, b);
    this.nextOf(row)[row & (BLOCK - 1)] = this.chains[chain];
    this.chains[chain] = row;
  }

  private nextOf(row: number): Int32Array {
    return row >= this.openFrom ? this.next : this.blockOf(row).next;
  }

  private at(column: number, row: number): number {
    if (row >= this.openFrom) return this.open[column][row - this.openFrom];
    return this.blockOf(row).packed.get(column, row & (BLOCK - 1));
  }

  private blockOf(row: number): Block {
    return this.blocks[((row - this.packedFrom) / BLOCK) | 0];
  }

  private chainOf(a: number, b: number): number {
    return hashOf(a, b) & (this.chains.length - 1);
  }
}
