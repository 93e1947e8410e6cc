import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { field, required } from '../fields/field.js';
import { countOrPercent, PERCENT_FORM } from '../quantities/amounts.js';
import { whole } from '../quantities/quantities.js';
import { AWS_NAMES, awsFields, outCooldown } from './scaling-aws.js';
import { metricFields, target, type CommonScaling } from './scaling-metrics.js';

/** A number of replicas, or a percentage of them, as written. */
export interface WrittenChange {
  readonly unit: 'percent' | 'count';
  readonly value: number;
}

const change = countOrPercent<WrittenChange>(
  (value) => (value > 0 ? { unit: 'count', value } : null),
  (value) => (value > 0 && value <= 1e6 ? { unit: 'percent', value } : null),
  'must be a whole number of replicas such as 2, or a percentage such as 50%',
  [PERCENT_FORM, { type: 'integer', exclusiveMinimum: 0, maximum: 100_000 }],
);

const step = entry({
  above: target
    .optional()
    .describe(
      'The step applies from this value of the metric up to the next `above`. Unit: that of the metric. Either this ' +
        'or `below`.',
    ),
  below: target
    .optional()
    .describe(
      'The step applies from this value of the metric down to the next `below`. Unit: that of the metric. Either ' +
        'this or `above`.',
    ),
  add: change
    .optional()
    .describe('Replicas to add, or a share of the present ones. Unit: count or percent.'),
  remove: change
    .optional()
    .describe('Replicas to remove, or a share of the present ones. Unit: count or percent.'),
  exactly: whole({ min: 1, max: 100_000 })
    .optional()
    .describe('Number of replicas afterwards. Unit: count. One of `add`, `remove` and `exactly`.'),
});

/** `autoscaling` of kind `step`, as in AWS Application Auto Scaling. */
export const stepSchema = entry(
  {
    kind: z.literal('step').describe('Step scaling of AWS: thresholds with changes.'),
    metric: awsFields.metric,
    of: metricFields.of,
    steps: field.of(
      z.array(step).min(1),
      required,
      'Thresholds with their changes. Of those that the metric has passed, the farthest applies.',
    ),
    min: awsFields.min,
    max: awsFields.max,
    syncNs: awsFields.syncNs,
    periods: field.whole(
      1,
      'Consecutive periods beyond the first threshold before a step applies.',
      { min: 1, max: 1000 },
    ),
    metricDelayNs: awsFields.metricDelayNs,
    outCooldownNs: outCooldown('step'),
    inCooldownNs: awsFields.inCooldownNs,
  },
  'Step scaling of AWS: each threshold of a metric has a change of the number of replicas.',
  AWS_NAMES,
);
export type WrittenStepScaling = z.output<typeof stepSchema>;

/** A threshold of a metric, and the change of the number of replicas beyond it. */
export interface ScalingStep {
  readonly threshold: number;
  readonly change: {
    /** `ratio`: the number of replicas times the ratio of the metric to the value. */
    readonly unit: 'percent' | 'count' | 'exactly' | 'ratio';
    readonly value: number;
  };
}

/** Thresholds of one metric with changes of the number of replicas. */
export interface ThresholdScaling
  extends
    CommonScaling,
    Omit<WrittenStepScaling, 'kind' | 'metric' | 'of' | 'steps' | keyof CommonScaling> {
  /** Consecutive periods before replicas are removed; `periods` is that of additions. */
  readonly inPeriods: number;
  /** Ascending; the last one that the metric reaches applies. */
  readonly above: readonly ScalingStep[];
  /** Descending; the last one that the metric falls to applies. */
  readonly below: readonly ScalingStep[];
}

/** Step scaling of AWS. */
export interface StepScaling extends ThresholdScaling {
  readonly kind: 'step';
}

/** Target tracking of AWS: its changes are the ratio of the metric to its target. */
export interface TargetTracking extends ThresholdScaling {
  readonly kind: 'targetTracking';
}
