/** The smallest part found of a variant's changes with which the baseline holds all budgets of that variant too. */
export interface EnoughChanges {
  /** Of `changes`. */
  readonly paths: readonly string[];
  /** Requests that fail in a run, as means: with these changes, with all of them, and with none. */
  readonly failed: number;
  readonly failedWithAll: number;
  readonly failedBefore: number;
  /** Runs that were made. */
  readonly runs: number;
  /** No runs were left to leave out each of them: fewer may be enough. */
  readonly isCut?: true;
}
