import type { z } from 'zod';
import type { BundleOutput } from './bundle.js';
import type { ClusterOutput } from './cluster.js';
import type { ModuleSection } from '../../contracts/scenario/modules.js';
import type { BrokerFields } from '../brokers/written.js';
import type { DatabaseOutput, GatewayOutput } from './components.js';
import type { ServiceOutput } from './services.js';
import type { FaultOutput } from './fault.js';
import type { FunctionOutput } from './functions.js';
import type { reportSchema } from '../../contracts/scenario/report.js';
import type { keySchema } from '../../contracts/scenario/keys.js';
import type { WrittenCache } from '../../contracts/scenario/caching.js';
import type { TopicOutput } from './messaging.js';
import type { MeshOutput } from './mesh.js';
import type { SagaOutput } from './sagas.js';
import type { WrittenAlerts } from '../../contracts/scenario/alerts.js';
import type { runSchema } from '../../contracts/scenario/run.js';
import type { networkSchema } from '../../contracts/scenario/network.js';
import type { platformSchema } from './platform.js';
import type { RegistryFields } from '../registries/written.js';
import type { QueueFields } from '../queues/written.js';
import type { WrittenEventStore } from '../../contracts/scenario/event-stores.js';
import type { WrittenProjection } from '../../contracts/scenario/projections.js';
import type { WorkloadOutput } from './workload.js';

/** By section of a module: a validated entry. */
export interface ModuleOutputs {
  readonly topics: TopicOutput;
  readonly brokers: BrokerFields;
  readonly sagas: SagaOutput;
  readonly queues: QueueFields;
  readonly caches: WrittenCache;
  readonly eventStores: WrittenEventStore;
  readonly projections: WrittenProjection;
  readonly registries: RegistryFields;
}

/** The sections of modules in a validated scenario. */
export type ModuleSections = {
  readonly [S in ModuleSection]?: Readonly<Record<string, ModuleOutputs[S]>>;
};

/** A validated scenario of one variant, after all merging. */
export interface ScenarioOutput extends ModuleSections {
  readonly run: z.output<typeof runSchema>;
  readonly network: z.output<typeof networkSchema>;
  readonly platform: z.output<typeof platformSchema>;
  readonly mesh?: MeshOutput;
  readonly keys?: Readonly<Record<string, z.output<typeof keySchema>>>;
  readonly clusters?: Readonly<Record<string, ClusterOutput>>;
  readonly policies?: Readonly<Record<string, BundleOutput>>;
  readonly gateways?: Readonly<Record<string, GatewayOutput>>;
  readonly services?: Readonly<Record<string, ServiceOutput>>;
  readonly functions?: Readonly<Record<string, FunctionOutput>>;
  readonly databases?: Readonly<Record<string, DatabaseOutput>>;
  readonly workloads?: Readonly<Record<string, WorkloadOutput>>;
  readonly faults?: readonly FaultOutput[];
  readonly alerts?: WrittenAlerts;
  readonly report: z.output<typeof reportSchema>;
}
