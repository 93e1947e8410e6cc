import { entry, type Explicit } from '../../contracts/fields/entry.js';
import { field, required } from '../../contracts/fields/field.js';
import type { z } from 'zod';
import { extending, inheriting, named } from '../../contracts/fields/common.js';
import type { EndpointOutput } from './components.js';
import type { HostShape } from './host.js';
import { outboxSchema } from '../../contracts/scenario/outbox.js';
import type { StepOutput } from './steps.js';
import { versionFields } from './versions.js';

export interface ServiceOutput extends Explicit<ReturnType<typeof serviceFields>> {}

function serviceFields(
  host: HostShape,
  endpoint: z.ZodType<EndpointOutput>,
  steps: z.ZodType<StepOutput[]>,
) {
  return {
    ...extending,
    ...host,
    ...versionFields(host, steps),
    endpoints: field.of(named(endpoint), required, 'Endpoints of the service.'),
    outbox: outboxSchema.optional(),
  };
}

/** One service. */
export function serviceSchema(...from: Parameters<typeof serviceFields>): z.ZodType<ServiceOutput> {
  return inheriting(entry(serviceFields(...from), 'A service.')).meta({ id: 'service' });
}
