import type { Measure } from './expression.js';

/** How closely a metric is to be known. */
export interface Precision extends Measure {
  /** Largest half-width of its interval, in the unit of the metric, or as a share of its value. */
  readonly within: number;
  readonly isRelative: boolean;
}

/** When enough runs were made. */
export interface Until {
  /** Replications of the first look, and most of all. */
  readonly first: number;
  readonly most: number;
  /** Every budget, every expectation and the hypothesis is to be decided. */
  readonly isDecided: boolean;
  readonly precisions: readonly Precision[];
}
