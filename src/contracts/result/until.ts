import { z } from 'zod';
import { count, figure, flag, list, oneOf, shape, share, text, unit } from './shapes.js';

const precisionResult = shape({
  /** The goal as written. */
  text,
  variant: text,
  unit,
  /** null = nothing was measured, or it never happens in some run. */
  value: figure,
  /** From the value to the farther end of its interval, in its unit; null = there is none. */
  halfWidth: figure,
  /** The largest half-width that reaches the goal; null without a value. */
  wanted: figure,
  /** Ids of faults that start by chance and have struck in no run; absent without any. The goal is then not reached. */
  unseen: list(text).optional(),
  isReached: flag,
});
/** A figure of one variant, and how closely it is known. */
export type PrecisionResult = z.output<typeof precisionResult>;

const untilResult = shape({
  /** Replications of each look that was planned. */
  looks: list(count),
  /** Replications that were made of each variant. */
  made: count,
  /** Confidence of the intervals of the last look: all looks together err with at most 5 %. */
  confidence: share,
  /** `reached`: all goals are. `most`: no further look is planned. `ended`: a guard or an interrupt ended the runs. */
  reason: oneOf('reached', 'most', 'ended'),
  precisions: list(precisionResult),
  /** The undecided budgets and expectations; absent if the goals do not include them. */
  undecided: list(shape({ variant: text, text })).optional(),
});
/** The looks at a growing number of runs, and what the last one found. */
export type UntilResult = z.output<typeof untilResult>;

/** The runs of a result. */
export const madeRuns = shape({
  seed: z.int().min(0),
  replications: z.int().min(1),
  /** Why no more runs were made; absent if their number is fixed. */
  until: untilResult.optional(),
});
export type MadeRuns = z.output<typeof madeRuns>;
