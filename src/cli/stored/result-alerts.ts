import { z } from 'zod';
import type { AlertsResult, CalmAlerts, ResponderDelay } from '../../contracts/result/alerts.js';
import { count, estimate, figure, list, number, share, text } from './shapes.js';

/** What the alerts of a variant did. */
export const alerts: z.ZodType<AlertsResult> = z.object({
  rules: list(
    z.object({
      name: text,
      severity: text.nullable(),
      words: text,
      expr: text,
      for: count,
      after: estimate(count).and(z.object({ never: count })),
      heldAfter: figure,
      firings: count,
      falseAlarms: count,
      firesFor: count,
      noSeries: z.literal(true).optional(),
      error: text.optional(),
    }),
  ),
  faultAt: figure,
  budgets: list(
    z.object({ workload: text, objective: share, period: count, minutes: count, spent: count }),
  ),
  failed: share,
  notes: list(text),
});

/** Those of the runs without faults. */
export const calmAlerts: z.ZodType<CalmAlerts> = z.object({
  runs: count,
  alarms: list(z.object({ name: text, runs: count })),
});

/** The first run again, with earlier and later responders. */
export const delays: z.ZodType<readonly ResponderDelay[]> = list(
  z.object({ later: number, more: number }),
);
