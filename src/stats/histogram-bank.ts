import { invariant } from '../kernel/invariant.js';
import { clear, cleared } from '../kernel/pool.js';
import { COUNT_LIMIT, type HistogramData } from './histogram.js';
import type { HistogramRow } from './histogram-row.js';

const OCTAVES = 53;
const TWO_52 = 4503599627370496;

/** Fields of one histogram in `state`: smallest, largest, and the sum as high * 2^52 + low. */
const STATE = 4;
const LOW = 0;
const HIGH = 1;
const SUM_LOW = 2;
const SUM_HIGH = 3;

const cell = new Float64Array(1);
const words = new Int32Array(cell.buffer);
// Which of the two words holds sign and exponent depends on the machine.
cell[0] = 1;
const EXPONENT = words[1] !== 0 ? 1 : 0;

/**
 * Many histograms of one resolution in shared columns, for the hot path of a run. They have the same buckets as
 * Histogram but use two typed arrays instead of four objects. A histogram is a number below `count`.
 */
export class HistogramBank {
  private readonly subBits: number;
  private readonly shift: number;
  private readonly base: number;
  private readonly subMask: number;
  private count = 0;
  /** All empty histograms of a record are this one, which also saves memory in a copy of the record. */
  private readonly empty: HistogramData;
  /** By number of histograms: the row in which all are empty. */
  private readonly emptyRows = new Map<number, HistogramRow>();
  private state: Float64Array;
  private zeros: Uint32Array;
  /** Number of the page of each (histogram, octave); 0 = none yet. */
  private pageOf: Int32Array;
  private pages: Uint32Array;
  private used = 1;

  /** Initial capacity: `room` histograms, and `pages` octaves of them. */
  constructor(subBits: number, room: number, pages: number) {
    this.subBits = subBits;
    this.empty = { subBits, count: 0, sum: 0, min: 0, max: 0, index: [], n: [] };
    this.shift = 20 - subBits;
    this.base = 1023 << subBits;
    this.subMask = (1 << subBits) - 1;
    this.state = new Float64Array(room * STATE);
    this.zeros = new Uint32Array(room);
    this.pageOf = new Int32Array(room * OCTAVES);
    this.pages = new Uint32Array(pages << subBits);
  }

  /** Empties the bank and sets its number of histograms. */
  reset(count: number): void {
    const before = this.count;
    if (!cleared(this.zeros, before, count)) {
      this.zeros = new Uint32Array(count);
      this.pageOf = new Int32Array(count * OCTAVES);
      this.state = new Float64Array(count * STATE);
    }
    clear(this.pageOf, before * OCTAVES);
    this.pages.fill(0, 0, this.used << this.subBits);
    this.used = 1;
    this.count = count;
    this.emptyRows.clear();
    for (let at = 0; at < count * STATE; at += STATE) {
      this.state[at + LOW] = Infinity;
      this.state[at + HIGH] = -1;
      this.state[at + SUM_LOW] = this.state[at + SUM_HIGH] = 0;
    }
  }

  /** Adds one value to a histogram: whole ns, 0 to 2^52. */
  add(histogram: number, ns: number): void {
    const { state } = this;
    const at = histogram << 2;
    if (ns < state[at]) state[at] = ns;
    if (ns > state[at + HIGH]) state[at + HIGH] = ns;
    const sum = state[at + SUM_LOW] + ns;
    if (sum < TWO_52) {
      state[at + SUM_LOW] = sum;
    } else {
      state[at + SUM_LOW] = sum - TWO_52;
      state[at + SUM_HIGH]++;
    }
    cell[0] = ns;
    const key = (words[EXPONENT] >> this.shift) - this.base;
    if (key < 0) {
      this.zeros[histogram]++;
      return;
    }
    const slot = histogram * OCTAVES + (key >> this.subBits);
    let page = this.pageOf[slot];
    if (page === 0) page = this.newPage(slot);
    this.pages[(page << this.subBits) | (key & this.subMask)]++;
  }

  /** Counts the value 0 `n` times. */
  addZeros(histogram: number, n: number): void {
    if (n === 0) return;
    const at = histogram * STATE;
    this.zeros[histogram] += n;
    this.state[at + LOW] = 0;
    if (this.state[at + HIGH] < 0) this.state[at + HIGH] = 0;
  }

