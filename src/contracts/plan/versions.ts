import type { PlanProcess } from './process.js';
import type { Rollout } from '../scenario/rollouts.js';

/** A rollout in a plan, with ids instead of names. */
export interface PlanRollout extends Omit<Rollout, 'to' | 'sticky'> {
  /** Number of the new version within the component; the old one is 0. */
  readonly to: number;
  /** Key index, or -1. */
  readonly sticky: number;
}

export interface PlanVersions {
  /** The initial version is first. */
  readonly names: readonly string[];
  /** By version: its labels; missing = none has any. */
  readonly labels?: readonly (ReadonlyMap<string, string> | undefined)[];
  /** By instance: number of the version that it runs. */
  readonly ofPlace: readonly number[];
  /** By version: its row of measurements of a part minus the number of the part, see `Plan.measured`. */
  readonly rowShifts: readonly number[];
  /** By version. */
  readonly processes: readonly PlanProcess[];
  readonly rollout: PlanRollout | null;
}

/** A component with the settings of its processes. */
type Owner = PlanProcess & { readonly versions: PlanVersions | null };

/** The settings of an instance of a component, by its index. */
export function processAt(component: Owner, index: number): PlanProcess {
  const { versions } = component;
  return versions === null ? component : versions.processes[versions.ofPlace[index]!]!;
}

/** The settings of an instance. */
export function processOf(
  plan: {
    readonly components: readonly Owner[];
    readonly instances: readonly { readonly component: number; readonly index: number }[];
  },
  id: number,
): PlanProcess {
  const { component, index } = plan.instances[id]!;
  return processAt(plan.components[component]!, index);
}

/**
 * Whether the platform of a component, or a change of its replicas, adds and removes instances. If so, not all of its
 * instances always exist.
 */
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
