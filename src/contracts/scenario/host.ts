import { z } from 'zod';
import { labels, nameText } from '../fields/common.js';
import { field } from '../fields/field.js';
import { whole } from '../quantities/quantities.js';
import type { Queue, Shed } from './resources.js';
import type { Cpu, GcSettings, Lifecycle, MemorySettings } from './process.js';
import type { Protocol } from './connections.js';
import type { HealthChecks } from './health-checks.js';
import type { Probes } from './probes.js';
import type { Autoscaling } from './autoscaling.js';
import type { DisruptionBudget, Requests } from './nodes.js';
import type { Discovery } from './discovery.js';
import type { Distribution } from '../../kernel/distribution.js';
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

/** Admission control. Checks in this order: shed, rate limit, concurrency limit. */
export interface Admission {
  readonly shed: Shed | null;
  readonly rateLimit: Layer | null;
  /** Retry-After of refusals by the rate limit. */
  readonly retryAfter: RetryAfter;
  readonly concurrencyLimit: Layer | null;
}

/** Settings of a process. Versions of a component can differ in them. */
export interface ProcessSettings {
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly cancellation: 'ignore' | 'onDequeue' | 'atSteps' | 'immediate';
  readonly rejectWork: Distribution;
  /** Admission control in front of the queue; null = all requests are admitted. */
  readonly admission: Admission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  /** Start and stop of a process that restarts. Initial processes are started and warm. */
  readonly lifecycle: Lifecycle | null;
  /** Health checks by the platform; null = none. */
  readonly probes: Probes | null;
  /** CPU request of each replica, in cores; null = its cores. */
  readonly cpuRequest: number | null;
}

/** Common settings of services, gateways and databases. */
export interface Host extends ProcessSettings, Described {
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
  readonly external: boolean;
  readonly labels: ReadonlyMap<string, string>;
}
