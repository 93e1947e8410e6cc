import { absent, byKind, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { share } from '../../contracts/quantities/quantities.js';
import type { endpointSchema } from '../../contracts/scenario/services.js';
import type { BundleOutput } from './bundle.js';
import {
  extending,
  freeText,
  inheriting,
  nameText,
  withShort,
} from '../../contracts/fields/common.js';
import {
  gatewayDiscoverySchema,
  type WrittenDiscovery,
} from '../../contracts/scenario/discovery.js';
import { valuesOf } from '../../contracts/fields/kinds.js';
import type { HostShape, MiddlewareOutput } from './host.js';
import { methodText } from '../../contracts/scenario/verbs.js';
import type { StepOutput } from './steps.js';
import { CALL_PATTERN } from '../../contracts/fields/common.js';
import { versionFields } from './versions.js';

/** A validated endpoint. */
export interface EndpointOutput extends z.output<ReturnType<typeof endpointSchema<StepOutput[]>>> {}

function oneOrMore<S extends z.ZodType>(schema: S, text: string) {
  return z
    .union([schema, z.array(schema).min(1)])
    .optional()
    .describe(text);
}

/** A route of a gateway. */
function routeSchema(
  bundle: z.ZodType<BundleOutput>,
  middleware: z.ZodType<MiddlewareOutput>,
  steps: z.ZodType<StepOutput[]>,
) {
  const path = z.string().min(1).max(2000);
  const header = z.union([freeText(), z.array(freeText()).min(1)]);
  return z
    .strictObject({
      name: nameText().optional().describe('Name of the part; required if something refers to it.'),
      match: field.of(
        z.strictObject({
          method: oneOrMore(methodText, 'HTTP method or methods.'),
          path: oneOrMore(
            path,
            'Path or paths: `*` at the end is a prefix, `{id}` one segment, `~` first a regular ' +
              'expression: of the whole path, with `routing: kong` of its beginning, with nginx of ' +
              'any part of it.',
          ),
          host: oneOrMore(
            z.string().min(1).max(300),
            'Host or hosts, with a port if it matters; `*` at the start or the end matches any text.',
          ),
          headers: z
            .record(z.string().min(1).max(200), header)
            .optional()
            .describe('Headers with a value, or a list of values of which one must match.'),
        }),
        absent('all'),
        'Requests that the route matches.',
      ),
      regexPriority: field.of(
        z.int().min(0).max(2_147_483_647),
        absent('0'),
        'Priority of regular expressions with `routing: kong`: the highest is tried first.',
        'count',
      ),
      to: withShort(z.record(z.string().regex(CALL_PATTERN), z.number().min(0).max(1e9)), {
        type: 'string',
        pattern: CALL_PATTERN.source,
      })
        .optional()
        .describe('Target, or targets with weights. Required, unless there are steps.'),
      steps: steps
        .optional()
        .describe(
          'Steps that the gateway runs itself instead, such as parallel calls of several services.',
        ),
      responseSize: field.size(
        absent('0B'),
        'With `steps`: size of a response; with `to` it is that of the callee.',
      ),
      sticky: field.of(
        nameText(),
        absent('a random target'),
        'Key, declared or built in such as `client`, whose hash selects the target: requests with the same value ' +
          'go to the same target.',
      ),
      mirror: z
        .strictObject({
          to: field.of(z.string().regex(CALL_PATTERN), required, 'Target of the copy.'),
          share: field.of(share(), '100%', 'Share of requests copied.'),
        })
        .optional()
        .describe(
          'Mirrors requests: the copy is sent with the request, under the bundle of `outbound`; its response is ' +
            'discarded and not waited for.',
        ),
      policy: bundle.optional().describe('Bundle of the calls of this route.'),
      middleware: z
        .array(middleware)
        .optional()
        .describe('Run after those of the gateway; with `kind: kong` by the priority of plugins.'),
    })
    .describe('A route: which requests go where.');
}
export type RouteOutput = z.output<ReturnType<typeof routeSchema>>;

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
    kind: field.choice(
      ['simple', 'kong', 'envoy', 'nginx', 'spring'],
      'simple',
      'Product whose defaults apply: routing, order of middleware, responses to failures, and timeouts and ' +
        'retries for targets without a bundle.',
    ),
    routing: field.of(
      z.enum(['firstMatch', 'kong', 'gatewayApi', 'envoy', 'nginx']),
      byKind('simple and spring firstMatch, the others the rule of their name'),
      'How a route is selected among those that match; ties are broken by the order in the file.',
    ),
    routes: field.of(
      z.array(routeSchema(bundle, middleware, steps)).min(1),
      required,
      'Routes; a request that matches none is answered 404.',
    ),
  };
}

/** A validated gateway. */
export interface GatewayOutput extends z.output<z.ZodObject<ReturnType<typeof gatewayFields>>> {}

/** One gateway. */
export function gatewaySchema(...from: Parameters<typeof gatewayFields>): z.ZodType<GatewayOutput> {
  const gateway = z.strictObject(gatewayFields(...from));
  return inheriting(gateway.describe('A gateway: a service with routes.')).meta({ id: 'gateway' });
}
