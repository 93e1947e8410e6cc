import type { MetricUnit } from '../scenario/expression.js';

/** The runs of a result. */
export interface MadeRuns {
  readonly seed: number;
  readonly replications: number;
  /** Why no more runs were made; absent if their number is fixed. */
  readonly until?: UntilResult;
}

/** The looks at a growing number of runs, and what the last one found. */
export interface UntilResult {
  /** Replications of each look that was planned. */
  readonly looks: readonly number[];
  /** Replications that were made of each variant. */
  readonly made: number;
  /** Confidence of the intervals of the last look: all looks together err with at most 5 %. */
  readonly confidence: number;
  /** `reached`: all goals are. `most`: no further look is planned. `ended`: a guard or an interrupt ended the runs. */
  readonly reason: 'reached' | 'most' | 'ended';
  readonly precisions: readonly PrecisionResult[];
  /** The undecided budgets and expectations; absent if the goals do not include them. */
  readonly undecided?: readonly { readonly variant: string; readonly text: string }[];
}

/** A figure of one variant, and how closely it is known. */
export interface PrecisionResult {
  /** The goal as written. */
  readonly text: string;
  readonly variant: string;
  readonly unit: MetricUnit;
  /** null = nothing was measured, or it never happens in some run. */
  readonly value: number | null;
  /** Half of its interval, in its unit; null = there is none. */
  readonly halfWidth: number | null;
  /** The largest half-width that reaches the goal; null without a value. */
  readonly wanted: number | null;
  readonly isReached: boolean;
}
