import type { Lifecycle } from '../scenario/resources.js';
import type { Rollout } from '../scenario/rollouts.js';

/** A rollout in a plan, with ids instead of names. */
export interface PlanRollout extends Omit<Rollout, 'to' | 'sticky'> {
  /** Number of the new version within the component; the old one is 0. */
  readonly to: number;
  /** Key index, or -1. */
  readonly sticky: number;
}

/** The versions of a component. */
export interface PlanVersions {
  /** The initial version is first. */
  readonly names: readonly string[];
  /** By instance: number of the version that it runs. */
  readonly ofPlace: readonly number[];
  readonly lifecycles: readonly (Lifecycle | null)[];
  readonly rollout: PlanRollout | null;
}

/** Whether the platform of a component, or a change of its replicas, adds and removes instances. If so, not all of its instances always exist. */
export function comesAndGoes({
  autoscaling,
  versions,
  resized,
}: {
  readonly autoscaling: unknown;
  readonly versions: Pick<PlanVersions, 'rollout'> | null;
  readonly resized: boolean;
}): boolean {
  return resized || autoscaling !== null || (versions?.rollout ?? null) !== null;
}
