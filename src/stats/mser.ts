/** Where to cut off the start of a series. */
export interface Truncation {
  /** Observations to drop at the front, a multiple of the batch size. */
  readonly drop: number;
  /** False when the best cut lies at the end of what may be cut: the series has not settled. */
  readonly settled: boolean;
}

/**
 * Warm-up by MSER-5: batch means of five; drop the d first that make the squared standard error of
 * the rest, sum of (x - mean)^2 / (n - d)^2, smallest, d at most half. Of equal cuts the shortest.
 * Source: White, Cobb and Spratt 2000.
 */
export function mser(series: ArrayLike<number>, batch = 5): Truncation {
  const n = Math.floor(series.length / batch);
  if (n < 4) return { drop: 0, settled: false };
  const means = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < batch; i++) sum += series[k * batch + i];
    means[k] = sum / batch;
  }
  const last = Math.floor(n / 2);
  let best = 0;
  let least = Infinity;
  let mean = 0;
  let squares = 0;
  // From the back, so that mean and squares of every tail come by one update each.
  for (let d = n - 1; d >= 0; d--) {
    const kept = n - d;
    const before = means[d] - mean;
    mean += before / kept;
    squares += before * (means[d] - mean);
    if (d > last) continue;
    const error = squares / (kept * kept);
    if (error <= least) {
      least = error;
      best = d;
    }
  }
  return { drop: best * batch, settled: best < last };
}
