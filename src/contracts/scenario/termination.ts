import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Lifecycle } from './process.js';

/**
 * The kubelet leaves a process at least this time between SIGTERM and SIGKILL, whatever remains of its grace
 * period.
 */
const LEAST_NS: Ns = 2 * NS_PER_SECOND;

/** Termination of a process whose scenario does not configure it. */
const USUAL: Pick<Lifecycle, 'preStopNs' | 'terminationGraceNs' | 'drain'> = {
  preStopNs: 0,
  terminationGraceNs: 30 * NS_PER_SECOND,
  drain: true,
};

/** How a process stops; times from the stop order. */
export interface Termination {
  /** Times of SIGTERM and of SIGKILL. */
  readonly sigtermNs: Ns;
  readonly killedNs: Ns;
  /** After SIGTERM the process finishes its requests. */
  readonly drain: boolean;
}

/**
 * Computes the termination of a process. The grace period includes preStop, which is cut off at its end.
 * `otherGraceNs` is the grace period of a probe. With `replaced` (Kubernetes), SIGKILL follows SIGTERM after
 * two seconds at the earliest (kubernetes pkg/kubelet killContainer, executePreStopHook,
 * minimumGracePeriodInSeconds).
 */
export function terminationOf(
  lifecycle: Lifecycle | null,
  replaced: boolean,
  otherGraceNs: Ns | null = null,
): Termination {
  const { preStopNs, terminationGraceNs, drain } = lifecycle ?? USUAL;
  const graceNs = otherGraceNs ?? terminationGraceNs;
  const sigtermNs = Math.min(preStopNs, graceNs);
  const leastNs = replaced ? sigtermNs + LEAST_NS : 0;
  return { sigtermNs, killedNs: Math.max(graceNs, leastNs), drain };
}
