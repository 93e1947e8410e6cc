import { entry, type Explicit } from '../../contracts/fields/entry.js';
import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { routeSchema, routingFields } from '../../contracts/scenario/routes.js';
import type { endpointSchema } from '../../contracts/scenario/services.js';
import type { BundleOutput } from './bundle.js';
import { extending, inheriting } from '../../contracts/fields/common.js';
import {
  gatewayDiscoverySchema,
  type WrittenDiscovery,
} from '../../contracts/scenario/discovery.js';
import { valuesOf } from '../../contracts/fields/kinds.js';
import type { HostShape, MiddlewareOutput } from './host.js';
import type { StepOutput } from './steps.js';
import { versionFields } from './versions.js';

export interface EndpointOutput extends z.output<ReturnType<typeof endpointSchema<StepOutput[]>>> {}

export type RouteOutput = z.output<
  ReturnType<typeof routeSchema<BundleOutput, MiddlewareOutput, StepOutput[]>>
>;

function gatewayFields(
  host: HostShape,
  bundle: z.ZodType<BundleOutput>,
  middleware: z.ZodType<MiddlewareOutput>,
  steps: z.ZodType<StepOutput[]>,
) {
  return {
    ...extending,
    ...host,
    discovery: valuesOf<WrittenDiscovery>(gatewayDiscoverySchema).optional(),
    ...versionFields(host, null),
    ...routingFields,
    routes: field.of(
      z.array(routeSchema(bundle, middleware, steps)).min(1),
      required,
      'Routes; a request that matches none is answered 404.',
    ),
  };
}

export interface GatewayOutput extends Explicit<ReturnType<typeof gatewayFields>> {}

/** One gateway. */
export function gatewaySchema(...from: Parameters<typeof gatewayFields>): z.ZodType<GatewayOutput> {
  const gateway = entry(gatewayFields(...from), 'A gateway: a service with routes.');
  return inheriting(gateway).meta({ id: 'gateway' });
}
