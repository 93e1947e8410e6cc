/**
 * Histograms of one resolution in a row of typed arrays. A run returns thousands of small ones; as objects they would
 * be most of the data copied between threads and kept of the run.
 */
export interface HistogramRow {
  readonly subBits: number;
  /** By histogram: number of values, their sum to the nearest double, smallest and largest; 0 when empty. */
  readonly count: Uint32Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** By histogram: end of its buckets in `index` and `n`; they start at the end of the previous histogram. */
  readonly end: Uint32Array;
  /** Non-empty buckets, ascending within a histogram, and the number of values in each. */
  readonly index: Uint16Array;
  readonly n: Uint32Array;
}
