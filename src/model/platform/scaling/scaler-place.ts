import type { PlanScaler } from '../../../contracts/plan/autoscaling.js';
import type { Autoscaling } from '../../../contracts/scenario/autoscaling.js';
import type { Run } from '../../data/run.js';
import type { Fleet } from '../../data/instances/fleet.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Scalable } from '../replica-set.js';

/** The component of an autoscaler, and its settings. */
export interface ScalerPlace<Kind extends Autoscaling['kind']> {
  readonly run: Run;
  readonly name: string;
  /** Its settings, which a configuration change replaces. */
  spec: PlanScaler<Kind>;
  /** Its places, of which `initial` are filled at the start. */
  readonly own: readonly Instance[];
  readonly fleet: Fleet;
  /** Its instances, or a rollout that divides them between two versions. */
  set: Scalable;
  /** By index: creation time; -Infinity for instances present from the start. */
  readonly created: Float64Array;
  readonly initial: number;
}

/** A running autoscaler. */
export interface Scaler<Kind extends Autoscaling['kind']> {
  /** A configuration change sets other bounds and targets. */
  configure(spec: PlanScaler<Kind>): void;
}

/** Returns true while a fault freezes the autoscaler. */
export function isFrozen(own: readonly Instance[]): boolean {
  return own.some(({ scalingFrozen }) => scalingFrozen);
}
