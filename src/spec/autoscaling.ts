import type { Ns } from '../kernel/time.js';

/** What is measured of instances, or (`lag`) of what waits for them. */
export const SCALING_METRICS = ['cpu', 'concurrency', 'queue', 'rate', 'lag'] as const;
export type ScalingMetric = (typeof SCALING_METRICS)[number];

/** How much may be added or taken in a period: a share of the replicas at its start, or so many. */
export interface ScalingPolicy {
  readonly unit: 'percent' | 'pods';
  /** Percent or pods. */
  readonly value: number;
  readonly periodNs: Ns;
}

/** Rules of one direction. */
export interface ScalingRules {
  /** The most cautious recommendation of so long counts. */
  readonly stabilizationNs: Ns;
  readonly policies: readonly ScalingPolicy[];
  /** Which of them counts: that with the largest change, with the smallest, or nothing is changed. */
  readonly selectPolicy: 'max' | 'min' | 'disabled';
}

/** A metric and what it is to be on each instance. */
export interface ScalingTarget {
  readonly metric: ScalingMetric;
  /** Of `cpu` a share, of `rate` a second, else a number; above 0. */
  readonly target: number;
  /** Of `lag`: the group or queue, as written; null elsewhere. */
  readonly of: string | null;
}

/** The horizontal pod autoscaler of Kubernetes. */
export interface Autoscaling {
  readonly metrics: readonly ScalingTarget[];
  readonly min: number;
  readonly max: number;
  readonly syncNs: Ns;
  /** How old a metric is when it is looked at. */
  readonly metricDelayNs: Ns;
  /** A metric that is so near to its target changes nothing; share. */
  readonly tolerance: number;
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}

/** A target with where it is measured. */
export interface PlanScalingTarget extends ScalingTarget {
  /** Whose lag it is: ids of the topic and its group, or of the queue and -1; -1 both elsewhere. */
  readonly component: number;
  readonly part: number;
}

export interface PlanAutoscaling extends Autoscaling {
  readonly metrics: readonly PlanScalingTarget[];
  /** Cores that a share of `cpu` is of. */
  readonly cores: number;
}
