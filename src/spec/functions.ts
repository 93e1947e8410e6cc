import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';

/** A service that runs in environments which come and go with its requests. */
export interface FunctionSettings {
  readonly kind: 'simple' | 'lambda' | 'cloudRun' | 'knative';
  /** From the decision to make an environment until it can run. */
  readonly coldStart: Distribution;
  /** An environment that has been idle for so long is taken down. */
  readonly keepAliveNs: Ns;
  /** Requests under way at most. */
  readonly maxConcurrency: number;
  readonly concurrencyPerInstance: number;
  /** Environments that may be made at once, and per second after that. */
  readonly burst: number;
  readonly scaleRate: number;
  /** Environments that are always there. */
  readonly provisioned: number;
  /** Of an execution, the cold start not counted; null = none. */
  readonly timeoutNs: Ns | null;
  /** Cores of one environment; below 1 work takes longer than it says. */
  readonly cores: number;
  /** Its own part of what the account may run at once; null = it shares what is left. */
  readonly reserved: number | null;
  /** Who decides how many environments there are; null = each request for itself. */
  readonly autoscaler: KpaSettings | null;
}

/** The Knative pod autoscaler. */
export interface KpaSettings {
  /** Requests at once that it aims for in a pod, the utilization it leaves room for included. */
  readonly target: number;
  readonly stableWindowNs: Ns;
  readonly panicWindowNs: Ns;
  /** Pods wanted over pods ready from which on it panics. */
  readonly panicThreshold: number;
  readonly maxScaleUpRate: number;
  readonly maxScaleDownRate: number;
  readonly minScale: number;
  readonly maxScale: number;
}

/** A function: its component, and how environments are made. */
export interface PlanFunction {
  readonly component: number;
  readonly spec: FunctionSettings;
  /** Distribution id of the cold start; -1 = it takes no time. */
  readonly coldStart: number;
  /** Requests under way at most, and whether those of the other functions of its account count. */
  readonly limit: number;
  readonly isShared: boolean;
}

/** A request of a function wants an environment. */
export interface PlanInvoke {
  readonly act: 'invoke';
  /** Index into plan.functions. */
  readonly fn: number;
}
