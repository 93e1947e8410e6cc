import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { withShort } from '../../contracts/fields/common.js';
import { kpaSchema } from '../../contracts/scenario/functions.js';
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

export const autoscalerField = field.of(
  kpaSchema,
  absent('its own'),
  'With kind knative: how the number of pods follows the concurrency.',
);
