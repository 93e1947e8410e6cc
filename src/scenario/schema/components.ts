import { z } from 'zod';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  share,
  size,
  whole,
} from '../../spec/quantities.js';
import type { Gateway } from '../../spec/scenario.js';
import type { BundleOutput } from './bundle.js';
import { capacitySchema } from './capacity.js';
import {
  critical,
  entryText,
  extending,
  freeText,
  inheriting,
  named,
  nameText,
  onceSchema,
  priorityNumber,
  textMap,
  withShort,
} from './common.js';
import type { OnceOutput } from './common.js';
import { pool } from './pools.js';
import { replicationFields } from './replication.js';
import { searchFields } from './search.js';
import { cpuSchema, zoneSchema } from './host.js';
import type { HostOutput, HostShape, MiddlewareOutput } from './host.js';
import type { StepOutput } from './steps.js';
import { methodText } from './steps.js';
import { REFERENCE_PATTERN } from './common.js';

/** What a validated endpoint holds. */
export interface EndpointOutput {
  readonly steps: readonly StepOutput[];
  readonly idempotent: boolean | OnceOutput;
  readonly readOnly: boolean;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly priority?: number;
  readonly concurrency?: number;
  readonly timeLimit: number | null;
  readonly method?: string;
  readonly path?: string;
}

/** What a service or function answers. */
export function endpointSchema(steps: z.ZodType<StepOutput[]>): z.ZodType<EndpointOutput> {
  return withShort(
    z
      .strictObject({
        ...entryText,
        steps: steps.describe('Run in order; the end answers 200. Required.'),
        method: methodText.optional().describe('HTTP method, for readers.'),
        path: z.string().max(2000).optional().describe('Path, for readers.'),
        idempotent: withShort(z.union([z.boolean(), onceSchema()]), { type: 'string' })
          .default(false)
          .describe(
            'Repeating it does no harm, so timeouts may be retried. With the name of a key it is ' +
              'executed once for each value: repetitions get the stored result, and 409 while it is ' +
              'being executed. Unit: boolean, name of a key, or map. Defaults to false.',
          ),
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
        concurrency: whole({ min: 1 })
          .optional()
          .describe(
            'Executions at once per replica, inside the workers; a request that gets a worker beyond ' +
              'them is refused with 503. Calls of `self` are not counted. Unit: count. Defaults to as ' +
              'many as there are workers.',
          ),
        timeLimit: durationOrNone({ allowZero: false })
          .prefault('none')
          .describe(
            "The server's own limit on an execution, from its getting a worker on: it is ended, its calls " +
              'are given up, the answer is 503. Unit: duration or `none`. Defaults to none.',
          ),
        priority: priorityNumber
          .optional()
          .describe(
            'Replaces the priority a request carries, here and in what is called from here. Unit: a ' +
              "whole number. Defaults to the caller's.",
          ),
      })
      .describe('An endpoint: its steps.'),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  ) as unknown as z.ZodType<EndpointOutput>;
}

