import type { Result } from './result.js';
import type { BudgetResult } from './budgets.js';

/** The document of `faultline explore --json`: the smallest sets of faults that break a budget. Durations in seconds. */
export interface ExploreResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  /** Runs of each set. */
  readonly replications: number;
  readonly explored: readonly ExploredVariant[];
}

export interface ExploredVariant {
  readonly name: string;
  /** When the faults of a set are active, from the end of the warm-up. */
  readonly span: { readonly from: number; readonly until: number };
  /** Kinds of faults that were tried, in words. */
  readonly menu: readonly string[];
  /** The faults of the scenario were active, too. */
  readonly withFaults: boolean;
  readonly budgets: readonly string[];
  /** Budgets that cannot be judged here, with the reason. */
  readonly leftOut: readonly { readonly text: string; readonly why: string }[];
  /** Budgets that are broken without any fault; then no set is tried. */
  readonly broken: readonly BrokenBudget[];
  /** Components and edges that the requests use in the runs without faults, and that were tried. */
  readonly places: readonly string[];
  /** Components that these requests use only with some fault, such as a fallback. */
  readonly latent: readonly string[];
  /** Components that these requests never use. */
  readonly unused: readonly string[];
  /** Faults that these components cannot have. */
  readonly impossible: readonly string[];
  /** Minimal sets that break a budget, the smallest first, then those with which most requests fail. */
  readonly sets: readonly FoundSet[];
  readonly tried: readonly SizeTally[];
  /** Sets whose runs did not finish, or whose budgets the runs leave open. */
  readonly undecided: number;
  /** Sets that --max-runs, or an interrupt, left untried. */
  readonly untried: number;
  /** Present after an interrupt. */
  readonly interrupted?: true;
  /** Runs made, all replications together. */
  readonly runs: number;
}

/** The sets of one size. */
export interface SizeTally {
  readonly size: number;
  readonly tried: number;
  readonly broken: number;
  /** Not run: it contains a smaller set that breaks a budget. */
  readonly superset: number;
  /** Not run: with one of its faults the requests no longer use the place of another one. */
  readonly redundant: number;
}

/** A fault that was tried. */
export interface ExploredFault {
  /** Component or edge, `a->b`. */
  readonly place: string;
  /** `payments is down`. */
  readonly words: string;
  /** A line for the list `faults` of a scenario. */
  readonly yaml: string;
}

export interface FoundSet {
  readonly faults: readonly ExploredFault[];
  readonly broken: readonly BrokenBudget[];
  /** Share of the requests that arrive while the faults are active and do not succeed. */
  readonly lost: number;
  /** How the failure spreads, in one sentence; empty after the first twenty sets. */
  readonly sentence: string;
}

export type BrokenBudget = Pick<
  BudgetResult,
  'text' | 'name' | 'value' | 'limit' | 'unit' | 'note'
> & {
  /** Its value without faults. */
  readonly healthy: number | null;
};
