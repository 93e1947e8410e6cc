import { z } from 'zod';
import {
  critical,
  entryText,
  labels,
  nameText,
  REFERENCE_PATTERN,
  withShort,
} from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, byDefault, field } from '../fields/field.js';
import { whole } from '../quantities/quantities.js';
import { queueSchema, type Queue, type Shed } from './resources.js';
import {
  cpuSchema,
  gcSchema,
  lifecycleSchema,
  memorySchema,
  type Cpu,
  type GcSettings,
  type MemorySettings,
} from './process.js';
import { protocolSchema, type Protocol } from './connections.js';
import { healthChecksSchema, type HealthChecks } from './health-checks.js';
import { probesSchema, type Probes } from './probes.js';
import { autoscalingSchema, type Autoscaling } from './autoscaling.js';
import {
  disruptionBudgetSchema,
  resourcesSchema,
  type DisruptionBudget,
  type Requests,
} from './nodes.js';
import { discoverySchema, type Discovery } from './discovery.js';
import type { Layer, LoadBalancing, OutlierDetection, RetryAfter } from './policies.js';
import type { Described } from './described.js';

/** Placement of replicas: a zone, a list assigned in turn, or counts. */
export const zoneSchema = z
  .union([nameText(), z.array(nameText()).min(1), z.record(nameText(), whole({ min: 1 }))])
  .describe(
    'Zones of the replicas: a name, a list dealt in turn, or counts. Defaults to all in turn.',
  );

/** Place and labels of a server that is a component. */
export const placed = {
  zone: zoneSchema.optional(),
  external: field.of(z.boolean(), false, 'Operated by a third party.'),
  labels,
};

export const replicas = whole({ min: 0, max: 100_000 });

/** Schemas of what a host contains that registries make. */
interface Parts<B, M, A, L, O> {
  readonly bundle: z.ZodType<B>;
  readonly middleware: z.ZodType<M>;
  readonly admission: z.ZodType<A>;
  readonly loadBalancing: z.ZodType<L>;
  readonly outlierDetection: z.ZodType<O>;
}

/** Common fields of services and gateways. */
export function hostFields<B, M, A, L, O>({
  bundle,
  middleware,
  admission,
  loadBalancing,
  outlierDetection,
}: Parts<B, M, A, L, O>) {
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
    loadBalancing: loadBalancing
      .prefault({ kind: 'roundRobin' })
      .describe('How callers select one of these instances. Defaults to roundRobin.'),
    protocol: protocolSchema.optional(),
    discovery: discoverySchema.optional(),
    healthChecks: healthChecksSchema.optional(),
    outlierDetection: field.of(
      outlierDetection,
      absent(),
      'Default outlier detection of callers for these instances; their policy overrides it.',
    ),
    middleware: z
      .array(middleware)
      .optional()
      .describe('Middleware that runs before the endpoint or route, in the order written.'),
    outbound: withShort(z.record(z.string().regex(REFERENCE_PATTERN), bundle), {
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
type Written = Explicit<ReturnType<typeof hostFields<unknown, unknown, unknown, unknown, unknown>>>;

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
] as const satisfies readonly (keyof Written)[];

/** Admission control. Checks in this order: shed, rate limit, concurrency limit. */
export interface Admission {
  readonly shed: Shed | null;
  readonly rateLimit: Layer | null;
  /** Retry-After of refusals by the rate limit. */
  readonly retryAfter: RetryAfter;
  readonly concurrencyLimit: Layer | null;
}

/** Settings of a process. Versions of a component can differ in them. */
export interface ProcessSettings extends Pick<
  Written,
  'cancellation' | 'rejectWork' | 'lifecycle'
> {
  readonly runtime: Written['runtime']['kind'];
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  /** Admission control in front of the queue; null = all requests are admitted. */
  readonly admission: Admission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  /** Health checks by the platform; null = none. */
  readonly probes: Probes | null;
  /** CPU request of each replica, in cores; null = its cores. */
  readonly cpuRequest: number | null;
}

/** Common settings of services, gateways and databases. */
export interface Host extends ProcessSettings, Described, Pick<Written, 'external'> {
  /** Number of replicas at the start. */
  readonly replicas: number;
  /** Zone of each possible replica; null = outside every zone. */
  readonly zones: readonly (string | null)[];
  /** Autoscaler; null = fixed number of replicas. */
  readonly autoscaling: Autoscaling | null;
  /** Room that each replica takes on a node. */
  readonly requests: Requests;
  /** Disk provisioned for each replica, in bytes. */
  readonly storageBytes: number;
  /** Limit on the drains of nodes; null = none. */
  readonly disruptionBudget: DisruptionBudget | null;
  readonly loadBalancing: LoadBalancing;
  readonly protocol: Protocol | null;
  /** Outlier detection of callers whose policy has none; null = none. */
  readonly outlierDetection: OutlierDetection | null;
  /** Health checks that each caller makes; null = none. */
  readonly healthChecks: HealthChecks | null;
  /** How its callers find its instances; null = they know them at once. */
  readonly discovery: Discovery | null;
  readonly labels: ReadonlyMap<string, string>;
}
