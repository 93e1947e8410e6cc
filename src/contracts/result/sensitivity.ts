import type { Result } from './result.js';
import type { BudgetResult } from './budgets.js';

/** The document of `faultline sensitivity --json`: which guesses decide the answer. */
export interface SensitivityResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly replications: number;
  /** Share by which each input may be wrong, in both directions. */
  readonly guess: number;
  /** In the order of the file. */
  readonly variants: readonly string[];
  /** Texts of the budgets that are judged. */
  readonly budgets: readonly string[];
  /** The answer with the values of the file. */
  readonly usual: SensitivityAnswer;
  /** The figure whose change is measured. */
  readonly figure: SensitivityFigure;
  /** The one that changes the figure most first; those that turn the answer before all others. */
  readonly inputs: readonly SensitivityInput[];
  /** All inputs together at random; null = not asked, or not settled before an interrupt or the limit of runs. */
  readonly together: SensitivityTogether | null;
  /** Parts of the variance of the figure within the range of the inputs that change it most; null as in `together`. */
  readonly shares: SensitivityShares | null;
  readonly runs: number;
  /** Inputs that the file does not mark as guesses, beside those that it marks: only `all` varies them. */
  readonly unvaried: number;
  /** Inputs that were left out, with the reason. */
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
  readonly interrupted?: true;
}

/** What the runs of one point say. */
export interface SensitivityAnswer {
  /** By variant: whether it holds its budgets; null = it has none, or did not finish. */
  readonly holds: readonly (boolean | null)[];
  /** Indices of the variants, the best first; those that hold more come first, then those with more successes. */
  readonly ranking: readonly number[];
  /** By variant: share of the requests that succeed, of the workload that has the fewest; null = it did not finish. */
  readonly success: readonly (number | null)[];
  /** By variant: texts of the budgets that break. */
  readonly broken: readonly (readonly string[])[];
  /** Value of the figure; null = it has none. */
  readonly figure: number | null;
}

/** A figure: that of the budget that is closest to its limit, or the successes of a variant without one. */
export interface SensitivityFigure {
  readonly text: string;
  readonly variant: string;
  readonly unit: BudgetResult['unit'];
  /** Limit of the budget; null without one. */
  readonly limit: number | null;
}

/** An input, and what happens when it alone is wrong. */
export interface SensitivityInput {
  readonly path: string;
  /** The value as it is written. */
  readonly now: string;
  /** Someone marked it as a guess. */
  readonly isMarked: boolean;
  /** At the least and at the greatest value of the range; null = the value is not allowed, or an interrupt came before. */
  readonly low: SensitivityPoint | null;
  readonly high: SensitivityPoint | null;
  /** The values that turn the answer, the nearest on each side of the present one. */
  readonly turns: readonly SensitivityTurn[];
  /** Factors between which no value was found that turns the answer; null where a side was not searched. */
  readonly searched: { readonly from: number | null; readonly to: number | null };
  /** Mean of the absolute change of the figure over the whole range, with the other inputs anywhere; null = not measured. */
  readonly effect: number | null;
}

/** One value of an input. */
export interface SensitivityPoint {
  readonly factor: number;
  readonly value: string;
  readonly figure: number | null;
  /** The verdict on some variant is another one. */
  readonly isTurned: boolean;
  /** The variants come in another order. */
  readonly isReordered: boolean;
}

/** Where an answer turns: between two factors of the present value. */
export interface SensitivityTurn {
  /** Still the answer of the file. */
  readonly same: number;
  readonly other: number;
  /** The value at `other`. */
  readonly value: string;
  /** Variant whose verdict turns, and whether it then holds; null = the best variant is another one. */
  readonly variant: string;
  readonly holds: boolean | null;
  /** Budgets that break there, or that broke before. */
  readonly budgets: readonly string[];
}

/** Points with all inputs anywhere in their ranges. */
export interface SensitivityTogether {
  readonly points: number;
  /** Points with the verdicts of the file, and those whose best variant is that of the file. */
  readonly same: number;
  readonly sameBest: number;
  /** Least and greatest value of the figure; null = it has none. */
  readonly least: number | null;
  readonly most: number | null;
}

/** First and total indices of Sobol', each with its interval of 95 %. */
export interface SensitivityShares {
  readonly points: number;
  readonly inputs: readonly {
    readonly path: string;
    readonly first: SensitivityShare;
    readonly total: SensitivityShare;
  }[];
}

/** A share of the variance, 0 to 1. */
export interface SensitivityShare {
  readonly value: number;
  readonly ci95: readonly [number, number];
}
