import type { PlanAutoscaling } from '../../contracts/plan/autoscaling.js';
import type { Scale } from './replica-set.js';

/** An autoscaler whose bounds and targets can change. */
export interface Scaled {
  configure(spec: PlanAutoscaling): void;
}

/** Changes of the configuration, as far as they concern numbers of replicas. */
export interface ScalingChanges {
  start(scale: Scale): void;
  scales(component: number, scaler: Scaled): void;
}
