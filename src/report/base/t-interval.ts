import { studentQuantile } from '../../stats/student.js';

/** 95 % interval of a mean over replications, around a value; null if fewer than two are known or all are equal. */
export function tInterval(
  value: number,
  each: readonly (number | null)[],
): readonly [number, number] | null {
  const known = each.filter((one) => one !== null);
  if (known.length < 2) return null;
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  const squares = known.reduce((sum, one) => sum + (one - mean) * (one - mean), 0);
  if (squares === 0) return null;
  const n = known.length;
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return [value - half, value + half];
}
