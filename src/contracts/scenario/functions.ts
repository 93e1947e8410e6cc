import type { Distribution } from '../../kernel/distribution.js';
import type { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { entry } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';

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

/** The Knative pod autoscaler (KPA) as written. */
export const kpaSchema = entry(
  {
    target: field.whole(
      absent('concurrencyPerInstance, or 100 where that is unlimited'),
      'Target number of concurrent requests per pod.',
      { min: 1, max: 100_000 },
    ),
    targetUtilization: field.share('70%', 'Share of the target that the autoscaler aims for.'),
    stableWindowNs: field.duration(
      '60s',
      'Time over which the concurrency is averaged, 6s to 1h. If there is none during this time, the last pod ' +
        'is removed.',
      { min: 6 * NS_PER_SECOND, max: 3600 * NS_PER_SECOND },
    ),
    panicWindow: field.share('10%', 'Panic window as a share of the stable window.'),
    panicThreshold: field.factor(
      2,
      'Ratio of the pods that the panic window calls for to ready pods from which panic mode starts: no pods ' +
        'are removed in it.',
    ),
    maxScaleUpRate: field.factor(1000, 'Largest ratio of pods after a decision to ready pods.'),
    maxScaleDownRate: field.factor(2, 'Largest ratio of ready pods to pods after a decision.'),
    minScale: field.whole(0, 'Smallest number of pods.', { max: 100_000 }),
    maxScale: field.limit('unlimited', 'Largest number of pods.'),
  },
  'The Knative pod autoscaler, which decides every 2 s.',
);

/** Settings of the Knative pod autoscaler. */
export interface KpaSettings extends Omit<
  z.output<typeof kpaSchema>,
  'targetUtilization' | 'panicWindow'
> {
  /** Target of concurrent requests per pod, target utilization included. */
  readonly target: number;
  readonly panicWindowNs: Ns;
}
