import { studentQuantile } from './student.js';

/** Numbers of replications that are proposed. */
const PROPOSED = [
  2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000,
];

/** How often a proposed number of replications decides, if the runs so far show the true difference and spread. */
const POWER = 0.8;

/** An interval that is too wide to decide. */
export interface Wide {
  /** Replications that it comes from. */
  readonly n: number;
  /** Degrees of freedom: n - 1, those of the batches of a single run, Infinity for shares. */
  readonly df: number;
  readonly halfWidth: number;
  /** One minus its confidence. */
  readonly error: number;
}

/** The half-width to expect with another number of replications, widened by the error of their estimate. */
export function halfWidthAt({ n, df, halfWidth, error }: Wide, runs: number): number {
  const perRun = (halfWidth * Math.sqrt(n)) / studentQuantile(1 - error / 2, df);
  const dfThen = df === Infinity ? df : runs - 1;
  const quantiles = studentQuantile(1 - error / 2, dfThen) + studentQuantile(POWER, dfThen);
  return (quantiles * perRun) / Math.sqrt(runs);
}

/** The first number of replications above `n` that would probably decide; null if 1,000 would not. */
export function firstToDecide(n: number, isEnough: (runs: number) => boolean): number | null {
  return PROPOSED.find((runs) => runs > n && isEnough(runs)) ?? null;
}

/** The same for one interval: `isDecided` says whether a half-width is narrow enough. */
export function runsToDecide(wide: Wide, isDecided: (half: number) => boolean): number | null {
  return firstToDecide(wide.n, (runs) => isDecided(halfWidthAt(wide, runs)));
}
