import { valuesOf } from '../../contracts/fields/kinds.js';
import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { extending, inheriting, named } from '../../contracts/fields/common.js';
import type { EndpointOutput } from './components.js';
import type { HostOutput, HostShape } from './host.js';
import { outboxSchema, type WrittenOutbox } from '../../contracts/scenario/outbox.js';
import type { StepOutput } from './steps.js';
import { versionFields, type VersionedOutput } from './versions.js';

/** A validated service. */
export interface ServiceOutput extends Omit<HostOutput, 'replicas'>, VersionedOutput {
  readonly endpoints: Readonly<Record<string, EndpointOutput>>;
  readonly outbox?: WrittenOutbox;
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
    ...versionFields(host, steps),
    endpoints: field.of(named(endpoint), required, 'Endpoints of the service.'),
    outbox: outboxSchema.optional(),
  });
  return valuesOf<ServiceOutput>(
    inheriting(service.describe('A service.')).meta({
      id: 'service',
    }),
  );
}
