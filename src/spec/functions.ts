import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';

/** A service that runs in environments which come and go with its requests. */
export interface FunctionSettings {
  readonly kind: 'simple' | 'lambda' | 'cloudRun';
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
}

/** A function: its component, and how environments are made. */
export interface PlanFunction {
  readonly component: number;
  readonly spec: FunctionSettings;
  /** Distribution id of the cold start; -1 = it takes no time. */
  readonly coldStart: number;
}

/** A request of a function wants an environment. */
export interface PlanInvoke {
  readonly act: 'invoke';
  /** Index into plan.functions. */
  readonly fn: number;
}
