import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { count, duration, factor, share, size, whole } from '../../spec/quantities/quantities.js';
import { withShort } from './common.js';
import { cores, CORES_SHORT } from './host.js';

// Fields of functions that only some products have.

export const reservedSchema = whole({ max: 1_000_000 })
  .optional()
  .describe(
    'Of kind lambda: requests under way at most, taken out of the account for this function alone; 0 ' +
      'turns it off. Unit: count. Defaults to none: it shares what the others leave.',
  );

export const memorySchema = size()
  .optional()
  .describe(
    'Of kind lambda: memory of an environment, 128MB to 10240MB. CPU comes with it: 1769MB are one core, ' +
      'and `work` takes longer with less. Unit: size. Defaults to none: `work` takes as long as it says.',
  );

export const cpuShareSchema = withShort(
  z.strictObject({
    cores: cores.describe('Cores of one environment. Required.'),
  }),
  CORES_SHORT,
)
  .optional()
  .describe(
    'Cores of one environment, shared by the requests in it; 0.5 lets `work` take twice as long. With ' +
      'kind lambda write memory. Defaults by kind: cloudRun 1, else unlimited.',
  );

const kpa = z
  .strictObject({
    target: whole({ min: 1, max: 100_000 })
      .optional()
      .describe(
        'Requests at once that a pod is meant for. Unit: count. Defaults to concurrencyPerInstance, or ' +
          '100 where that is unlimited.',
      ),
    targetUtilization: share()
      .prefault('70%')
      .describe('Share of the target that is aimed for. Unit: share. Defaults to 70%.'),
    stableWindow: duration({ min: 6 * NS_PER_SECOND, max: 3600 * NS_PER_SECOND })
      .prefault('60s')
      .describe(
        'Time over which requests at once are averaged, 6s to 1h; without any in it the last pod goes. ' +
          'Unit: duration. Defaults to 60s.',
      ),
    panicWindow: share()
      .prefault('10%')
      .describe('Panic window as a share of the stable one. Unit: share. Defaults to 10%.'),
    panicThreshold: factor()
      .prefault(2)
      .describe(
        'Pods wanted by the panic window over pods ready, from which on nothing is scaled down. Unit: ' +
          'factor. Defaults to 2.',
      ),
    maxScaleUpRate: factor()
      .prefault(1000)
      .describe('Pods after a decision over pods ready, at most. Unit: factor. Defaults to 1000.'),
    maxScaleDownRate: factor()
      .prefault(2)
      .describe('Pods ready over pods after a decision, at most. Unit: factor. Defaults to 2.'),
    minScale: whole({ max: 100_000 })
      .prefault(0)
      .describe('Pods that are always there. Unit: count. Defaults to 0.'),
    maxScale: count({ min: 1 })
      .prefault('unlimited')
      .describe('Pods at most. Unit: count. Defaults to unlimited.'),
  })
  .describe('The Knative pod autoscaler, which decides every 2 s.');

export const kpaSchema = kpa
  .optional()
  .describe(
    'Of kind knative: how the number of pods follows requests at once. Defaults to its own.',
  );
export type KpaOutput = z.output<typeof kpa>;
