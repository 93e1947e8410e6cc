import { valuesOf } from '../../contracts/fields/kinds.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { count, duration, durationOrNone, whole } from '../../contracts/quantities/quantities.js';
import type { FunctionSettings, kpaSchema } from '../../contracts/scenario/functions.js';
import { autoscalerField, cpuShareSchema, memorySchema, reservedSchema } from './function-kinds.js';
import {
  labels,
  critical,
  entryText,
  extending,
  inheriting,
  named,
} from '../../contracts/fields/common.js';
import type { EndpointOutput } from './components.js';
import { zoneSchema } from '../../contracts/scenario/host.js';
import type { HostOutput, HostShape } from './host.js';

/** A validated function. */
export interface FunctionOutput {
  readonly title?: string;
  readonly description?: string;
  readonly critical: boolean;
  readonly zone?: HostOutput['zone'];
  readonly labels?: HostOutput['labels'];
  readonly outbound?: HostOutput['outbound'];
  readonly kind: FunctionSettings['kind'];
  readonly coldStart: FunctionSettings['coldStart'];
  readonly keepAlive?: number;
  readonly maxConcurrency?: number;
  readonly concurrencyPerInstance?: number;
  readonly burst?: number;
  readonly scaleRate?: number;
  readonly provisioned: number;
  readonly timeout?: number | null;
  readonly reserved?: number;
  readonly memory?: number;
  readonly cpu?: { readonly cores: number };
  readonly autoscaler?: z.output<typeof kpaSchema>;
  readonly endpoints: Readonly<Record<string, EndpointOutput>>;
}

/** One function. */
export function functionSchema(
  host: HostShape,
  endpoint: z.ZodType<EndpointOutput>,
): z.ZodType<FunctionOutput> {
  const schema = z.strictObject({
    ...extending,
    ...entryText,
    critical,
    kind: field.choice(
      ['simple', 'lambda', 'cloudRun', 'knative'],
      'simple',
      'Product whose defaults apply.',
    ),
    coldStart: field.cost(
      '0ms',
      'Time from the decision to create an environment until it is ready.',
    ),
    keepAlive: duration({ allowZero: false })
      .optional()
      .describe(
        'Idle time after which an environment is removed. Unit: duration. Defaults by kind: cloudRun 15m, ' +
          'else 10m. Not with knative.',
      ),
    maxConcurrency: count({ min: 1 })
      .optional()
      .describe(
        'Largest number of requests in flight; further requests get a 429. All functions of kind lambda ' +
          'share it, as one account. Unit: requests. Defaults by kind: cloudRun 8000 (100 instances), else 1000. ' +
          'Not with knative.',
      ),
    concurrencyPerInstance: count({ min: 1 })
      .optional()
      .describe(
        'Largest number of concurrent requests per environment; containerConcurrency of knative. Unit: ' +
          'requests. Defaults by kind: cloudRun 80, knative unlimited, else 1.',
      ),
    burst: count({ min: 1 })
      .optional()
      .describe(
        'Largest number of environments created at once; beyond it, requests get a 429. Unit: count. ' +
          'Defaults by kind: cloudRun unlimited, else 1000. Not with knative.',
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
    reserved: reservedSchema,
    memory: memorySchema,
    cpu: cpuShareSchema,
    autoscaler: autoscalerField,
    timeout: durationOrNone({ allowZero: false })
      .optional()
      .describe(
        'Longest time of an execution, not counting the cold start; after it, the execution is ended with a ' +
          '504. Unit: duration or `none`. Defaults by kind: lambda 3s, cloudRun and knative 5m, else none.',
      ),
    zone: field.of(
      zoneSchema,
      absent('all; of knative to the first'),
      'Zones over which the environments are spread evenly: a name, a list, or counts. A zone named twice, or ' +
        'with a count of 2, gets two shares. With knative only one zone.',
    ),
    labels,
    outbound: host['outbound'],
    endpoints: field.of(
      named(endpoint),
      required,
      'Endpoints; `steps` instead defines one endpoint called invoke.',
    ),
  });
  return valuesOf<FunctionOutput>(
    inheriting(schema.describe('A function, which runs in environments created on demand.')).meta({
      id: 'function',
    }),
  );
}
