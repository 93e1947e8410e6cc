import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { field, required } from '../fields/field.js';
import { duration } from '../quantities/quantities.js';
import { metricFields, target } from './scaling-metrics.js';

/**
 * `autoscaling` of kind `targetTracking`, as in AWS Application Auto Scaling, whose two alarms and defaults it has
 * (application-auto-scaling-target-tracking, services of ECS).
 */
export const targetSchema = entry(
  {
    kind: z
      .literal('targetTracking')
      .describe('Target tracking of AWS: as many replicas as bring the metric to its target.'),
    metric: field.of(
      metricFields.metric,
      required,
      'Metric, measured over a `period` as with kind: hpa, mean over the replicas. `lag` is the entire backlog ' +
        'of `of`.',
    ),
    target: field.of(
      target,
      required,
      'Value of the metric to keep. Replicas are added above it, and removed below nine tenths of it.',
      'that of the metric',
    ),
    of: metricFields.of,
    min: field.whole(1, 'Fewest replicas.', { min: 1, max: 100_000 }),
    max: field.whole(required, 'Most replicas.', { min: 1, max: 100_000 }),
    syncNs: field.of(
      duration({ min: 100_000_000 }),
      '1m',
      'Period of the metric, at the end of which it is compared, from the start of the run.',
      'duration, at least 100ms',
    ),
    periods: field.whole(3, 'Consecutive periods above the target before replicas are added.', {
      min: 1,
      max: 1000,
    }),
    inPeriods: field.whole(
      15,
      'Consecutive periods below nine tenths of the target before replicas are removed.',
      { min: 1, max: 1000 },
    ),
    metricDelayNs: field.duration('0s', 'Age of the metric when it is evaluated.', {
      max: 3_600_000_000_000,
    }),
    outCooldownNs: field.duration(
      '5m',
      'Time after replicas were added in which the added ones count towards the next addition: only a larger ' +
        'one adds the difference.',
      { allowZero: true },
    ),
    inCooldownNs: field.duration(
      '5m',
      'Time after replicas were removed in which no others are removed. Adding ends it.',
      { allowZero: true },
    ),
    scaleIn: field.flag(true, 'Whether replicas are removed. `false`: DisableScaleIn.'),
  },
  'Target tracking of AWS: the number of replicas follows the ratio of a metric to its target.',
  {
    syncNs: 'period',
    periods: 'evaluationPeriods',
    inPeriods: 'scaleInPeriods',
    outCooldownNs: 'scaleOutCooldown',
    inCooldownNs: 'scaleInCooldown',
  },
);
export type WrittenTargetTracking = z.output<typeof targetSchema>;
