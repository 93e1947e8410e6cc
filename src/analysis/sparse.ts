import type { HistogramData } from '../stats/histogram.js';
import { quantileRank } from '../stats/rank.js';

/**
 * Quantiles of many small histograms taken together, without making a Histogram of each: the series of
 * the timeline need one per step, part and run.
 */
export class SparseMerge {
  /** Counts by bucket; those outside [first, last] are 0. */
  private counts = new Float64Array(1024);
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

  add(data: HistogramData | undefined): void {
    if (data === undefined || data.count === 0) return;
    const { index, n } = data;
    const highest = index[index.length - 1];
    if (highest >= this.counts.length) this.grow(highest);
    this.subBits = data.subBits;
    this.total += data.count;
    this.low = Math.min(this.low, data.min);
    this.high = Math.max(this.high, data.max);
    this.first = Math.min(this.first, index[0]);
    this.last = Math.max(this.last, highest);
    const { counts } = this;
    for (let i = 0; i < index.length; i++) counts[index[i]] += n[i];
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

  private grow(index: number): void {
    const larger = new Float64Array(2 * (index + 1));
    larger.set(this.counts);
    this.counts = larger;
  }

  /** Middle of a bucket in ns, kept within what was seen; bucket 0 holds zeros. */
  private valueOf(index: number): number {
    if (index === 0) return 0;
    const sub = 1 << this.subBits;
    const octave = (index - 1) >> this.subBits;
    let bottom = 1;
    for (let i = 0; i < octave; i++) bottom *= 2;
    const width = bottom / sub;
    const middle = bottom + ((index - 1) & (sub - 1)) * width + (width > 1 ? (width - 1) / 2 : 0);
    return Math.min(this.high, Math.max(this.low, middle));
  }
}
