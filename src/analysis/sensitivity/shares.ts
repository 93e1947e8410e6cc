import type { SensitivityShare } from '../../contracts/result/sensitivity.js';
import { studentQuantile } from '../../stats/student.js';
import { sumOf } from '../../stats/sums.js';

/** Values of the figure at the points for indices of Sobol'. */
export interface ShareValues {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** `[input][row]`. */
  readonly mixed: readonly (readonly number[])[];
}

/** By input: first and total index; null if the figure does not change. */
export function sharesOf(
  values: ShareValues,
): readonly { readonly first: SensitivityShare; readonly total: SensitivityShare }[] | null {
  const { a, b, mixed } = values;
  const rows = a.map((_, row) => row);
  if (varianceOf([...a, ...b]) === 0) return null;
  return mixed.map((own) => ({
    first: withInterval(rows, (kept) => firstOf(kept, a, b, own)),
    total: withInterval(rows, (kept) => totalOf(kept, a, b, own)),
  }));
}

/** The share that an input has alone (Saltelli 2010, table 2, b). */
function firstOf(
  rows: readonly number[],
  a: readonly number[],
  b: readonly number[],
  mixed: readonly number[],
): number {
  const products = rows.map((row) => b[row]! * (mixed[row]! - a[row]!));
  return sumOf(products) / rows.length / varianceAt(rows, a, b);
}

/** The share that would go without the input, what it has together with others included (M. Jansen 1999). */
function totalOf(
  rows: readonly number[],
  a: readonly number[],
  b: readonly number[],
  mixed: readonly number[],
): number {
  const squares = rows.map((row) => (a[row]! - mixed[row]!) * (a[row]! - mixed[row]!));
  return sumOf(squares) / (2 * rows.length) / varianceAt(rows, a, b);
}

function varianceAt(rows: readonly number[], a: readonly number[], b: readonly number[]): number {
  return varianceOf(rows.flatMap((row) => [a[row]!, b[row]!]));
}

function varianceOf(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return sumOf(values.map((value) => (value - mean) * (value - mean))) / values.length;
}

/** The estimate of all rows, with the interval of the jackknife that leaves out one row each. */
function withInterval(
  rows: readonly number[],
  estimate: (rows: readonly number[]) => number,
): SensitivityShare {
  const n = rows.length;
  const without = rows.map((row) => estimate(rows.filter((own) => own !== row)));
  const mean = sumOf(without) / n;
  const squares = sumOf(without.map((one) => (one - mean) * (one - mean)));
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(((n - 1) / n) * squares);
  const value = estimate(rows);
  return { value: within(value), ci95: [within(value - half), within(value + half)] };
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
