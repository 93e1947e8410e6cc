import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { entry } from '../fields/entry.js';
import { field, required, requiredIf } from '../fields/field.js';
import { duration, quantity, whole } from '../quantities/quantities.js';
import { PERCENT_PATTERN } from '../quantities/quantity-text.js';
import {
  metricDelay,
  metricFields,
  percentOf,
  scalingMetric,
  target,
  type CommonScaling,
} from './scaling-metrics.js';

const percent = quantity(percentOf, {
  anyOf: [
    { type: 'string', pattern: PERCENT_PATTERN },
    { type: 'number', exclusiveMinimum: 0, maximum: 1e6 },
  ],
});

const policy = entry({
  percent: percent
    .optional()
    .describe('Share of the replicas at the start of the period, such as 100%. Unit: percent.'),
  pods: whole({ min: 1, max: 100_000 }).optional().describe('Number of replicas. Unit: count.'),
  periodNs: field.of(duration({ allowZero: false }), required, 'Unit: duration.'),
});

const rules = (stabilization: string, policies: string) =>
  entry({
    stabilizationNs: duration({ max: 3_600_000_000_000 })
      .prefault(stabilization)
      .describe(
        'Stabilization window: the most cautious recommendation within it counts. Unit: duration. Defaults to ' +
          `${stabilization}.`,
      ),
    policies: z
      .array(policy)
      .min(1)
      .optional()
      .describe(`Limits on the change within a period. Defaults to ${policies}.`),
    selectPolicy: field.choice(
      ['max', 'min', 'disabled'],
      'max',
      'Which policy applies: the one that allows most (max), the one that allows least (min), or no change in ' +
        'this direction.',
    ),
  });

/** What the horizontal pod autoscaler follows, and how fast. */
const ratio = {
  metric: metricFields.metric.optional().describe('Short form of one entry of `metrics`.'),
  target: target.optional().describe('Short form of one entry of `metrics`.'),
  of: metricFields.of.describe('Short form of one entry of `metrics`.'),
  metrics: field.of(
    z.array(scalingMetric).min(1),
    requiredIf('without `metric`'),
    'Metrics to scale on; the largest recommendation applies.',
  ),
  syncNs: field.of(
    duration({ min: 100_000_000 }),
    '15s',
    'Interval between evaluations, from the start of the run.',
    'duration, at least 100ms',
  ),
  metricDelayNs: metricDelay,
  tolerance: field.share('10%', 'Deviation from the target within which nothing changes.'),
  up: rules(
    '0s',
    '100% and 4 pods in 15s, or without `scaleUp` and `scaleDown` twice as many in `syncPeriod`, at least 4',
  )
    .prefault({})
    .describe('Rules for adding replicas.'),
  down: rules('5m', '100% in 15s').prefault({}).describe('Rules for removing replicas.'),
};

const OTHER_NAMES = { syncNs: 'syncPeriod', up: 'scaleUp', down: 'scaleDown' } as const;

/** `autoscaling` of kind `hpa`, with the defaults of Kubernetes. */
export const hpaSchema = entry(
  {
    kind: z
      .literal('hpa')
      .optional()
      .describe('The horizontal pod autoscaler of Kubernetes. It is the default kind.'),
    ...ratio,
    min: field.whole(1, 'Fewest replicas.', { min: 1, max: 100_000 }),
    max: field.whole(required, 'Most replicas.', { min: 1, max: 100_000 }),
  },
  'The horizontal pod autoscaler of Kubernetes: follows the ratio of metrics to targets.',
  OTHER_NAMES,
);
export type WrittenHpa = z.output<typeof hpaSchema>;
export type WrittenRules = WrittenHpa['up'];

/** `autoscaling` of kind `keda`, with the defaults of a ScaledObject. */
export const kedaSchema = entry(
  {
    kind: z.literal('keda').describe('KEDA: scales on lag, and to no replica at all.'),
    ...ratio,
    min: field.whole(
      0,
      'Fewest replicas. With 0 the last ones go after `cooldownPeriod`, and the first one comes within ' +
        '`pollingInterval`.',
      { max: 100_000 },
    ),
    max: field.whole(100, 'Most replicas.', { min: 1, max: 100_000 }),
    pollingIntervalNs: field.of(
      duration({ min: 100_000_000 }),
      '30s',
      'Interval of the looks at the lag that start the first replica, and that stop the last ones, from the start ' +
        'of the run.',
      'duration, at least 100ms',
    ),
    cooldownPeriodNs: field.duration(
      '5m',
      'Time since the last look that found the workload active, before all replicas go.',
      { allowZero: true },
    ),
    activationLagThreshold: field.whole(
      0,
      'Lag above which the workload is active. It does not change how many replicas there are from the first one on.',
      { max: 1_000_000_000 },
    ),
    allowIdleConsumers: field.flag(
      false,
      'Whether there may be more replicas than partitions. If not, a lag of more targets than partitions counts as ' +
        'one target per partition. Queues have no partitions, and no such limit.',
    ),
  },
  'KEDA: from the first replica on a horizontal pod autoscaler; KEDA itself starts the first replica and stops ' +
    'the last ones.',
  OTHER_NAMES,
);
export type WrittenKeda = z.output<typeof kedaSchema>;

/**
 * Limit on how many replicas a period may add or remove: a percentage of the replicas at its start, a
 * number of pods, or a total that it may reach.
 */
interface ScalingPolicy {
  readonly unit: 'percent' | 'pods' | 'total';
  /** Percent or number of pods. */
  readonly value: number;
  readonly periodNs: Ns;
}

/** Scaling rules of one direction. */
export interface ScalingRules extends Omit<WrittenRules, 'policies'> {
  readonly policies: readonly ScalingPolicy[];
}

/** The short form of `metrics`, and what is resolved. */
type Resolved = 'kind' | 'metric' | 'target' | 'of' | keyof CommonScaling | 'up' | 'down';

/** The rules by which the horizontal pod autoscaler (HPA) of Kubernetes follows its metrics. */
interface RatioScaling extends CommonScaling, Omit<WrittenHpa, Resolved> {
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}

/** The horizontal pod autoscaler (HPA) of Kubernetes. */
export interface HpaScaling extends RatioScaling {
  readonly kind: 'hpa';
}

/** KEDA: an HPA from the first replica on; KEDA itself switches between none and some. */
export interface KedaScaling extends RatioScaling, Omit<WrittenKeda, Resolved> {
  readonly kind: 'keda';
}
