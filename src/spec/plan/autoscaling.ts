import type { ScalingTarget, Autoscaling } from '../scenario/autoscaling.js';

/** A scaling target and where it is measured. */
export interface PlanScalingTarget extends ScalingTarget {
  /** For `lag`: ids of the topic and its group, or of the queue and -1. Both are -1 for other metrics. */
  readonly component: number;
  readonly part: number;
}

export interface PlanAutoscaling extends Autoscaling {
  readonly metrics: readonly PlanScalingTarget[];
  /** By version, or of all: CPU request of a replica in cores, which is 100 % of its usage. */
  readonly cores: readonly number[];
}
