import { z } from 'zod';
import { whole } from '../../spec/quantities/quantities.js';
import { extending, inheriting, named, nameText } from './common.js';
import type { EndpointOutput } from './components.js';
import { replicas } from './host.js';
import type { HostOutput, HostShape } from './host.js';
import { outboxSchema } from './outbox.js';
import type { OutboxOutput } from './outbox.js';
import type { StepOutput } from './steps.js';
import { rolloutSchema, versionSchema } from './versions.js';
import type { RolloutOutput, VersionOutput } from './versions.js';

/** A validated service. */
export interface ServiceOutput extends Omit<HostOutput, 'replicas'> {
  readonly replicas?: number | Readonly<Record<string, number>>;
  readonly version?: string;
  readonly versions?: Readonly<Record<string, VersionOutput>>;
  readonly rollout?: RolloutOutput;
  readonly endpoints: Readonly<Record<string, EndpointOutput>>;
  readonly outbox?: OutboxOutput;
}

/** One service. */
export function serviceSchema(
  host: HostShape,
  endpoint: z.ZodType<EndpointOutput>,
  steps: z.ZodType<StepOutput[]>,
): z.ZodType<ServiceOutput> {
  const service = z.strictObject({
    ...extending,
    ...host,
    replicas: z
      .union([replicas, named(whole({ min: 0, max: 100_000 }))])
      .optional()
      .describe(
        'Instances; with `autoscaling` those at the start; by version where several run side by side, as `{ ' +
          'v1: 9, v2: 1 }`. Unit: count. Defaults to 1, with `autoscaling` to its `min`.',
      ),
    endpoints: named(endpoint).describe('Endpoints of the service. Required.'),
    outbox: outboxSchema.optional(),
    versions: named(versionSchema(host, steps))
      .optional()
      .describe('Versions of the service, each with the fields that differ.'),
    version: nameText()
      .optional()
      .describe('Version that runs at the start. Defaults to the first by name.'),
    rollout: rolloutSchema.optional(),
  });
  return inheriting(service.describe('A service.')).meta({
    id: 'service',
  }) as unknown as z.ZodType<ServiceOutput>;
}
