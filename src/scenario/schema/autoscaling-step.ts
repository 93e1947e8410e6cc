import { z } from 'zod';
import { duration, whole } from '../../spec/quantities/quantities.js';
import { metricFields, target } from './autoscaling.js';
import { countOrPercent, PERCENT_FORM } from './amounts.js';

/** A number of replicas, or a percentage of them, as written. */
export interface ChangeOutput {
  readonly unit: 'percent' | 'count';
  readonly value: number;
}

const change = countOrPercent<ChangeOutput>(
  (value) => (value > 0 ? { unit: 'count', value } : null),
  (value) => (value > 0 && value <= 1e6 ? { unit: 'percent', value } : null),
  'must be a whole number of replicas such as 2, or a percentage such as 50%',
  [PERCENT_FORM, { type: 'integer', exclusiveMinimum: 0, maximum: 100_000 }],
);

const step = z.strictObject({
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
export const stepSchema = z
  .strictObject({
    kind: z.literal('step').describe('Step scaling of AWS: thresholds with changes.'),
    metric: metricFields.metric.describe(
      'Metric, measured over a `period` as with kind: hpa, mean over the replicas. `lag` is the entire backlog of ' +
        '`of`. Required.',
    ),
    of: metricFields.of,
    steps: z
      .array(step)
      .min(1)
      .describe(
        'Thresholds with their changes. Of those that the metric has passed, the farthest applies. Required.',
      ),
    min: whole({ min: 1, max: 100_000 })
      .prefault(1)
      .describe('Fewest replicas. Unit: count. Defaults to 1.'),
    max: whole({ min: 1, max: 100_000 }).describe('Most replicas. Unit: count. Required.'),
    period: duration({ min: 100_000_000 })
      .prefault('1m')
      .describe(
        'Period of the metric, at the end of which it is compared, from the start of the run. Unit: duration, at ' +
          'least 100ms. Defaults to 1m.',
      ),
    evaluationPeriods: whole({ min: 1, max: 1000 })
      .prefault(1)
      .describe(
        'Consecutive periods beyond the first threshold before a step applies. Unit: count. Defaults to 1.',
      ),
    metricDelay: duration({ max: 3_600_000_000_000 })
      .prefault('0s')
      .describe('Age of the metric when it is evaluated. Unit: duration. Defaults to 0s.'),
    scaleOutCooldown: duration()
      .prefault('5m')
      .describe(
        'Time after replicas were added in which the added ones count towards the next addition: only a larger step ' +
          'adds the difference. Unit: duration. Defaults to 5m.',
      ),
    scaleInCooldown: duration()
      .prefault('5m')
      .describe(
        'Time after replicas were removed in which no others are removed. Adding ends it. Unit: duration. Defaults ' +
          'to 5m.',
      ),
  })
  .describe(
    'Step scaling of AWS: each threshold of a metric has a change of the number of replicas.',
  );

export type StepOutput = z.output<typeof stepSchema>;
