/**
 * Histograms of one resolution one behind the other, as typed arrays: a run hands back thousands of small
 * ones, and as objects they are most of what is copied between threads and kept of it.
 */
export interface HistogramRow {
  readonly subBits: number;
  /** By histogram: number of values, their sum to the nearest double, smallest and largest; 0 when empty. */
  readonly count: Uint32Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** By histogram: where its buckets end in `index` and `n`; they begin where those before it end. */
  readonly end: Uint32Array;
  /** Buckets that hold something, by rising index within a histogram, and how many values each holds. */
  readonly index: Uint16Array;
  readonly n: Uint32Array;
}
