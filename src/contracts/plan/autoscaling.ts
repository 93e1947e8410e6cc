import type { Autoscaling } from '../scenario/autoscaling.js';
import type { ScalingTarget } from '../scenario/scaling-metrics.js';

export interface PlanScalingTarget extends ScalingTarget {
  /** For `lag`: ids of the topic and its group, or of the queue and -1. Both are -1 for other metrics. */
  readonly component: number;
  readonly part: number;
  /** Partitions that bound the lag which it reports; null = it reports all of it. */
  readonly partitions: number | null;
}

/** Facts of the plan that every kind of autoscaler needs. */
interface ScalingPlace {
  readonly metrics: readonly PlanScalingTarget[];
  /** By version, or of all: CPU request of a replica in cores, which is 100 % of its usage. */
  readonly cores: readonly number[];
}

type Kind = Autoscaling['kind'];

export type PlanScaler<K extends Kind> = Omit<
  Extract<Autoscaling, { readonly kind: K }>,
  'metrics'
> &
  ScalingPlace;

export type PlanAutoscaling = { readonly [K in Kind]: PlanScaler<K> }[Kind];
