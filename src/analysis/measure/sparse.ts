import type { HistogramRow } from '../../stats/histogram-row.js';
import { quantileRank } from '../../stats/rank.js';

/** Buckets at the first value; most parts of a large topology have none. */
const LEAST = 1024;
const NOTHING = new Float64Array(0);

/**
 * Quantiles of many small merged histograms, without building a Histogram of each: the timeline's series need one per
 * step, part and run.
 */
export class SparseMerge {
  /** Counts by bucket; those outside [first, last] are 0. */
  private counts = NOTHING;
  private first = Infinity;
  private last = -1;
  private total = 0;
  private low = Infinity;
  private high = 0;
  private subBits = 0;

  /** Number of values added. */
  get count(): number {
    return this.total;
  }

  /** Adds one histogram of a row. */
  add(row: HistogramRow, place: number): void {
    const { index, n } = row;
    const begin = place === 0 ? 0 : row.end[place - 1];
    const end = row.end[place];
    if (begin === end) return;
    const highest = index[end - 1];
    if (highest >= this.counts.length) this.grow(highest);
    this.subBits = row.subBits;
    this.total += row.count[place];
    this.low = Math.min(this.low, row.min[place]);
    this.high = Math.max(this.high, row.max[place]);
    this.first = Math.min(this.first, index[begin]);
    this.last = Math.max(this.last, highest);
    const { counts } = this;
    for (let i = begin; i < end; i++) counts[index[i]] += n[i];
  }

  clear(): void {
    if (this.last >= 0) this.counts.fill(0, this.first, this.last + 1);
    this.first = Infinity;
    this.last = -1;
    this.total = 0;
    this.low = Infinity;
    this.high = 0;
  }

  /** Quantiles of nearest rank in seconds, for rising p; null when empty. */
  quantiles(ps: readonly number[]): readonly (number | null)[] {
    if (this.total === 0) return ps.map(() => null);
    const ranks = ps.map((p) => quantileRank(p, this.total));
    const values: number[] = [];
    let seen = 0;
    for (let index = this.first; index <= this.last && values.length < ps.length; index++) {
      seen += this.counts[index];
      while (values.length < ps.length && seen >= ranks[values.length])
        values.push(this.valueOf(index) / 1e9);
    }
    return values;
  }

  /**
   * Number of values at least this large, in seconds. The bucket of the value counts, because a constant latency
   * falls into one bucket.
   */
  atLeast(seconds: number): number {
    let count = 0;
    for (let index = this.last; index >= this.first; index--) {
      if (this.counts[index] === 0) continue;
      if (this.endOf(index) / 1e9 < seconds) break;
      count += this.counts[index];
    }
    return count;
  }

  private grow(index: number): void {
    const larger = new Float64Array(Math.max(LEAST, 2 * (index + 1)));
    larger.set(this.counts);
    this.counts = larger;
  }

  /** Middle of a bucket in ns, clamped to the observed range; bucket 0 holds zeros. */
  private valueOf(index: number): number {
    if (index === 0) return 0;
    const width = this.widthOf(index);
    const middle = this.endOf(index) - (width > 1 ? (width + 1) / 2 : width);
    return Math.min(this.high, Math.max(this.low, middle));
  }

  private widthOf(index: number): number {
    let bottom = 1;
    for (let i = (index - 1) >> this.subBits; i > 0; i--) bottom *= 2;
    return bottom / (1 << this.subBits);
  }

  /** First ns after a bucket. */
  private endOf(index: number): number {
    if (index === 0) return 0;
    const width = this.widthOf(index);
    const sub = 1 << this.subBits;
    return width * (sub + ((index - 1) & (sub - 1)) + 1);
  }
}
