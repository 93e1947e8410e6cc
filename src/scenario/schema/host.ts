import { absent, byDefault, field, requiredIf } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { durationOrNone, whole } from '../../contracts/quantities/quantities.js';
import {
  cpuSchema,
  gcSchema,
  lifecycleSchema,
  memorySchema,
} from '../../contracts/scenario/process.js';
import type { AdmissionOutput } from './admission.js';
import { autoscalingSchema } from '../../contracts/scenario/autoscaling.js';
import { outlierDetectionSchema, type BundleOutput } from './bundle.js';
import { loadBalancingSchema } from './balancing.js';
import { discoverySchema } from '../../contracts/scenario/discovery.js';
import { zoneSchema } from '../../contracts/scenario/host.js';
import { protocolSchema } from '../../contracts/scenario/connections.js';
import { disruptionBudgetSchema } from './nodes.js';
import { healthChecksSchema } from '../../contracts/scenario/health-checks.js';
import { probesSchema } from '../../contracts/scenario/probes.js';
import { labels, critical, entryText, nameText, withShort } from '../../contracts/fields/common.js';

/** `resources` of a service or gateway. */
const resourcesSchema = z
  .strictObject({
    requests: z
      .strictObject({
        cpu: field.of(
          z.number().positive().max(10_000),
          absent('`cpu.cores` for the share, to none for the room'),
          'Cores that each replica requests from its platform: the base of the `cpu` share of `autoscaling`, and ' +
            'the room that it takes on a node of `platform.nodes`.',
          'cores',
        ),
        memory: field.size(
          absent(),
          'Memory that each replica requests from its platform: the room that it takes on a node of ' +
            '`platform.nodes`.',
        ),
      })
      .optional()
      .describe('Requests of each replica.'),
  })
  .describe('Resources that replicas request from their platform. Defaults to none.');

export const queueSchema = z.strictObject({
  capacity: field.limit(
    'unbounded',
    'Largest number of requests that wait for a worker; further requests get a 503.',
    { unit: 'requests', min: 0 },
  ),
  discipline: field.choice(
    ['fifo', 'lifo', 'adaptiveLifo', 'priority', 'fair', 'codel'],
    'fifo',
    'Order of service. `fifo`: oldest first; `lifo`: newest first; `adaptiveLifo`: oldest first, but newest ' +
      'first while the queue has not been empty for longer than `interval`; `priority`: highest priority first, ' +
      'then oldest; a request that finds the queue full replaces the newest one of the lowest priority if that ' +
      'is below its own; `fair`: one request per value of `key` in turn; `codel`: oldest first, but when waits ' +
      'have not been below `target` for longer than `interval`, requests are refused at the head, more and more ' +
      'often.',
  ),
  maxWait: field.timeLimit('none', 'Longest wait; then the request is refused.'),
  target: field.of(
    durationOrNone({ allowZero: false }),
    absent('5ms for codel, none for adaptiveLifo'),
    'With `codel`: acceptable wait. With `adaptiveLifo`: longest wait of requests that arrive while the queue ' +
      'has not been empty for longer than `interval`; earlier ones may wait for `interval`.',
    'duration',
  ),
  interval: field.duration(
    absent('100ms'),
    'With `codel` and `adaptiveLifo`: time after which a queue counts as standing and not as a transient ' +
      'burst.',
  ),
  key: field.of(
    nameText(),
    requiredIf('for fair'),
    'With `fair`: key of `keys` whose values are served in turn.',
  ),
});

export const replicas = whole({ min: 0, max: 100_000 });

/** Common fields of services and gateways. */
export function hostFields(
  bundle: z.ZodType<BundleOutput>,
  middleware: z.ZodType<MiddlewareOutput>,
  admission: z.ZodType<AdmissionOutput>,
) {
  return {
    ...entryText,
    critical,
    replicas: field.of(
      replicas,
      absent('1, with `autoscaling` to its `min`'),
      'Instances; with `autoscaling` those at the start. 0 only with `autoscaling: { kind: keda, min: 0 }`.',
      'count',
    ),
    zone: zoneSchema.optional(),
    runtime: withShort(
      z.strictObject({
        kind: field.choice(
          ['threads', 'async', 'eventLoop'],
          'threads',
          'How requests hold workers.',
        ),
        gc: gcSchema.optional(),
      }),
      { enum: ['threads', 'async', 'eventLoop'] },
    )
      .prefault({})
      .describe(
        '`threads`: a worker is held from start to response; `async`: only during `work`; `eventLoop`: one ' +
          'worker per core, no preemption. Defaults to threads.',
      ),
    concurrency: field.limit(absent('unlimited'), 'Workers per replica.', { unit: 'requests' }),
    queue: queueSchema
      .prefault({})
      .describe('Queue in front of the workers. Defaults to unbounded FIFO.'),
    cpu: cpuSchema
      .prefault({})
      .describe('Cores per replica, shared by `work`. Defaults to unlimited.'),
    cancellation: field.choice(
      ['ignore', 'onDequeue', 'atSteps', 'immediate'],
      byDefault('ignore', 'it is completed'),
      'Handling of work whose caller no longer waits.',
    ),
    rejectWork: field.cost('0ms', 'CPU time of a refusal.'),
    admission: admission.optional(),
    memory: memorySchema.optional(),
    lifecycle: lifecycleSchema.optional(),
    probes: probesSchema.optional(),
    autoscaling: autoscalingSchema.optional(),
    resources: resourcesSchema.optional(),
    disruptionBudget: disruptionBudgetSchema.optional(),
    loadBalancing: loadBalancingSchema
      .prefault({ kind: 'roundRobin' })
      .describe('How callers select one of these instances. Defaults to roundRobin.'),
    protocol: protocolSchema.optional(),
    discovery: discoverySchema.optional(),
    healthChecks: healthChecksSchema.optional(),
    outlierDetection: field.of(
      outlierDetectionSchema,
      absent(),
      'Default outlier detection of callers for these instances; their policy overrides it.',
    ),
    middleware: z
      .array(middleware)
      .optional()
      .describe('Middleware that runs before the endpoint or route, in the order written.'),
    outbound: withShort(z.record(z.string().regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/), bundle), {
      type: 'string',
      description: 'Bundle of all calls: short for `default`.',
    })
      .optional()
      .describe('Policy bundles by callee, `callee.endpoint` or `default`.'),
    external: field.of(
      z.boolean(),
      false,
      'Operated by a third party; reports show it separately. Of `defaults` it inherits what its callers do, ' +
        'such as `loadBalancing`, and not how your own processes run (replicas, cores, threads, queue, probes, ' +
        'autoscaling and others).',
    ),
    labels,
  };
}
export type HostShape = ReturnType<typeof hostFields>;

/** Validated common fields of a service or gateway. */
export type HostOutput = z.output<z.ZodObject<HostShape>>;

/** Settings of a process, which can differ between the versions of a component. */
export const PROCESS_FIELDS = [
  'runtime',
  'concurrency',
  'queue',
  'cpu',
  'memory',
  'resources',
  'cancellation',
  'rejectWork',
  'admission',
  'lifecycle',
  'probes',
] as const satisfies readonly (keyof HostOutput)[];

/** Validated settings of a process. */
export type ProcessOutput = Pick<HostOutput, (typeof PROCESS_FIELDS)[number]>;

/** An entry of a middleware chain: its name with its fields. */
export type MiddlewareOutput = Readonly<
  Record<string, Readonly<Record<string, unknown>> | undefined>
>;
