import { entry } from '../../contracts/fields/entry.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import type { z } from 'zod';
import { functionFields } from '../../contracts/scenario/functions.js';
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
import type { HostShape } from './host.js';

/** One function. */
export function functionSchema(host: HostShape, endpoint: z.ZodType<EndpointOutput>) {
  const schema = entry(
    {
      ...extending,
      ...entryText,
      critical,
      ...functionFields,
      zone: field.of(
        zoneSchema,
        absent('all; of knative to the first'),
        'Zones over which the environments are spread evenly: a name, a list, or counts. A zone named twice, or ' +
          'with a count of 2, gets two shares. With knative only one zone.',
      ),
      labels,
      outbound: host.outbound,
      endpoints: field.of(
        named(endpoint),
        required,
        'Endpoints; `steps` instead defines one endpoint called invoke.',
      ),
    },
    'A function, which runs in environments created on demand.',
  );
  return inheriting(schema).meta({ id: 'function' });
}

export interface FunctionOutput extends z.output<ReturnType<typeof functionSchema>> {}
