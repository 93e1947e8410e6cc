import type { Ns } from '../../kernel/time.js';

/** Metrics that an autoscaler can target: of the instances, or (`lag`) of the messages that wait for them. */
export const SCALING_METRICS = ['cpu', 'concurrency', 'queue', 'rate', 'lag'] as const;

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
  /** Target per instance, above 0: a share for `cpu`, per second for `rate`, else a count. */
  readonly target: number;
  /** Name of the consumer group or queue for `lag`, as written; null for other metrics. */
  readonly of: string | null;
}

/** The horizontal pod autoscaler (HPA) of Kubernetes. */
export interface Autoscaling {
  readonly metrics: readonly ScalingTarget[];
  readonly min: number;
  readonly max: number;
  readonly syncNs: Ns;
  /** Age of a metric when the autoscaler reads it. */
  readonly metricDelayNs: Ns;
  /** Relative deviation from the target that causes no change; share. */
  readonly tolerance: number;
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}
