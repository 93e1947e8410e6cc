/** Values of the law, each for an equal share. */
const POINTS = 100;
/** Rounds: the points then differ from those of the law by less than the data do. */
const ROUNDS = 12;
/** Values that are returned, between the points. */
const VALUES = 500;

/**
 * The law of one of two independent times with the same law, of which only the sum is known: equally likely values whose sums
 * by pairs have the quantiles of the data. Each round moves both parts of a sum by what its quantile is off. Halving the sums
 * would make a rare long time half as long and twice as frequent.
 */
export function halfOfSums(sums: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(sums).sort();
  const half = sums.reduce((sum, one) => sum + one, 0) / sums.length / 2;
  const size = POINTS * POINTS;
  const targets = Float64Array.from({ length: size }, (_, k) => at(sorted, (k + 0.5) / size));
  let points = Float64Array.from({ length: POINTS }, (_, k) => at(sorted, (k + 0.5) / POINTS) / 2);
  const pairs = new Float64Array(size);
  const order = new Uint32Array(size);
  for (let round = 0; round < ROUNDS; round++) {
    for (let k = 0; k < size; k++) {
      order[k] = k;
      pairs[k] = points[Math.floor(k / POINTS)] + points[k % POINTS];
    }
    order.sort((a, b) => pairs[a] - pairs[b] || a - b);
    const next = new Float64Array(POINTS);
    order.forEach((pair, k) => {
      const own = Math.floor(pair / POINTS);
      const share = pairs[pair] > 0 ? points[own] / pairs[pair] : 0.5;
      next[own] += (share * targets[k]) / POINTS;
    });
    points = next.sort();
  }
  const values = Array.from({ length: VALUES }, (_, k) => at(points, (k + 0.5) / VALUES));
  const mean = values.reduce((sum, one) => sum + one, 0) / VALUES;
  return mean > 0 ? values.map((one) => (one * half) / mean) : values;
}

/** Quantile between the middles of equal shares. */
function at(sorted: Float64Array, share: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, share * sorted.length - 0.5));
  const k = Math.floor(place);
  const next = sorted[Math.min(sorted.length - 1, k + 1)];
  return sorted[k] + (next - sorted[k]) * (place - k);
}
