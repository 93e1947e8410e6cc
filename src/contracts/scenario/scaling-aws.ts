import { field, required } from '../fields/field.js';
import { duration } from '../quantities/quantities.js';
import { metricDelay, metricFields } from './scaling-metrics.js';

/** Fields that both policies of AWS Application Auto Scaling have. */
export const awsFields = {
  metric: field.of(
    metricFields.metric,
    required,
    'Metric, measured over a `period` as with kind: hpa, mean over the replicas. `lag` is the entire backlog ' +
      'of `of`.',
  ),
  min: field.whole(1, 'Fewest replicas.', { min: 1, max: 100_000 }),
  max: field.whole(required, 'Most replicas.', { min: 1, max: 100_000 }),
  syncNs: field.of(
    duration({ min: 100_000_000 }),
    '1m',
    'Period of the metric, at the end of which it is compared, from the start of the run.',
    'duration, at least 100ms',
  ),
  metricDelayNs: metricDelay,
  inCooldownNs: field.duration(
    '5m',
    'Time after replicas were removed in which no others are removed. Adding ends it.',
    { allowZero: true },
  ),
};

/** The wait after an addition; `one`: what the policy adds. */
export const outCooldown = (one: string) =>
  field.duration(
    '5m',
    'Time after replicas were added in which the added ones count towards the next addition: only a larger ' +
      `${one} adds the difference.`,
    { allowZero: true },
  );

/** How these fields are written. */
export const AWS_NAMES = {
  syncNs: 'period',
  periods: 'evaluationPeriods',
  outCooldownNs: 'scaleOutCooldown',
  inCooldownNs: 'scaleInCooldown',
} as const;
