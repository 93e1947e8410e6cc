import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import type { Lifecycle } from './resources.js';

/** The kubelet leaves a process as much between SIGTERM and SIGKILL, whatever is left of its grace. */
const LEAST_NS: Ns = 2 * NS_PER_SECOND;

/** Of a process whose scenario says nothing about its end. */
const USUAL: Pick<Lifecycle, 'preStopNs' | 'terminationGraceNs' | 'drain'> = {
  preStopNs: 0,
  terminationGraceNs: 30 * NS_PER_SECOND,
  drain: true,
};

/** How a process ends that is asked to; times from the order on. */
export interface Termination {
  /** When it is told (SIGTERM), and when it is killed. */
  readonly toldNs: Ns;
  readonly killedNs: Ns;
  /** It finishes what it has once it is told. */
  readonly drain: boolean;
}

/**
 * The end of a process, `replaced` where its platform is Kubernetes: the grace begins with preStop, which is given up at its
 * end, `otherGraceNs` is that of a probe, and SIGTERM is followed by at least two seconds (kubernetes pkg/kubelet killContainer, executePreStopHook,
 * minimumGracePeriodInSeconds).
 */
export function terminationOf(
  lifecycle: Lifecycle | null,
  replaced: boolean,
  otherGraceNs: Ns | null = null,
): Termination {
  const { preStopNs, terminationGraceNs, drain } = lifecycle ?? USUAL;
  const graceNs = otherGraceNs ?? terminationGraceNs;
  const toldNs = Math.min(preStopNs, graceNs);
  const leastNs = replaced ? toldNs + LEAST_NS : 0;
  return { toldNs, killedNs: Math.max(graceNs, leastNs), drain };
}
