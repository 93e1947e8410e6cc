import type { HistogramData } from '../stats/histogram.js';
import { quantileRank } from '../stats/rank.js';

/**
 * Quantiles of many small histograms taken together, without making a Histogram of each: the series of
 * the timeline need one per step, part and run.
 */
export class SparseMerge {
  private counts = new Map<number, number>();
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
    this.subBits = data.subBits;
    this.total += data.count;
    this.low = Math.min(this.low, data.min);
    this.high = Math.max(this.high, data.max);
    for (let i = 0; i < data.index.length; i++) {
      const index = data.index[i];
      this.counts.set(index, (this.counts.get(index) ?? 0) + data.n[i]);
    }
  }

  clear(): void {
    this.counts.clear();
    this.total = 0;
    this.low = Infinity;
    this.high = 0;
  }

  /** Quantiles of nearest rank in seconds, for rising p; null when empty. */
  quantiles(ps: readonly number[]): readonly (number | null)[] {
    if (this.total === 0) return ps.map(() => null);
    const order = [...this.counts.keys()].sort((a, b) => a - b);
    const values: number[] = [];
    let seen = 0;
    let next = 0;
    for (const index of order) {
      seen += this.counts.get(index)!;
      while (next < ps.length && seen >= quantileRank(ps[next], this.total)) {
        values.push(this.valueOf(index) / 1e9);
        next++;
      }
    }
    return values;
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
