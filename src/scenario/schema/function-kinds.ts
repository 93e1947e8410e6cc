import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { withShort } from '../../contracts/fields/common.js';
import { cores, CORES_SHORT } from '../../contracts/scenario/process.js';

// Fields of functions that only some products have.

export const reservedSchema = field.whole(
  absent('none: it shares the concurrency that the others do not reserve'),
  'With kind lambda: concurrency reserved for this function, taken from that of the account; also its ' +
    'largest number of requests in flight. 0 turns the function off.',
  { max: 1_000_000 },
);

export const memorySchema = field.size(
  absent('none: `work` takes as long as it says'),
  'With kind lambda: memory of an environment, 128MB to 10240MB. Its CPU is proportional: 1769MB give one ' +
    'core, and `work` takes longer with less.',
);

export const cpuShareSchema = withShort(
  z.strictObject({
    cores: field.of(cores, required, 'Cores of one environment.'),
  }),
  CORES_SHORT,
)
  .optional()
  .describe(
    'Cores of one environment, shared by the requests in it; with 0.5, `work` takes twice as long. With ' +
      'kind lambda write memory instead. Defaults by kind: cloudRun 1, else unlimited.',
  );

const kpa = z
  .strictObject({
    target: field.whole(
      absent('concurrencyPerInstance, or 100 where that is unlimited'),
      'Target number of concurrent requests per pod.',
      { min: 1, max: 100_000 },
    ),
    targetUtilization: field.share('70%', 'Share of the target that the autoscaler aims for.'),
    stableWindow: field.duration(
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
  })
  .describe('The Knative pod autoscaler, which decides every 2 s.');

export const kpaSchema = field.of(
  kpa,
  absent('its own'),
  'With kind knative: how the number of pods follows the concurrency.',
);
export type KpaOutput = z.output<typeof kpa>;
