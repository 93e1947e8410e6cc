import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { field, required } from '../fields/field.js';
import { AWS_NAMES, awsFields, outCooldown } from './scaling-aws.js';
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
    metric: awsFields.metric,
    target: field.of(
      target,
      required,
      'Value of the metric to keep. Replicas are added above it, and removed below nine tenths of it.',
      'that of the metric',
    ),
    of: metricFields.of,
    min: awsFields.min,
    max: awsFields.max,
    syncNs: awsFields.syncNs,
    periods: field.whole(3, 'Consecutive periods above the target before replicas are added.', {
      min: 1,
      max: 1000,
    }),
    inPeriods: field.whole(
      15,
      'Consecutive periods below nine tenths of the target before replicas are removed.',
      { min: 1, max: 1000 },
    ),
    metricDelayNs: awsFields.metricDelayNs,
    outCooldownNs: outCooldown('one'),
    inCooldownNs: awsFields.inCooldownNs,
    scaleIn: field.flag(true, 'Whether replicas are removed. `false`: DisableScaleIn.'),
  },
  'Target tracking of AWS: the number of replicas follows the ratio of a metric to its target.',
  { ...AWS_NAMES, inPeriods: 'scaleInPeriods' },
);
export type WrittenTargetTracking = z.output<typeof targetSchema>;
