/** Observations of a batch. */
const SIZE = 5;
/**
 * Share of the batches that is always left: a few alike ones at the end would win by chance, and steps of a run are alike
 * for as long as a request takes.
 */
const LEFT = 1 / 4;

/** Where a series is to be cut so that its mean is that of its steady part. */
export interface Truncation {
  /** Observations to drop at the front; a multiple of 5. */
  readonly drop: number;
  /** False = the point is in the second half, so the series is too short to find one. */
  readonly isSettled: boolean;
}

/**
 * The truncation point of MSER-5: the number d of batches of five observations whose removal gives the smallest sum of
 * (y - mean)^2 / (n - d)^2 of the rest, the squared standard error of its mean. Observations that do not fill a batch are
 * left out at the end. Null with fewer than 20 batches. Sources: White, An effective truncation heuristic for bias
 * reduction in simulation output, Simulation 69 (1997), 323-334; batches of five: White, Cobb and Spratt, WSC 2000; the
 * limit to the first half: Franklin and White, WSC 2008.
 */
export function mser5(series: ArrayLike<number>): Truncation | null {
  const batches = Math.floor(series.length / SIZE);
  if (batches < 20) return null;
  const means: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    let sum = 0;
    for (let i = batch * SIZE; i < (batch + 1) * SIZE; i++) sum += series[i]!;
    means.push(sum / SIZE);
  }
  const best = bestOf(means);
  return { drop: best * SIZE, isSettled: best <= batches / 2 };
}

/** The first number of batches whose removal gives the smallest error of the mean of the rest. */
function bestOf(means: readonly number[]): number {
  let [best, least] = [0, Infinity];
  let [mean, squares] = [0, 0];
  // From the end, so that mean and squares of every rest take one pass (Welford 1962).
  for (let from = means.length - 1; from >= 0; from--) {
    const count = means.length - from;
    const before = means[from]! - mean;
    mean += before / count;
    squares += before * (means[from]! - mean);
    const error = squares / (count * count);
    if (count >= LEFT * means.length && error <= least) [best, least] = [from, error];
  }
  return best;
}
