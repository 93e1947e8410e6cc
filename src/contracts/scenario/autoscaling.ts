import type { Ns } from '../../kernel/time.js';

/**
 * Metrics that an autoscaler can target: of the instances, (`lag`) of the messages that wait for them, or (`latency`)
 * of their requests.
 */
export const SCALING_METRICS = ['cpu', 'concurrency', 'queue', 'rate', 'lag', 'latency'] as const;

export type ScalingMetric = (typeof SCALING_METRICS)[number];

/**
 * Limit on how many replicas a period may add or remove: a percentage of the replicas at its start, or a
 * number of pods.
 */
export interface ScalingPolicy {
  readonly unit: 'percent' | 'pods';
  /** Percent or number of pods. */
  readonly value: number;
  readonly periodNs: Ns;
}

/** Scaling rules of one direction. */
export interface ScalingRules {
  /** Stabilization window: the most cautious recommendation within it is used. */
  readonly stabilizationNs: Ns;
  readonly policies: readonly ScalingPolicy[];
  /** Which policy applies: the one with the largest change, the one with the smallest, or none (no scaling). */
  readonly selectPolicy: 'max' | 'min' | 'disabled';
}

/** A metric and its target value per instance. */
export interface ScalingTarget {
  readonly metric: ScalingMetric;
  /** Target per instance, above 0: a share for `cpu`, per second for `rate`, ns for `latency`, else a count. */
  readonly target: number;
  /** Name of the consumer group or queue for `lag`, as written; null for other metrics. */
  readonly of: string | null;
}

/** Settings of every kind of autoscaler. */
interface CommonScaling {
  /** Metrics that it measures. */
  readonly metrics: readonly ScalingTarget[];
  readonly min: number;
  readonly max: number;
  /** Time between two evaluations. */
  readonly syncNs: Ns;
  /** Age of a metric when the autoscaler reads it. */
  readonly metricDelayNs: Ns;
  /** Whether it can remove replicas. */
  readonly shrinks: boolean;
}

/** The rules by which the horizontal pod autoscaler (HPA) of Kubernetes follows its metrics. */
interface RatioScaling extends CommonScaling {
  /** Relative deviation from the target that causes no change; share. */
  readonly tolerance: number;
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}

/** The horizontal pod autoscaler (HPA) of Kubernetes. */
export interface HpaScaling extends RatioScaling {
  readonly kind: 'hpa';
}

/** KEDA: an HPA from the first replica on; KEDA itself switches between none and some. */
export interface KedaScaling extends RatioScaling {
  readonly kind: 'keda';
  /** Time between two looks at the lag. */
  readonly pollingIntervalNs: Ns;
  /** Time without a look that found more lag than `activationLagThreshold`, before the last replicas go. */
  readonly cooldownPeriodNs: Ns;
  /** Lag above which the workload is active; count. */
  readonly activationLagThreshold: number;
  /** Whether replicas may outnumber the partitions. */
  readonly allowIdleConsumers: boolean;
}

/** A threshold of a metric, and the change of the number of replicas beyond it. */
export interface ScalingStep {
  readonly threshold: number;
  readonly change: { readonly unit: 'percent' | 'count' | 'exactly'; readonly value: number };
}

/** Step scaling of AWS: thresholds of one metric with changes. */
export interface StepScaling extends CommonScaling {
  readonly kind: 'step';
  /** Consecutive periods beyond the first threshold before it acts. */
  readonly periods: number;
  /** Ascending; the last one that the metric reaches applies. */
  readonly above: readonly ScalingStep[];
  /** Descending; the last one that the metric falls to applies. */
  readonly below: readonly ScalingStep[];
  readonly outCooldownNs: Ns;
  readonly inCooldownNs: Ns;
}

/** A change of the number of replicas at a time from the end of the warm-up. */
export interface ScheduledAction {
  readonly atNs: Ns;
  /** Sets the number, or bounds it; null = not. */
  readonly replicas: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Changes at fixed times. */
export interface ScheduledScaling extends CommonScaling {
  readonly kind: 'scheduled';
  readonly actions: readonly ScheduledAction[];
  /** Time after which the actions repeat; null = they happen once. */
  readonly everyNs: Ns | null;
}

export type Autoscaling = HpaScaling | KedaScaling | StepScaling | ScheduledScaling;

/** Whether an autoscaler follows the ratio of metrics to targets; null is none. */
export function followsRatio(own: Autoscaling | null): own is HpaScaling | KedaScaling {
  return own?.kind === 'hpa' || own?.kind === 'keda';
}
