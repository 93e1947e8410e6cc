import { z } from 'zod';
import { count, distribution, durationOrNone, size, whole } from '../../spec/quantities.js';
import type { BundleOutput } from './bundle.js';
import { critical, entryText, inheriting, named, nameText, textMap, withShort } from './common.js';
import { cpuSchema, zoneSchema } from './host.js';
import type { HostOutput, HostShape, MiddlewareOutput } from './host.js';
import type { StepOutput } from './steps.js';
import { methodText, REFERENCE_PATTERN } from './steps.js';

const extending = {
  extends: z
    .union([nameText(), z.array(nameText())])
    .optional()
    .describe('Template or templates this one builds on; later ones win.'),
};

/** What a validated endpoint holds. */
export interface EndpointOutput {
  readonly steps: readonly StepOutput[];
  readonly idempotent: boolean;
  readonly readOnly: boolean;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly method?: string;
  readonly path?: string;
}

export interface ServiceOutput extends HostOutput {
  readonly endpoints: Readonly<Record<string, EndpointOutput>>;
}

/** One service. */
export function serviceSchema(
  host: HostShape,
  steps: z.ZodType<StepOutput[]>,
): z.ZodType<ServiceOutput> {
  const endpoint = withShort(
    z
      .strictObject({
        ...entryText,
        steps: steps.describe('Run in order; the end answers 200. Required.'),
        method: methodText.optional().describe('HTTP method, for readers.'),
        path: z.string().max(2000).optional().describe('Path, for readers.'),
        idempotent: z
          .boolean()
          .default(false)
          .describe('Repeating it does no harm, so timeouts may be retried. Defaults to false.'),
        readOnly: z
          .boolean()
          .default(false)
          .describe('Reads only; implies idempotent. Defaults to false.'),
        requestSize: size()
          .prefault(0)
          .describe('Size of a request, unless the call says another. Unit: size. Defaults to 0B.'),
        responseSize: size()
          .prefault(0)
          .describe('Size of an answer; failures have none. Unit: size. Defaults to 0B.'),
      })
      .describe('An endpoint: its steps.'),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  );
  const service = z.strictObject({
    ...extending,
    ...host,
    endpoints: named(endpoint).describe('What it answers. Required.'),
  });
  return inheriting(service.describe('A service.')).meta({
    id: 'service',
  }) as unknown as z.ZodType<ServiceOutput>;
}

