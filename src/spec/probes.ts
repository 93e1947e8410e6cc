import type { Ns } from '../kernel/time.js';

/** What somebody beside a process asks it again and again, as the kubelet does. */
export interface Probe {
  readonly periodNs: Ns;
  /** An answer that takes longer is a failure. */
  readonly timeoutNs: Ns;
  /** So many failures, or successes, in a row turn the state. */
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** It is not asked until the process has run for so long. */
  readonly initialDelayNs: Ns;
  /** The endpoint that answers; null = the process itself, for nothing. */
  readonly endpoint: string | null;
  /** It waits in the queue for a worker, as requests do. */
  readonly usesWorkers: boolean;
  /** Of the process that it ends; null = that of its lifecycle. */
  readonly terminationGraceNs: Ns | null;
}

/** Kinds of probes: whether it has started, whether it lives, whether it is to be called. */
export const PROBES = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBES)[number];

/** What a probe says whatever it asks; 0 = the truth. */
export const LIE = Object.freeze({ fail: 1, pass: 2 } as const);

/** null = is not asked. */
export type Probes = Readonly<Record<ProbeKind, Probe | null>>;

/** Whether probes keep a process that has started off the lists of its callers until they say that it is ready. */
export function holdBack(probes: Probes | null): boolean {
  return (probes?.readiness ?? probes?.startup ?? null) !== null;
}

/** A probe with what runs for it. */
export interface PlanProbe extends Probe {
  /** Part whose endpoint it is, or the first one of the component. */
  readonly part: number;
  /** Offset of its first instruction. */
  readonly program: number;
}

export type PlanProbes = Readonly<Record<ProbeKind, PlanProbe | null>>;
