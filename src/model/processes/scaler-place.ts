import type { PlanScaler } from '../../spec/plan/autoscaling.js';
import type { Autoscaling } from '../../spec/scenario/autoscaling.js';
import type { Run } from '../run.js';
import type { Fleet } from './fleet.js';
import type { Instance } from './instance.js';
import type { ReplicaSet } from './replica-set.js';

/** The component of an autoscaler, and its settings. */
export interface ScalerPlace<Kind extends Autoscaling['kind']> {
  readonly run: Run;
  readonly name: string;
  readonly spec: PlanScaler<Kind>;
  /** Its places, of which `initial` are filled at the start. */
  readonly own: readonly Instance[];
  readonly fleet: Fleet;
  readonly set: ReplicaSet;
  readonly initial: number;
}

/** Returns true while a fault freezes the autoscaler. */
export function isFrozen(own: readonly Instance[]): boolean {
  return own.some(({ scalingFrozen }) => scalingFrozen);
}

/** Brings the number of replicas to `wanted`. */
export function setReplicas(set: ReplicaSet, wanted: number): void {
  const current = set.wanted;
  if (wanted < current) set.remove(current - wanted);
  else if (wanted > current) set.add(wanted - current);
}