  /** Merges histograms of the bank into the form that results use. */
  dataOf(histograms: readonly number[]): HistogramData {
    const { subBits, subMask, state } = this;
    const index: number[] = [];
    const n: number[] = [];
    let count = 0;
    for (const histogram of histograms) count += this.zeros[histogram];
    if (count > 0) {
      index.push(0);
      n.push(count);
    }
    for (let octave = 0; octave < OCTAVES; octave++) {
      const pages = this.pagesOf(histograms, octave);
      for (let sub = 0; pages.length > 0 && sub <= subMask; sub++) {
        let here = 0;
        for (const page of pages) here += this.pages[page | sub];
        if (here === 0) continue;
        index.push(((octave << subBits) | sub) + 1);
        n.push(here);
        count += here;
      }
    }
    if (count === 0) return this.empty;
    invariant(count <= COUNT_LIMIT, 'histogram-full');
    let min = Infinity;
    let max = -1;
    let exact = 0n;
    for (const histogram of histograms) {
      min = Math.min(min, state[histogram * STATE + LOW]);
      max = Math.max(max, state[histogram * STATE + HIGH]);
      exact += this.exactSum(histogram);
    }
    const sum = Number(exact);
    const rest = Number(exact - BigInt(sum));
    const data = { subBits, count, sum, min, max, index, n };
    return rest === 0 ? data : { ...data, sumRest: rest };
  }

  /** `length` histograms of the bank from `first` on, packed. */
  rowOf(first: number, length: number): HistogramRow {
    const buckets = this.bucketsOf(first, length);
    const known = buckets === 0 ? this.emptyRows.get(length) : undefined;
    if (known !== undefined) return known;
    const count = new Uint32Array(length);
    const sum = new Float64Array(length);
    const min = new Float64Array(length);
    const max = new Float64Array(length);
    const end = new Uint32Array(length);
    const index = new Uint16Array(buckets);
    const n = new Uint32Array(buckets);
    let at = 0;
    for (let k = 0; k < length; k++) {
      const begin = at;
      at = this.fill(first + k, index, n, at);
      for (let bucket = begin; bucket < at; bucket++) count[k] += n[bucket];
      end[k] = at;
      if (count[k] === 0) continue;
      const state = (first + k) * STATE;
      sum[k] = this.state[state + SUM_HIGH] * TWO_52 + this.state[state + SUM_LOW];
      min[k] = this.state[state + LOW];
      max[k] = this.state[state + HIGH];
    }
    const row = { subBits: this.subBits, count, sum, min, max, end, index, n };
    if (buckets === 0) this.emptyRows.set(length, row);
    return row;
  }

  /** Offsets of the pages of an octave, for those of the histograms that have one. */
  private pagesOf(histograms: readonly number[], octave: number): readonly number[] {
    const pages: number[] = [];
    for (const histogram of histograms) {
      const page = this.pageOf[histogram * OCTAVES + octave];
      if (page !== 0) pages.push(page << this.subBits);
    }
    return pages;
  }

  private exactSum(histogram: number): bigint {
    const at = histogram * STATE;
    const { state } = this;
    return BigInt(state[at + SUM_HIGH]) * BigInt(TWO_52) + BigInt(state[at + SUM_LOW]);
  }

  /** Writes the non-empty buckets of a histogram from place `at`, and returns the place after them. */
  private fill(histogram: number, index: Uint16Array, n: Uint32Array, at: number): number {
    const { subBits } = this;
    let next = at;
    if (this.zeros[histogram] > 0) n[next++] = this.zeros[histogram];
    for (let octave = 0; octave < OCTAVES; octave++) {
      const page = this.pageOf[histogram * OCTAVES + octave];
      if (page === 0) continue;
      for (let sub = 0; sub <= this.subMask; sub++) {
        const here = this.pages[(page << subBits) | sub];
        if (here === 0) continue;
        index[next] = ((octave << subBits) | sub) + 1;
        n[next++] = here;
      }
    }
    return next;
  }

  /** Number of non-empty buckets of these histograms. */
  private bucketsOf(first: number, length: number): number {
    let buckets = 0;
    for (let k = first; k < first + length; k++) if (this.zeros[k] > 0) buckets++;
    for (let slot = first * OCTAVES; slot < (first + length) * OCTAVES; slot++) {
      const page = this.pageOf[slot];
      if (page === 0) continue;
      const begin = page << this.subBits;
      for (let at = begin; at <= begin + this.subMask; at++) if (this.pages[at] > 0) buckets++;
    }
    return buckets;
  }

  private newPage(slot: number): number {
    const page = this.used++;
    if ((page + 1) << this.subBits > this.pages.length) {
      const wider = new Uint32Array(this.pages.length * 2);
      wider.set(this.pages);
      this.pages = wider;
    }
    this.pageOf[slot] = page;
    return page;
  }
}
