import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { duration, factor, share, size, whole } from '../../spec/quantities/quantities.js';
import { withShort } from '../../spec/fields/common.js';
import { limit } from '../../spec/quantities/fields.js';
import { cores, CORES_SHORT } from '../../spec/scenario/process.js';

// Fields of functions that only some products have.

export const reservedSchema = whole({ max: 1_000_000 })
  .optional()
  .describe(
    'With kind lambda: concurrency reserved for this function, taken from that of the account; also its ' +
      'largest number of requests in flight. 0 turns the function off. Unit: count. Defaults to none: it ' +
      'shares the concurrency that the others do not reserve.',
  );

export const memorySchema = size()
  .optional()
  .describe(
    'With kind lambda: memory of an environment, 128MB to 10240MB. Its CPU is proportional: 1769MB give ' +
      'one core, and `work` takes longer with less. Unit: size. Defaults to none: `work` takes as long as ' +
      'it says.',
  );

export const cpuShareSchema = withShort(
  z.strictObject({
    cores: cores.describe('Cores of one environment. Required.'),
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
    target: whole({ min: 1, max: 100_000 })
      .optional()
      .describe(
        'Target number of concurrent requests per pod. Unit: count. Defaults to concurrencyPerInstance, or ' +
          '100 where that is unlimited.',
      ),
    targetUtilization: share()
      .prefault('70%')
      .describe('Share of the target that the autoscaler aims for. Unit: share. Defaults to 70%.'),
    stableWindow: duration({ min: 6 * NS_PER_SECOND, max: 3600 * NS_PER_SECOND })
      .prefault('60s')
      .describe(
        'Time over which the concurrency is averaged, 6s to 1h. If there is none during this time, the last ' +
          'pod is removed. Unit: duration. Defaults to 60s.',
      ),
    panicWindow: share()
      .prefault('10%')
      .describe('Panic window as a share of the stable window. Unit: share. Defaults to 10%.'),
    panicThreshold: factor()
      .prefault(2)
      .describe(
        'Ratio of the pods that the panic window calls for to ready pods from which panic mode starts: no ' +
          'pods are removed in it. Unit: factor. Defaults to 2.',
      ),
    maxScaleUpRate: factor()
      .prefault(1000)
      .describe(
        'Largest ratio of pods after a decision to ready pods. Unit: factor. Defaults to 1000.',
      ),
    maxScaleDownRate: factor()
      .prefault(2)
      .describe(
        'Largest ratio of ready pods to pods after a decision. Unit: factor. Defaults to 2.',
      ),
    minScale: whole({ max: 100_000 })
      .prefault(0)
      .describe('Smallest number of pods. Unit: count. Defaults to 0.'),
    maxScale: limit().describe('Largest number of pods. Unit: count. Defaults to unlimited.'),
  })
  .describe('The Knative pod autoscaler, which decides every 2 s.');

export const kpaSchema = kpa
  .optional()
  .describe(
    'With kind knative: how the number of pods follows the concurrency. Defaults to its own.',
  );
export type KpaOutput = z.output<typeof kpa>;
