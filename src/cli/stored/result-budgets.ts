import { z } from 'zod';
import type { BudgetResult, Comparison, HypothesisResult } from '../../contracts/result/result.js';
import {
  count,
  figure,
  interval,
  isOfUnit,
  isWithin,
  list,
  number,
  oneOf,
  share,
  text,
  unit,
  verdict,
} from './shapes.js';

const steps = z.object({
  of: count,
  held: count,
  empty: count,
  unit,
  worst: z.object({ from: count, to: count, value: number, limit: number }).nullable(),
});

const judged = z.object({
  text,
  metric: text,
  name: text.nullable(),
  severity: oneOf<BudgetResult['severity']>({ error: 1, warning: 1 }),
  verdict,
  value: figure,
  ci95: interval,
  from: z.literal('batches').optional(),
  limit: figure,
  margin: figure,
  unit,
  note: text.nullable(),
  runsToDecide: figure.optional(),
  strict: z.literal(true).optional(),
  applies: z.literal(false).optional(),
  steps: steps.optional(),
  saved: z.object({ key: text, value: figure, each: list(figure) }).optional(),
});

/** A budget with its verdict. */
export const budget: z.ZodType<BudgetResult> = judged.check(isWithin, isOfUnit);

export const hypothesis: z.ZodType<HypothesisResult> = z.object({
  statement: text,
  verdict: oneOf<HypothesisResult['verdict']>({
    confirmed: 1,
    refuted: 1,
    inconclusive: 1,
    invalid: 1,
  }),
  expectations: list(judged.extend({ variant: text }).check(isWithin, isOfUnit)),
});

/** The interval is that of the difference. */
export const comparison: z.ZodType<Comparison> = z.object({
  metric: text,
  of: text,
  baseline: text,
  n: count,
  value: figure,
  baselineValue: figure,
  difference: figure,
  interval,
  confidence: share.nullable(),
  adjustedP: share.nullable(),
  family: oneOf<Comparison['family']>({ headline: 1, exploratory: 1 }),
  margin: figure,
  varianceRatio: figure,
  verdict: oneOf<Comparison['verdict']>({ better: 1, worse: 1, same: 1, unknown: 1 }),
  leaning: oneOf<NonNullable<Comparison['leaning']>>({ better: 1, worse: 1 }).optional(),
  runsToDecide: figure.optional(),
  unit,
});
