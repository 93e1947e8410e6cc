import { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { withShort } from '../fields/common.js';
import { entry, type Explicit, type Filled } from '../fields/entry.js';
import { absent, byKind, field, required } from '../fields/field.js';
import { whole } from '../quantities/quantities.js';
import { cores, CORES_SHORT } from './process.js';

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

/** Settings of a function as written: its execution environments are created and removed on demand. */
export const functionFields = {
  kind: field.choice(
    ['simple', 'lambda', 'cloudRun', 'knative'],
    'simple',
    'Product whose defaults apply.',
  ),
  coldStart: field.cost(
    '0ms',
    'Time from the decision to create an environment until it is ready.',
  ),
  keepAliveNs: field.duration(
    byKind('cloudRun 15m, else 10m. Not with knative'),
    'Idle time after which an environment is removed.',
  ),
  maxConcurrency: field.limit(
    byKind('cloudRun 8000 (100 instances), else 1000. Not with knative'),
    'Largest number of requests in flight; further requests get a 429. All functions of kind lambda share it, as one ' +
      'account. With kind lambda also ten calls per second for each; with kind cloudRun further requests first wait for ' +
      '3.5 times the mean `coldStart`, or for 10 s if that is longer.',
    { unit: 'requests' },
  ),
  concurrencyPerInstance: field.limit(
    byKind('cloudRun 80, knative unlimited, else 1'),
    'Largest number of concurrent requests per environment; containerConcurrency of knative.',
    { unit: 'requests' },
  ),
  burst: field.limit(
    byKind('cloudRun unlimited, else 1000. Not with knative'),
    'Largest number of environments created at once; beyond it, requests get a 429.',
  ),
  scaleRate: field.rate(
    absent('100/s, as 1000 in ten seconds. Not with knative'),
    'Number of environments that can be created per second after the `burst`.',
  ),
  provisioned: whole({ max: 100_000 })
    .prefault(0)
    .describe(
      'Number of environments that are always running. Unit: count. Defaults to 0. Not with knative.',
    ),
  reserved: field.whole(
    absent('none: it shares the concurrency that the others do not reserve'),
    'With kind lambda: concurrency reserved for this function, taken from that of the account; also its ' +
      'largest number of requests in flight, and ten calls per second for each. 0 turns the function off.',
    { max: 1_000_000 },
  ),
  memory: field.size(
    absent('none: `work` takes as long as it says'),
    'With kind lambda: memory of an environment, 128MB to 10240MB. Its CPU is proportional: 1769MB give one ' +
      'core, and `work` takes longer with less.',
  ),
  cpu: field.of(
    withShort(
      z.strictObject({
        cores: field.of(cores, required, 'Cores of one environment.'),
      }),
      CORES_SHORT,
    ),
    byKind('cloudRun 1, else unlimited'),
    'Cores of one environment, shared by the requests in it; with 0.5, `work` takes twice as long. With kind ' +
      'lambda write memory instead.',
  ),
  autoscaler: field.of(
    kpaSchema,
    absent('its own'),
    'With kind knative: how the number of pods follows the concurrency.',
  ),
  timeoutNs: field.timeLimit(
    byKind('lambda 3s, cloudRun and knative 5m, else none'),
    'Longest time of an execution, not counting the cold start; after it, the execution is ended with a 504. ' +
      'With kind lambda its environment is reset: the next request in it waits for a cold start.',
  ),
};

/** Settings of a function. */
export interface FunctionSettings extends Filled<
  Omit<Explicit<typeof functionFields>, 'memory' | 'cpu' | 'autoscaler'>,
  'keepAliveNs' | 'maxConcurrency' | 'concurrencyPerInstance' | 'burst' | 'scaleRate'
> {
  /** Cores of one environment; below 1, work takes longer than its written time. */
  readonly cores: number;
  /** Calls per second for each request that may be in flight. */
  readonly callRate: number;
  /** Longest wait of a request for a place, where `maxConcurrency` are in flight; 0 = it is refused at once. */
  readonly pendingNs: Ns;
  /** An execution that exceeds `timeout` ends the runtime of its environment, which then has another cold start. */
  readonly resetsOnTimeout: boolean;
  /** Autoscaler that sets the number of environments; null = each request creates one if none is idle. */
  readonly autoscaler: KpaSettings | null;
}
