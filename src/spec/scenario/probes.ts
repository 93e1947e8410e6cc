import type { Ns } from '../../kernel/time.js';

/** A periodic health check of a process by its platform, such as the kubelet. */
export interface Probe {
  readonly periodNs: Ns;
  /** A slower response counts as a failure. */
  readonly timeoutNs: Ns;
  /** Consecutive failures, or successes, that change the state. */
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** Time after the start of the process before the first probe. */
  readonly initialDelayNs: Ns;
  /** Endpoint that the probe calls; null = the process itself, at no cost. */
  readonly endpoint: string | null;
  /** The probe waits in the queue for a worker, like a request. */
  readonly usesWorkers: boolean;
  /** Grace period of a process that this probe ends; null = that of its lifecycle. */
  readonly terminationGraceNs: Ns | null;
}

/** Kinds of probes: whether the process has started, whether it is alive, whether it can take requests. */
export const PROBES = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBES)[number];

/** Forced result of a probe, whatever the process responds; 0 = the real result. */
export const FORCED_RESULT = Object.freeze({ fail: 1, pass: 2 } as const);

/** Probes of a process by kind; null = no probe of that kind. */
export type Probes = Readonly<Record<ProbeKind, Probe | null>>;

/** Whether a process that has started stays off the endpoint lists of its callers until its probes succeed. */
export function holdBack(probes: Probes | null): boolean {
  return (probes?.readiness ?? probes?.startup ?? null) !== null;
}

/** A probe and the program that it runs. */
export interface PlanProbe extends Probe {
  /** Part of the probed endpoint, or the first part of the component. */
  readonly part: number;
  /** Offset of the first instruction. */
  readonly program: number;
}

export type PlanProbes = Readonly<Record<ProbeKind, PlanProbe | null>>;