export interface RouteOutput {
  readonly name?: string;
  readonly match?: {
    readonly method?: string | readonly string[];
    readonly path?: string | readonly string[];
    readonly host?: string | readonly string[];
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly to?: Readonly<Record<string, number>>;
  readonly steps?: readonly StepOutput[];
  readonly responseSize?: number;
  readonly regexPriority?: number;
  readonly sticky?: string;
  readonly mirror?: { readonly to: string; readonly share: number };
  readonly policy?: BundleOutput;
  readonly middleware?: readonly MiddlewareOutput[];
}

export interface GatewayOutput extends HostOutput {
  readonly kind: Gateway['kind'];
  readonly routing?: Gateway['routing'];
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
  const path = z.string().min(1).max(2000);
  const header = z.union([freeText(), z.array(freeText()).min(1)]);
  const route = z
    .strictObject({
      name: nameText()
        .optional()
        .describe('Name of the part; wanted as soon as something points at it.'),
      match: z
        .strictObject({
          method: oneOrMore(methodText, 'HTTP method or methods.'),
          path: oneOrMore(
            path,
            'Path or paths: `*` at the end is a prefix, `{id}` one segment, `~` first a regular ' +
              'expression: of the whole path, with `routing: kong` of its beginning, with nginx of ' +
              'any part of it.',
          ),
          host: oneOrMore(
            z.string().min(1).max(300),
            'Host or hosts, with a port if that matters; `*` at the beginning or at the end stands ' +
              'for any text.',
          ),
          headers: z
            .record(z.string().min(1).max(200), header)
            .optional()
            .describe('Headers with the value, or the values of which one is enough.'),
        })
        .optional()
        .describe('Which requests; left out: all.'),
      regexPriority: z
        .int()
        .min(0)
        .max(2_147_483_647)
        .optional()
        .describe(
          'Order of regular expressions with `routing: kong`: the greatest is asked first. ' +
            'Unit: count. Defaults to 0.',
        ),
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
      sticky: nameText()
        .optional()
        .describe(
          'Key, declared or built in such as `client`: the target is chosen by a hash of its value, ' +
            'the same for all requests with that value. Defaults to chance.',
        ),
      mirror: z
        .strictObject({
          to: z.string().regex(REFERENCE_PATTERN).describe('Who gets the copy. Required.'),
          share: share().prefault('100%').describe('Share of requests copied. Defaults to 100%.'),
        })
        .optional()
        .describe(
          'A copy that nobody waits for and whose answer is thrown away; it is sent with the ' +
            'request, under the bundle of `outbound`.',
        ),
      policy: bundle.optional().describe('Bundle of the calls of this route.'),
      middleware: z
        .array(middleware)
        .optional()
        .describe('Run after those of the gateway; with `kind: kong` by the priority of plugins.'),
    })
    .describe('A route: which requests go where.');
  const gateway = z.strictObject({
    ...extending,
    ...host,
    kind: z
      .enum(['simple', 'kong', 'envoy', 'nginx', 'spring'])
      .default('simple')
      .describe(
        'The product whose defaults it has: routing, order of middleware, what it answers to ' +
          'failures, timeouts and retries towards targets without a bundle. Defaults to simple.',
      ),
    routing: z
      .enum(['firstMatch', 'kong', 'gatewayApi', 'envoy', 'nginx'])
      .optional()
      .describe(
        'How a route is chosen among those that match; what is equal goes by the order of the file. ' +
          'Defaults by kind: simple and spring firstMatch, the others as they are called.',
      ),
    routes: z.array(route).min(1).describe('Where requests go; nothing matches: 404. Required.'),
  });
  return inheriting(gateway.describe('A gateway: a service with routes.')).meta({
    id: 'gateway',
  }) as unknown as z.ZodType<GatewayOutput>;
}

/** One database. */
export const databaseSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      kind: z
        .enum(['generic', 'postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'dynamodb'])
        .default('generic')
        .describe(
          'The product whose defaults it has: limits of connections, locks, threads, copies. Defaults to generic.',
        ),
      operations: named(
        withShort(
          z.strictObject({
            work: distribution().optional().describe('CPU of the server. Unit: distribution.'),
            wait: distribution().optional().describe('I/O. Unit: distribution.'),
            write: z.boolean().default(false).describe('Changes data. Defaults to false.'),
            key: nameText()
              .optional()
              .describe('Key whose value says which row it is about. Defaults to none.'),
            lock: z
              .boolean()
              .default(false)
              .describe(
                'Holds the row of `key` from the statement to the end of its transaction; others who ' +
                  'lock that row wait in line. Defaults to false.',
              ),
            scan: z
              .boolean()
              .optional()
              .describe(
                'Asks every shard at once, each for `work` and `wait`; the answer is there with the ' +
                  'slowest of them, and fails where one fails. Figures count a call for each shard. ' +
                  'Defaults by kind: elasticsearch true for reads without a key, else false.',
              ),
            fanout: whole({ min: 2, max: 100 })
              .optional()
              .describe(
                'A read that asks so many shards at once, the one of its key or request and those behind it, as one ' +
                  'of rows that are here and there; each for `work` and `wait`, and over with the slowest. ' +
                  'Unit: count. Defaults to 1.',
              ),
            units: z
              .number()
              .positive()
              .max(100_000)
              .optional()
              .describe(
                'With kind dynamodb: units of capacity that it takes; an eventually consistent read of ' +
                  '4 KB takes half of one. Unit: number. Defaults to 1.',
              ),
          }),
          { $ref: '#/definitions/distribution' },
        ).describe('What an operation costs.'),
      ).describe('What can be asked. Required.'),
      capacity: capacitySchema.optional(),
      cpu: cpuSchema
        .prefault({})
        .describe('Parallel workers of the server. Defaults to unlimited.'),
      maxConnections: count({ min: 1 })
        .optional()
        .describe(
          'Connections over all pools; beyond it connecting fails. Defaults by kind: postgres 100, ' +
            'mysql 151, mongo 65536, redis 10000, else unlimited.',
        ),
      reserved: whole()
        .optional()
        .describe('Of those, kept for administrators. Defaults by kind: postgres 3, else 0.'),
      connect: distribution()
        .prefault('0ms')
        .describe('Opening a connection. Unit: distribution. Defaults to 0ms.'),
      statementTimeout: durationOrNone({ allowZero: false })
        .prefault('none')
        .describe(
          'The server ends a statement so long after its start, waits for rows included, with 500. ' +
            'Unit: duration or `none`. Defaults to none.',
        ),
      lockTimeout: durationOrNone({ allowZero: false })
        .optional()
        .describe(
          'Longest wait for a row; then the statement fails with 500. Unit: duration or `none`. ' +
            'Defaults by kind: mysql 50s, else none.',
        ),
      deadlockTimeout: duration()
        .optional()
        .describe(
          'Wait for a row after which a circle of waiters is looked for; the youngest transaction in ' +
            'it is rolled back with 500. Unit: duration. Defaults by kind: mysql 0s, else 1s.',
        ),
      knee: z
        .strictObject({
          connections: whole({ min: 1 }).describe(
            'Statements under way up to which nothing slows. Unit: count. Required.',
          ),
          alpha: z
            .number()
            .positive()
            .max(1000)
            .describe(
              'A step that begins takes 1 + alpha x (statements under way - connections) times as ' +
                'long. Unit: number. Required.',
            ),
        })
        .optional()
        .describe('Where switching between statements begins to cost. Defaults to nowhere.'),
      ...replicationFields,
      ...searchFields,
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
