/** Inverse of a symmetric positive definite matrix, by Cholesky's decomposition. null if it is not positive definite. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length;
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i !== j) lower[i]![j] = sum / lower[j]![j]!;
      else if (sum > 0) lower[i]![i] = Math.sqrt(sum);
      else return null;
    }
  }
  const columns = Array.from({ length: n }, (_, at) => solved(lower, at));
  return columns.map((_, i) => columns.map((column) => column[i]!));
}

/** Column `at` of the inverse. */
function solved(lower: readonly (readonly number[])[], at: number): number[] {
  const n = lower.length;
  const x = Array.from({ length: n }, (_, i) => (i === at ? 1 : 0));
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

/** A matrix times a vector. */
export function product(
  matrix: readonly (readonly number[])[],
  vector: readonly number[],
): readonly number[] {
  return matrix.map((row) => row.reduce((sum, value, k) => sum + value * vector[k]!, 0));
}
