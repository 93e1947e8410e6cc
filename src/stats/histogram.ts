import { invariant } from '../kernel/invariant.js';
import { quantileRank } from './rank.js';

const OCTAVES = 53;
const TWO_52 = 4503599627370496;
/** Maximum number of values in a histogram. */
export const COUNT_LIMIT = 4294967295;

const cell = new Float64Array(1);
const words = new Int32Array(cell.buffer);
// Which of the two words holds sign and exponent depends on the machine.
cell[0] = 1;
const HIGH = words[1] !== 0 ? 1 : 0;

/** A histogram in the form that results use: only buckets with a count, by ascending index. */
export interface HistogramData {
  readonly subBits: number;
  readonly count: number;
  /** Sum of all values in ns, to the nearest double; `sum + sumRest` is exact. */
  readonly sum: number;
  /** Rounding error of `sum`; omitted when 0. */
  readonly sumRest?: number;
  /** Smallest and largest value in ns; 0 when empty. */
  readonly min: number;
  readonly max: number;
  readonly index: readonly number[];
  readonly n: readonly number[];
}

/**
 * Histogram of durations in whole ns with buckets of equal relative width, taken from the bits of the double: exponent
 * and first `subBits` bits of the mantissa. Every quantile is within 2^-(subBits + 1) of a value that was added (0.39 %
 * at 7 bits); count, sum, min and max are exact. One page per octave, allocated on first use. Source: HdrHistogram
 * (Tene 2012), with the octaves of IEEE 754.
 */
export class Histogram {
  /** Buckets per octave = 2^subBits. */
  readonly subBits: number;
  /** Values added. */
  count = 0;
  private readonly shift: number;
  private readonly base: number;
  private readonly subMask: number;
  private zeros = 0;
  private readonly pages: (Uint32Array | null)[] = [];
  private low = Infinity;
  private high = -1;
  /** sum = sumHigh * 2^52 + sumLow, both whole. */
  private sumLow = 0;
  private sumHigh = 0;

  constructor(subBits = 7) {
    invariant(subBits >= 1 && subBits <= 12, 'histogram-bits');
    this.subBits = subBits;
    this.shift = 20 - subBits;
    this.base = 1023 << subBits;
    this.subMask = (1 << subBits) - 1;
    for (let octave = 0; octave < OCTAVES; octave++) this.pages.push(null);
  }

  /** Adds one value: whole ns, 0 to 2^52. */
  add(ns: number): void {
    this.count++;
    if (ns < this.low) this.low = ns;
    if (ns > this.high) this.high = ns;
    const sum = this.sumLow + ns;
    this.sumLow = sum;
    if (sum >= TWO_52) this.carry();
    cell[0] = ns;
    const key = (words[HIGH] >> this.shift) - this.base;
    if (key < 0) {
      this.zeros++;
      return;
    }
    const page = this.pages[key >> this.subBits];
    if (page !== null) page[key & this.subMask]++;
    else this.newPage(key >> this.subBits)[key & this.subMask]++;
  }

  /** Sum of all values in ns, rounded once to a double. */
  get sum(): number {
    return this.sumHigh * TWO_52 + this.sumLow;
  }

  /** Smallest value in ns, NaN when empty. */
  get min(): number {
    return this.count > 0 ? this.low : NaN;
  }

  /** Largest value in ns, NaN when empty. */
  get max(): number {
    return this.count > 0 ? this.high : NaN;
  }

  /** Arithmetic mean in ns, NaN when empty. */
  mean(): number {
    return this.count > 0 ? this.sum / this.count : NaN;
  }

  /**
   * The value of nearest rank ceil(p * count), 0 <= p <= 1, in ns: the middle of its bucket, kept
   * within [min, max]. NaN when empty.
   */
  quantile(p: number): number {
    if (this.count === 0) return NaN;
    const rank = quantileRank(p, this.count);
    // The smallest and largest values are known exactly.
    if (rank === 1) return this.low;
    if (rank === this.count) return this.high;
    let seen = this.zeros;
    if (seen >= rank) return 0;
    for (let octave = 0; octave < OCTAVES; octave++) {
      const page = this.pages[octave];
      if (page === null) continue;
      for (let sub = 0; sub < page.length; sub++) {
        seen += page[sub];
        if (seen >= rank) return this.clamp(this.middle(octave, sub));
      }
    }
    return this.high;
  }

  /**
   * Share of the values that are at most ns, 0 to 1; NaN when empty. All values in the bucket of ns count as at most ns
   * (an error of up to 0.8 % of ns at 7 bits): many values equal ns exactly, and must not be split.
   */
  cdfAt(ns: number): number {
    if (this.count === 0) return NaN;
    if (ns >= this.high) return 1;
    if (ns < this.low) return 0;
    return Math.min(1, this.through(this.indexOf(ns)) / this.count);
  }

  /** Values in buckets below that of ns. */
  countBelow(ns: number): number {
    return this.through(this.indexOf(ns) - 1);
  }

  /** Values in buckets above that of ns. */
  countAbove(ns: number): number {
    return this.count - this.through(this.indexOf(ns));
  }

