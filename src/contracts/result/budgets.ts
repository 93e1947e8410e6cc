import { z } from 'zod';
import {
  count,
  figure,
  interval,
  isOfUnit,
  isWithin,
  list,
  number,
  oneOf,
  present,
  shape,
  share,
  text,
  unit,
  type ShapeValues,
} from './shapes.js';

export const verdict = oneOf('pass', 'fail', 'inconclusive');
export type Verdict = z.output<typeof verdict>;

const stepsResult = shape({
  /** Number of steps with a value, those that meet the limit, and steps without a value. */
  of: count,
  held: count,
  empty: count,
  /** Unit of the values of the steps. */
  unit,
  /** The step farthest beyond its limit; times in s from the end of the warm-up. null = all meet it. */
  worst: shape({ from: count, to: count, value: number, limit: number }).nullable(),
});
/** Steps of the timeline in the window of a budget. */
export type StepsResult = z.output<typeof stepsResult>;

const judged = {
  text,
  /** Its metric and window, as comparisons name them: `users.success during hang`. */
  metric: text,
  name: text.nullable(),
  severity: oneOf('error', 'warning'),
  verdict,
  value: figure,
  ci95: interval,
  /** Source of `ci95`; absent = the replications. */
  from: z.literal('batches').optional(),
  limit: figure,
  /** (limit - value) / limit in the good direction. */
  margin: figure,
  /** seconds, perSecond, share, number. */
  unit,
  /** Reason for a value or limit without a number: `never`, `no samples`. */
  note: text.nullable(),
  /** Of an undecided verdict: replications that would probably decide; null = no number of them. */
  runsToDecide: figure.optional(),
  /** An undecided verdict fails the budget. */
  strict: present,
  /**
   * It is not counted, as `note` says: the variant has nothing that it is about (its verdict is `pass`), or no number of
   * runs measures it there (its verdict is `inconclusive`).
   */
  applies: z.literal(false).optional(),
  /** For a budget on each step: its value is the share of steps that meet the limit. */
  steps: stepsResult.optional(),
  /** For a limit relative to a saved baseline. */
  saved: shape({
    /** Name under which it is saved: its metric and window. */
    key: text,
    /** The saved value. */
    value: figure,
    /** The current value by replication, which `check --update-baseline` saves. */
    each: list(figure),
  }).optional(),
};

export const budgetResult = shape(judged).check(isWithin, isOfUnit);
export type BudgetResult = z.output<typeof budgetResult>;

const hypothesisResultFields = {
  statement: text,
  verdict: oneOf('confirmed', 'refuted', 'inconclusive', 'invalid'),
  expectations: list(shape({ ...judged, variant: text }).check(isWithin, isOfUnit)),
};
export interface HypothesisResult extends ShapeValues<typeof hypothesisResultFields> {}
export const hypothesisResult: z.ZodType<HypothesisResult> = shape(hypothesisResultFields);

export const comparisonResult = shape({
  /** Path as in budgets, with its window. */
  metric: text,
  of: text,
  baseline: text,
  n: count,
  value: figure,
  baselineValue: figure,
  difference: figure,
  /** The interval that decides: it excludes 0 if and only if the adjusted p is below 5 %. null if all pairs of runs are equal. */
  interval,
  /** Confidence of the interval: 0.95, or more by Holm's method where several variants are compared. */
  confidence: share.nullable(),
  /** Adjusted by Holm's method for all variants that are compared in this figure. */
  adjustedP: share.nullable(),
  family: oneOf('headline', 'exploratory'),
  /** Difference that is too small to matter, either way. */
  margin: figure,
  /** Variance of independent differences over that of paired ones; null = undefined. */
  varianceRatio: figure,
  verdict: oneOf('better', 'worse', 'same', 'unknown'),
  /** Of an unknown verdict: what all pairs of runs show. */
  leaning: oneOf('better', 'worse').optional(),
  /** Of an unknown verdict: replications that would probably decide; null = 1,000 would not. */
  runsToDecide: figure.optional(),
  unit,
});
export type Comparison = z.output<typeof comparisonResult>;
