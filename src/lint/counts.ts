import { Counts, type CountDistribution } from '../kernel/counts.js';

/** Mean of a count distribution. */
export function meanCount(count: CountDistribution): number {
  const counts = new Counts();
  return counts.mean(counts.add(count));
}
