/** Passes of the descent, and the change at which it ends. */
const PASSES = 2000;
const SAME = 1e-9;

/**
 * Coefficients of `y = sum of b x` that are not negative, by least squares: each in turn is the best one beside the others, until
 * none changes. Source: Franc, Hlavac, Navara 2005, Sequential coordinate-wise algorithm for the non-negative least squares problem.
 */
export function nonNegative(
  columns: readonly (readonly number[])[],
  y: readonly number[],
): readonly number[] {
  const found = columns.map(() => 0);
  const rest = [...y];
  const squares = columns.map((x) => x.reduce((sum, one) => sum + one * one, 0));
  for (let pass = 0; pass < PASSES; pass++) {
    let change = 0;
    for (const [k, x] of columns.entries()) {
      if (!(squares[k]! > 0)) continue;
      const slope = x.reduce((sum, one, t) => sum + one * rest[t]!, 0) / squares[k]!;
      const next = Math.max(0, found[k]! + slope);
      const step = next - found[k]!;
      if (step === 0) continue;
      found[k] = next;
      for (const [t, one] of x.entries()) rest[t] = rest[t]! - step * one;
      change = Math.max(change, Math.abs(step));
    }
    if (change < SAME) break;
  }
  return found;
}
