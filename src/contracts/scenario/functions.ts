import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';

/** Settings of a function: its execution environments are created and removed on demand. */
export interface FunctionSettings {
  readonly kind: 'simple' | 'lambda' | 'cloudRun' | 'knative';
  /** Time from the decision to create an environment until it can run. */
  readonly coldStart: Distribution;
  /** Idle time after which an environment is removed. */
  readonly keepAliveNs: Ns;
  /** Largest number of requests in flight. */
  readonly maxConcurrency: number;
  readonly concurrencyPerInstance: number;
  /** Environments that can be created at once, and per second after that. */
  readonly burst: number;
  readonly scaleRate: number;
  /** Provisioned environments, which always exist. */
  readonly provisioned: number;
  /** Time limit of an execution, cold start excluded; null = none. */
  readonly timeoutNs: Ns | null;
  /** Cores of one environment; below 1, work takes longer than its written time. */
  readonly cores: number;
  /** Reserved part of the account's concurrency limit; null = it shares the unreserved rest. */
  readonly reserved: number | null;
  /** Autoscaler that sets the number of environments; null = each request creates one if none is idle. */
  readonly autoscaler: KpaSettings | null;
}

/** Settings of the Knative pod autoscaler (KPA). */
export interface KpaSettings {
  /** Target of concurrent requests per pod, target utilization included. */
  readonly target: number;
  readonly stableWindowNs: Ns;
  readonly panicWindowNs: Ns;
  /** Ratio of desired to ready pods from which panic mode starts. */
  readonly panicThreshold: number;
  readonly maxScaleUpRate: number;
  readonly maxScaleDownRate: number;
  readonly minScale: number;
  readonly maxScale: number;
}