  /** Adds all values of another histogram with the same subBits; the order of merging does not matter. */
  merge(other: Histogram): void {
    invariant(other.subBits === this.subBits, 'histogram-bits-differ');
    if (other.count === 0) return;
    this.zeros += other.zeros;
    for (let octave = 0; octave < OCTAVES; octave++) {
      const theirs = other.pages[octave];
      if (theirs === null) continue;
      const own = this.pages[octave] ?? this.newPage(octave);
      for (let sub = 0; sub < theirs.length; sub++) own[sub] += theirs[sub];
    }
    this.low = Math.min(this.low, other.low);
    this.high = Math.max(this.high, other.high);
    this.addSum(other.sumHigh, other.sumLow);
    this.addCount(other.count);
  }

  /** Plain data that `from` reads back without loss. */
  toJSON(): HistogramData {
    const index: number[] = [];
    const n: number[] = [];
    if (this.zeros > 0) {
      index.push(0);
      n.push(this.zeros);
    }
    for (let octave = 0; octave < OCTAVES; octave++) {
      const page = this.pages[octave];
      if (page === null) continue;
      for (let sub = 0; sub < page.length; sub++) {
        if (page[sub] === 0) continue;
        index.push(((octave << this.subBits) | sub) + 1);
        n.push(page[sub]);
      }
    }
    const empty = this.count === 0;
    const { subBits, count, sum } = this;
    const rest = this.sumRest();
    const ends = { min: empty ? 0 : this.low, max: empty ? 0 : this.high };
    if (rest !== 0) return { subBits, count, sum, sumRest: rest, ...ends, index, n };
    return { subBits, count, sum, ...ends, index, n };
  }

  /** The histogram that `toJSON` described. */
  static from(sparse: HistogramData): Histogram {
    const histogram = new Histogram(sparse.subBits);
    histogram.addAll(sparse);
    return histogram;
  }

  /** Adds the values of a histogram in the form of results, which must have the same subBits. */
  addAll(sparse: HistogramData): void {
    invariant(sparse.subBits === this.subBits, 'histogram-bits-differ');
    const { index, n, count } = sparse;
    let added = 0;
    for (let i = 0; i < index.length; i++) {
      this.addToBucket(index[i], n[i]);
      added += n[i];
    }
    invariant(added === count, 'histogram-count-differs');
    if (count > 0) {
      this.low = Math.min(this.low, sparse.min);
      this.high = Math.max(this.high, sparse.max);
    }
    if (sparse.sum < TWO_52 && sparse.sumRest === undefined) this.addSum(0, sparse.sum);
    else this.addExactly(BigInt(sparse.sum) + BigInt(sparse.sumRest ?? 0));
    this.addCount(count);
  }

  /** Values in the buckets up to this index, as `indexOf` numbers them. */
  private through(index: number): number {
    if (index < 0) return 0;
    let below = this.zeros;
    if (index === 0) return below;
    const last = (index - 1) >> this.subBits;
    for (let octave = 0; octave < last; octave++) below += total(this.pages[octave]);
    const page = this.pages[last];
    if (page !== null) {
      const end = (index - 1) & this.subMask;
      for (let sub = 0; sub <= end; sub++) below += page[sub];
    }
    return below;
  }

  private addExactly(sum: bigint): void {
    this.addSum(Number(sum >> 52n), Number(sum & 0xfffffffffffffn));
  }

  private addToBucket(index: number, n: number): void {
    if (index === 0) {
      this.zeros += n;
      return;
    }
    const octave = (index - 1) >> this.subBits;
    invariant(octave >= 0 && octave < OCTAVES, 'histogram-index');
    const page = this.pages[octave] ?? this.newPage(octave);
    page[(index - 1) & this.subMask] += n;
  }

  private addCount(n: number): void {
    this.count += n;
    invariant(this.count <= COUNT_LIMIT, 'histogram-full');
  }

  private addSum(high: number, low: number): void {
    this.sumHigh += high;
    this.sumLow += low;
    if (this.sumLow >= TWO_52) this.carry();
  }

  private carry(): void {
    this.sumLow -= TWO_52;
    this.sumHigh++;
  }

  private sumRest(): number {
    if (this.sumHigh < 2) return 0;
    return Number(BigInt(this.sumHigh) * BigInt(TWO_52) + BigInt(this.sumLow) - BigInt(this.sum));
  }

  /** 0 for the value 0, else 1 + octave * 2^subBits + sub-bucket. */
  private indexOf(ns: number): number {
    cell[0] = Math.max(0, ns);
    return Math.max(-1, (words[HIGH] >> this.shift) - this.base) + 1;
  }

  /**
   * Width of the buckets of an octave in ns; below 1 each bucket holds at most one whole number.
   */
  private width(octave: number): number {
    return powerOfTwo(octave) / (this.subMask + 1);
  }

  /** Smallest number in a bucket. */
  private bottom(octave: number, sub: number): number {
    return powerOfTwo(octave) + sub * this.width(octave);
  }

  private middle(octave: number, sub: number): number {
    const width = this.width(octave);
    return this.bottom(octave, sub) + (width > 1 ? (width - 1) / 2 : 0);
  }

  private clamp(ns: number): number {
    return ns < this.low ? this.low : ns > this.high ? this.high : ns;
  }

  private newPage(octave: number): Uint32Array {
    return (this.pages[octave] = new Uint32Array(this.subMask + 1));
  }
}

function total(page: Uint32Array | null): number {
  if (page === null) return 0;
  let sum = 0;
  for (let i = 0; i < page.length; i++) sum += page[i];
  return sum;
}

function powerOfTwo(octave: number): number {
  return octave < 31 ? 1 << octave : (1 << (octave - 30)) * 1073741824;
}