export interface RouteOutput {
  readonly name?: string;
  readonly match?: {
    readonly method?: string | readonly string[];
    readonly path?: string | readonly string[];
    readonly host?: string | readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly to?: Readonly<Record<string, number>>;
  readonly steps?: readonly StepOutput[];
  readonly responseSize?: number;
  readonly policy?: BundleOutput;
  readonly middleware?: readonly MiddlewareOutput[];
}

export interface GatewayOutput extends HostOutput {
  readonly kind: 'simple';
  readonly routing: 'firstMatch' | 'gatewayApi';
  readonly routes: readonly RouteOutput[];
}

function oneOrMore(schema: z.ZodType, text: string): z.ZodType {
  return z
    .union([schema, z.array(schema).min(1)])
    .optional()
    .describe(text);
}

/** One gateway. */
export function gatewaySchema(
  host: HostShape,
  bundle: z.ZodType<BundleOutput>,
  middleware: z.ZodType,
  steps: z.ZodType<StepOutput[]>,
): z.ZodType<GatewayOutput> {
  const path = z.string().regex(/^[^~]/).max(2000);
  const route = z
    .strictObject({
      name: nameText()
        .optional()
        .describe('Name of the part; wanted as soon as something points at it.'),
      match: z
        .strictObject({
          method: oneOrMore(methodText, 'HTTP method or methods.'),
          path: oneOrMore(path, 'Path or paths: `*` at the end is a prefix, `{id}` one segment.'),
          host: oneOrMore(z.string().max(300), 'Host or hosts.'),
          headers: textMap().optional().describe('Headers with their values.'),
        })
        .optional()
        .describe('Which requests; left out: all.'),
      to: withShort(z.record(z.string().regex(REFERENCE_PATTERN), z.number().min(0).max(1e9)), {
        type: 'string',
        pattern: REFERENCE_PATTERN.source,
      })
        .optional()
        .describe('Target, or targets with weights. Required, unless there are steps.'),
      steps: steps
        .optional()
        .describe('Run by the gateway itself instead, such as calls of several services at once.'),
      responseSize: size()
        .optional()
        .describe(
          'With `steps`: size of an answer; with `to` it is that of the callee. Unit: size. Defaults to 0B.',
        ),
      policy: bundle.optional().describe('Bundle of the calls of this route.'),
      middleware: z.array(middleware).optional().describe('Run after those of the gateway.'),
    })
    .describe('A route: which requests go where.');
  const gateway = z.strictObject({
    ...extending,
    ...host,
    kind: z
      .enum(['simple'])
      .default('simple')
      .describe('Whose defaults it has. Defaults to simple.'),
    routing: z
      .enum(['firstMatch', 'gatewayApi'])
      .default('firstMatch')
      .describe('How a route is chosen. Defaults to firstMatch.'),
    routes: z.array(route).min(1).describe('Where requests go; nothing matches: 404. Required.'),
  });
  return inheriting(gateway.describe('A gateway: a service with routes.')).meta({
    id: 'gateway',
  }) as unknown as z.ZodType<GatewayOutput>;
}

const pool = z.strictObject({
  kind: z.enum(['simple']).default('simple').describe('Which pool. Defaults to simple.'),
  maxOpen: count({ min: 1 })
    .prefault('unlimited')
    .describe('Connections per calling instance. Unit: count. Defaults to unlimited.'),
  maxIdle: count()
    .prefault('unlimited')
    .describe('Connections kept when idle. Unit: count. Defaults to unlimited.'),
  maxLifetime: durationOrNone({ allowZero: false })
    .prefault('none')
    .describe('Age at which a connection is closed. Unit: duration or `none`. Defaults to none.'),
  maxIdleTime: durationOrNone({ allowZero: false })
    .prefault('none')
    .describe('Idle time after which it is closed. Unit: duration or `none`. Defaults to none.'),
  acquireTimeout: durationOrNone()
    .prefault('none')
    .describe('Longest wait for a connection. Unit: duration or `none`. Defaults to none.'),
  waiters: z
    .enum(['fifo', 'random'])
    .default('fifo')
    .describe('Who gets a connection that comes back. Defaults to fifo.'),
});

/** One database. */
export const databaseSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .enum(['generic'])
        .default('generic')
        .describe('Whose behaviour. Defaults to generic.'),
      operations: named(
        withShort(
          z.strictObject({
            work: distribution().optional().describe('CPU of the server. Unit: distribution.'),
            wait: distribution().optional().describe('I/O. Unit: distribution.'),
            write: z.boolean().default(false).describe('Changes data. Defaults to false.'),
          }),
          { $ref: '#/definitions/distribution' },
        ).describe('What an operation costs.'),
      ).describe('What can be asked. Required.'),
      cpu: cpuSchema
        .prefault({})
        .describe('Parallel workers of the server. Defaults to unlimited.'),
      maxConnections: count({ min: 1 })
        .prefault('unlimited')
        .describe('Connections over all pools; beyond it connecting fails. Defaults to unlimited.'),
      reserved: whole().prefault(0).describe('Of those, kept for administrators. Defaults to 0.'),
      connect: distribution()
        .prefault('0ms')
        .describe('Opening a connection. Unit: distribution. Defaults to 0ms.'),
      pool: pool
        .prefault({})
        .describe('Client side, one per calling instance. Defaults to unlimited.'),
      pools: z
        .record(nameText(), pool.describe('Fields laid over `pool`.'))
        .optional()
        .describe('Caller to its pool, laid over `pool`.'),
      zone: zoneSchema.optional(),
      external: z.boolean().default(false).describe('Not ours. Defaults to false.'),
      labels: textMap().optional().describe('Selectors of faults.'),
    })
    .describe('A database with its client-side pools.'),
).meta({ id: 'database' });
export type DatabaseOutput = z.output<typeof databaseSchema>;
export type PoolOutput = z.output<typeof pool>;
