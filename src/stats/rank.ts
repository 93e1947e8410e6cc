/**
 * Nearest rank of quantile p among n ordered values: ceil(p * n), at least 1. The product is shrunk
 * by a few ulp first, so that 7 % of 100 is rank 7 although 0.07 * 100 is above 7 in binary.
 */
export function quantileRank(p: number, n: number): number {
  return Math.min(n, Math.max(1, Math.ceil(p * n * (1 - 1e-15))));
}

/** Quantile of nearest rank of values sorted from small to large; NaN when there are none. */
export function sortedQuantile(sorted: ArrayLike<number>, p: number): number {
  return sorted.length === 0 ? NaN : sorted[quantileRank(p, sorted.length) - 1];
}
