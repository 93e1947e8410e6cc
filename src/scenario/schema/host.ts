import { entry, type Explicit } from '../../contracts/fields/entry.js';
import { absent, byDefault, field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { whole } from '../../contracts/quantities/quantities.js';
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
import { disruptionBudgetSchema, resourcesSchema } from '../../contracts/scenario/nodes.js';
import { queueSchema } from '../../contracts/scenario/resources.js';
import { healthChecksSchema } from '../../contracts/scenario/health-checks.js';
import { probesSchema } from '../../contracts/scenario/probes.js';
import { labels, critical, entryText, withShort } from '../../contracts/fields/common.js';

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
      entry({
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
export type HostOutput = Explicit<HostShape>;

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
