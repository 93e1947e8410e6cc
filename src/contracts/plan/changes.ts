import type { Pool } from '../scenario/pools.js';
import type { PlanAutoscaling } from './autoscaling.js';

/** The configurations that a run can have besides that of the file, which is number 0. */
export interface PlanChanges {
  /** The faults that change the configuration, as indices of the plan's faults; -1 = a run without this fault. */
  readonly faults: readonly number[];
  /** By configuration: the strength of each of these faults; all 0 for number 0. Those with fewer changes come first. */
  readonly states: readonly (readonly number[])[];
  /** Components with settings that are not part of a program. */
  readonly settings: readonly PlanSettings[];
}

/** Settings of a component, by configuration. */
export interface PlanSettings {
  readonly component: number;
  readonly concurrency: readonly number[];
  readonly capacity: readonly number[];
  /** null = the number of replicas does not change, or an autoscaler decides it. */
  readonly replicas: readonly number[] | null;
  /** null = the autoscaler is the same in all configurations, or there is none. */
  readonly autoscaling: readonly PlanAutoscaling[] | null;
  /** Connection pools to components that are not the same in all configurations. */
  readonly pools: readonly PlanPools[];
}

/** The pool of each instance of a component to another component, by configuration. */
export interface PlanPools {
  readonly to: number;
  readonly each: readonly Pool[];
}
