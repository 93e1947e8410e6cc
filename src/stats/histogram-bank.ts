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

/** Log2 of the entries of a histogram in `firsts`: the number of its first values, then their keys. */
const FIRSTS = 3;
const MOST_FIRSTS = (1 << FIRSTS) - 1;
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
  readonly empty: HistogramData;
  /** By number of histograms: the row in which all are empty. */
  private readonly emptyRows = new Map<number, HistogramRow>();
  private state: Float64Array;
  private zeros: Uint32Array;
  /**
   * The keys of the first values of each histogram. Most histograms of a large topology have a few values; a page for each
   * octave of them would be a hundred times larger, and far from those of the other histograms of the same time.
   */
  private firsts: Uint16Array;
  /** Number of the page of each (histogram, octave); 0 = none yet. */
  private pageOf: Int32Array;
  private pages: Uint32Array;
  private used = 1;
  /** Non-empty buckets of the histograms that are being packed, and the number of values in each. */
  private found: Uint16Array = new Uint16Array(1024);
  private foundCounts: Uint32Array = new Uint32Array(1024);

  /** Initial capacity: `room` histograms, and `pages` octaves of them. */
  constructor(subBits: number, room: number, pages: number) {
    this.subBits = subBits;
    this.empty = { subBits, count: 0, sum: 0, min: 0, max: 0, index: [], n: [] };
    this.shift = 20 - subBits;
    this.base = 1023 << subBits;
    this.subMask = (1 << subBits) - 1;
    this.state = new Float64Array(room * STATE);
    this.zeros = new Uint32Array(room);
    this.firsts = new Uint16Array(room << FIRSTS);
    this.pageOf = new Int32Array(room * OCTAVES);
    this.pages = new Uint32Array(pages << subBits);
  }

  /** Empties the bank and sets its number of histograms. */
  reset(count: number): void {
    const before = this.count;
    if (!cleared(this.zeros, before, count)) {
      this.zeros = new Uint32Array(count);
      this.firsts = new Uint16Array(count << FIRSTS);
      this.pageOf = new Int32Array(count * OCTAVES);
      this.state = new Float64Array(count * STATE);
    }
    clear(this.firsts, before << FIRSTS);
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
    const first = histogram << FIRSTS;
    if (key < 0) {
      this.zeros[histogram]++;
    } else if (this.firsts[first] > MOST_FIRSTS) {
      const page = this.pageOf[histogram * OCTAVES + (key >> this.subBits)];
      if (page === 0) this.book(histogram, key);
      else this.pages[(page << this.subBits) | (key & this.subMask)]++;
    } else {
      this.addFirst(histogram, key);
    }
  }

  private addFirst(histogram: number, key: number): void {
    const { firsts } = this;
    const first = histogram << FIRSTS;
    const held = firsts[first];
    if (held < MOST_FIRSTS) {
      firsts[first] = held + 1;
      firsts[first + held + 1] = key;
    } else {
      this.spill(histogram);
      this.book(histogram, key);
    }
  }

  private book(histogram: number, key: number): void {
    const slot = histogram * OCTAVES + (key >> this.subBits);
    let page = this.pageOf[slot];
    if (page === 0) page = this.newPage(slot);
    this.pages[(page << this.subBits) | (key & this.subMask)]++;
  }

  /** Moves the first values of a histogram to its pages, where all of its values are from now on. */
  private spill(histogram: number): void {
    const { firsts } = this;
    const first = histogram << FIRSTS;
    const held = firsts[first];
    if (held > MOST_FIRSTS) return;
    for (let k = 1; k <= held; k++) this.book(histogram, firsts[first + k]);
    firsts[first] = MOST_FIRSTS + 1;
  }

  /** Counts the value 0 `n` times. */
  addZeros(histogram: number, n: number): void {
    if (n === 0) return;
    const at = histogram * STATE;
    this.zeros[histogram] += n;
    this.state[at + LOW] = 0;
    if (this.state[at + HIGH] < 0) this.state[at + HIGH] = 0;
  }

  /** Whether none of these histograms has a value. */
  areEmpty(histograms: readonly number[]): boolean {
    return histograms.every((histogram) => this.state[histogram * STATE + HIGH] < 0);
  }

  /** Merges histograms of the bank into the form that results use. */
  dataOf(histograms: readonly number[]): HistogramData {
    const { subBits, subMask, state } = this;
    const index: number[] = [];
    const n: number[] = [];
    let count = 0;
    let min = Infinity;
    let max = -1;
    for (const histogram of histograms) {
      this.spill(histogram);
      count += this.zeros[histogram];
      min = Math.min(min, state[histogram * STATE + LOW]);
      max = Math.max(max, state[histogram * STATE + HIGH]);
    }
    if (max < 0) return this.empty;
    if (count > 0) {
      index.push(0);
      n.push(count);
    }
    const last = octaveOf(max);
    for (let octave = octaveOf(min); octave <= last; octave++) {
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
    invariant(count <= COUNT_LIMIT, 'histogram-full');
    let exact = 0n;
    for (const histogram of histograms) exact += this.exactSum(histogram);
    const sum = Number(exact);
    const rest = Number(exact - BigInt(sum));
    const data = { subBits, count, sum, min, max, index, n };
    return rest === 0 ? data : { ...data, sumRest: rest };
  }

  /** `length` histograms of the bank, `stride` apart from `first` on, packed. */
  rowOf(first: number, length: number, stride = 1): HistogramRow {
    const count = new Uint32Array(length);
    const sum = new Float64Array(length);
    const min = new Float64Array(length);
    const max = new Float64Array(length);
    const end = new Uint32Array(length);
    let at = 0;
    for (let k = 0; k < length; k++) {
      const begin = at;
      const histogram = first + k * stride;
      at = this.find(histogram, at);
      for (let bucket = begin; bucket < at; bucket++) count[k] += this.foundCounts[bucket];
      end[k] = at;
      if (count[k] === 0) continue;
      const state = histogram * STATE;
      sum[k] = this.state[state + SUM_HIGH] * TWO_52 + this.state[state + SUM_LOW];
      min[k] = this.state[state + LOW];
      max[k] = this.state[state + HIGH];
    }
    const known = at === 0 ? this.emptyRows.get(length) : undefined;
    if (known !== undefined) return known;
    const [index, n] = [this.found.slice(0, at), this.foundCounts.slice(0, at)];
    const row = { subBits: this.subBits, count, sum, min, max, end, index, n };
    if (at === 0) this.emptyRows.set(length, row);
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

  /** Writes the non-empty buckets of a histogram to `found` from place `at`, and returns the place after them. */
  private find(histogram: number, at: number): number {
    const { subBits, subMask, pages, pageOf } = this;
    const most = at + 1 + (OCTAVES << subBits);
    if (most > this.found.length) {
      this.found = widened(this.found, new Uint16Array(2 * most));
      this.foundCounts = widened(this.foundCounts, new Uint32Array(2 * most));
    }
    const { found, foundCounts } = this;
    const state = histogram * STATE;
    if (this.state[state + HIGH] < 0) return at;
    let next = at;
    if (this.zeros[histogram] > 0) {
      found[next] = 0;
      foundCounts[next++] = this.zeros[histogram];
    }
    if (this.firsts[histogram << FIRSTS] <= MOST_FIRSTS) return this.findFirsts(histogram, next);
    const last = octaveOf(this.state[state + HIGH]);
    for (let octave = octaveOf(this.state[state + LOW]); octave <= last; octave++) {
      const page = pageOf[histogram * OCTAVES + octave];
      if (page === 0) continue;
      for (let sub = 0; sub <= subMask; sub++) {
        const here = pages[(page << subBits) | sub];
        if (here === 0) continue;
        found[next] = ((octave << subBits) | sub) + 1;
        foundCounts[next++] = here;
      }
    }
    return next;
  }

  /** The same for a histogram with a few values: the keys in ascending order, each once. */
  private findFirsts(histogram: number, at: number): number {
    const { firsts, found, foundCounts } = this;
    const first = histogram << FIRSTS;
    let next = at;
    for (let k = 1; k <= firsts[first]; k++) {
      const bucket = firsts[first + k] + 1;
      let place = next;
      while (place > at && found[place - 1] > bucket) place--;
      if (place > at && found[place - 1] === bucket) {
        foundCounts[place - 1]++;
        continue;
      }
      for (let to = next++; to > place; to--) {
        found[to] = found[to - 1];
        foundCounts[to] = foundCounts[to - 1];
      }
      found[place] = bucket;
      foundCounts[place] = 1;
    }
    return next;
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

/** Number of the octave with a value: 0 for 1, and for 0, which is in none. */
function octaveOf(ns: number): number {
  cell[0] = ns;
  return ns < 1 ? 0 : (words[EXPONENT] >> 20) - 1023;
}

function widened<T extends Uint16Array | Uint32Array>(column: T, wider: T): T {
  wider.set(column);
  return wider;
}
