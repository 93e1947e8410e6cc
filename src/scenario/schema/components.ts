import { valuesOf } from '../../contracts/fields/kinds.js';
import { absent, byKind, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { count, distribution, share, size, whole } from '../../contracts/quantities/quantities.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { BundleOutput } from './bundle.js';
import { capacitySchema } from '../../contracts/scenario/capacity.js';
import {
  critical,
  entryText,
  storage,
  extending,
  freeText,
  inheriting,
  named,
  nameText,
  onceSchema,
  priorityNumber,
  withShort,
} from '../../contracts/fields/common.js';
import { gatewayDiscoverySchema } from '../../contracts/scenario/discovery.js';
import { pools } from '../../contracts/scenario/pools.js';
import { replicationFields } from './replication.js';
import { searchFields } from './search.js';
import { tableLockFields } from './table-locks.js';
import { placed } from '../../contracts/scenario/host.js';
import type { HostOutput, HostShape, MiddlewareOutput } from './host.js';
import { cpuSchema } from '../../contracts/scenario/process.js';
import { methodText, type StepOutput } from './steps.js';
import { CALL_PATTERN } from '../../contracts/fields/common.js';
import { versionFields, type VersionedOutput } from './versions.js';

/** Schema of an endpoint of a service or function. */
export function endpointSchema(steps: z.ZodType<StepOutput[]>) {
  return withShort(
    z
      .strictObject({
        ...entryText,
        steps: field.of(steps, required, 'Steps, run in order; the end answers 200.'),
        method: methodText.optional().describe('HTTP method, for documentation.'),
        path: z.string().max(2000).optional().describe('Path, for documentation.'),
        idempotent: field.of(
          withShort(z.union([z.boolean(), onceSchema()]), { type: 'string' }),
          false,
          'Whether repeating it is safe, so that timeouts may be retried. `true` answers for its own work and what ' +
            'it writes to databases: services that it calls are called again. With the name of a key it is executed ' +
            'once per value: repetitions get the stored result, or 409 while it is running.',
          'boolean, name of a key, or map',
        ),
        readOnly: field.of(z.boolean(), false, 'Reads only; implies idempotent.'),
        requestSize: size()
          .prefault(0)
          .describe('Size of a request, unless the call says another. Unit: size. Defaults to 0B.'),
        responseSize: size()
          .prefault(0)
          .describe('Size of a response; failures have no body. Unit: size. Defaults to 0B.'),
        concurrency: field.whole(
          absent('as many as there are workers'),
          'Limit on concurrent executions per replica, within the workers; a request that gets a worker above it is ' +
            'refused with 503. Calls of `self` do not count.',
          { unit: 'requests', min: 1 },
        ),
        timeLimit: field.timeLimit(
          'none',
          'Server-side time limit of an execution, measured from getting a worker: it is ended, its calls are ' +
            'abandoned, the response is 503.',
        ),
        priority: field.of(
          priorityNumber,
          absent("the caller's"),
          'Replaces the priority that a request carries, here and in calls made from here.',
          'a whole number',
        ),
      })
      .describe('An endpoint: its steps.'),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  );
}
export type EndpointOutput = z.output<ReturnType<typeof endpointSchema>>;

export interface GatewayOutput extends Omit<HostOutput, 'replicas'>, VersionedOutput {
  readonly kind: Gateway['kind'];
  readonly routing?: Gateway['routing'];
  readonly routes: readonly RouteOutput[];
}

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

/** One gateway. */
export function gatewaySchema(
  host: HostShape,
  bundle: z.ZodType<BundleOutput>,
  middleware: z.ZodType<MiddlewareOutput>,
  steps: z.ZodType<StepOutput[]>,
): z.ZodType<GatewayOutput> {
  const gateway = z.strictObject({
    ...extending,
    ...host,
    discovery: gatewayDiscoverySchema.optional(),
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
  });
  return valuesOf<GatewayOutput>(
    inheriting(gateway.describe('A gateway: a service with routes.')).meta({
      id: 'gateway',
    }),
  );
}

/** One database. */
export const databaseSchema = inheriting(
  z
    .strictObject({
      ...extending,
      ...entryText,
      critical,
      storage,
      kind: field.choice(
        ['generic', 'postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'dynamodb'],
        'generic',
        'Product whose defaults apply: connection limits, locks, threads, copies.',
      ),
      operations: field.of(
        named(
          withShort(
            z.strictObject({
              work: distribution()
                .optional()
                .describe('CPU time of the server. Unit: distribution.'),
              wait: distribution()
                .optional()
                .describe('Time spent on I/O, without CPU. Unit: distribution.'),
              write: field.of(z.boolean(), false, 'Whether the operation changes data.'),
              key: field.of(nameText(), absent(), 'Key whose value selects the row.'),
              lock: field.of(
                z.boolean(),
                false,
                'Whether the operation locks the row of `key` from the statement to the end of its transaction; other ' +
                  'operations that lock it queue.',
              ),
              ...tableLockFields,
              scan: field.of(
                z.boolean(),
                byKind('elasticsearch true for reads without a key, else false'),
                'Whether the operation runs on all shards in parallel, with `work` and `wait` on each. The slowest ' +
                  'determines the latency, and one failure fails the operation. Metrics count one call per shard.',
              ),
              fanout: field.whole(
                absent('1'),
                'Number of shards that a read runs on in parallel: that of its key or request, and the next ones. Each ' +
                  'takes `work` and `wait`, and the slowest determines the latency.',
                { min: 2, max: 100 },
              ),
              units: field.of(
                z.number().positive().max(100_000),
                absent('1'),
                'With kind dynamodb: capacity units that the operation takes; an eventually consistent read of 4 KB takes ' +
                  'half a unit.',
                'number',
              ),
            }),
            { $ref: '#/definitions/distribution' },
          ).describe('Cost of an operation.'),
        ),
        required,
        'Operations.',
      ),
      capacity: capacitySchema.optional(),
      cpu: cpuSchema
        .prefault({})
        .describe(
          'Cores of the server: how many operations it works on in parallel. Defaults to unlimited.',
        ),
      maxConnections: field.of(
        count({ min: 1 }),
        byKind('postgres 100, mysql 151, mongo 65536, redis 10000, else unlimited'),
        'Largest number of connections of all pools together; beyond it, connecting fails.',
      ),
      reserved: field.of(
        whole(),
        byKind('postgres 3, else 0'),
        'Number of those connections that are reserved for administrators.',
      ),
      connect: field.cost('0ms', 'Time to open a connection, without CPU of the server.'),
      connectWork: field.cost(
        '0ms',
        'CPU of the server for each connection that is opened, after `connect`: the fork of a process, TLS, the ' +
          'check of the password. It competes with statements for the cores.',
      ),
      onAbandon: field.choice(
        ['close', 'cancel'],
        'close',
        'How a client leaves a statement that it no longer waits for. `close`: it closes the connection; the ' +
          'server notices when the statement ends, and its session counts until then. `cancel`: it also sends a ' +
          'cancel request, and the statement ends when that arrives. A killed client sends none.',
      ),
      clientCheckInterval: field.timeLimit(
        'none',
        'Interval at which the server checks, during a statement, whether its client is still connected; it ends a ' +
          'statement whose client has gone (client_connection_check_interval). Only for kinds postgres and generic.',
      ),
      idleTimeout: field.timeLimit(
        'none',
        'Time without a statement, outside of a transaction, after which the server closes a session (MySQL ' +
          'wait_timeout, PostgreSQL idle_session_timeout). Pools notice it as they notice a restart of the server.',
      ),
      statementTimeout: field.timeLimit(
        'none',
        'Longest time of a statement from its start, including waits for rows; after it, the server fails the ' +
          'statement with 500.',
      ),
      lockTimeout: field.timeLimit(
        byKind('mysql 50s, else none'),
        'Longest wait for a row lock, and in kinds other than mysql for a table lock; after it, the statement ' +
          'fails with 500.',
      ),
      deadlockTimeout: field.duration(
        byKind('mysql 0s, else 1s'),
        'Time waited for a lock after which the server checks for a deadlock. A transaction of it is rolled back ' +
          'with 500: with postgres the one whose statement checks, else the youngest.',
        { allowZero: true },
      ),
      knee: field.of(
        z.strictObject({
          connections: field.whole(
            required,
            'Largest number of concurrent statements that causes no slowdown.',
            { min: 1 },
          ),
          alpha: field.of(
            z.number().positive().max(1000),
            required,
            'A step that starts takes 1 + alpha x (statements in flight - connections) times as long.',
            'number',
          ),
        }),
        absent(),
        'Slowdown from switching between concurrent statements.',
      ),
      ...replicationFields,
      ...searchFields,
      ...pools,
      ...placed,
    })
    .describe('A database with its client-side pools.'),
).meta({ id: 'database' });
export type DatabaseOutput = z.output<typeof databaseSchema>;
