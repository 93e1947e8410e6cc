import type { z } from 'zod';
import type { BundleOutput } from './bundle.js';
import type { OwnSections } from './own-sections.js';
import type { ModuleSection } from '../../contracts/scenario/modules.js';
import type { BrokerFields } from '../brokers/fields.js';
import type { WrittenCache } from '../../contracts/scenario/caching.js';
import type { TopicOutput } from './messaging.js';
import type { sagaSchema } from '../../contracts/scenario/sagas.js';
import type { RegistryFields } from '../registries/fields.js';
import type { QueueFields } from '../queues/written.js';
import type { WrittenEventStore } from '../../contracts/scenario/event-stores.js';
import type { WrittenProjection } from '../../contracts/scenario/projections.js';

export interface SagaOutput extends z.output<ReturnType<typeof sagaSchema<BundleOutput>>> {}

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

export type ModuleSections = {
  readonly [S in ModuleSection]?: Readonly<Record<string, ModuleOutputs[S]>>;
};

/** A validated scenario of one variant, after all merging. */
export interface ScenarioOutput
  extends ModuleSections, z.output<z.ZodObject<OwnSections['first'] & OwnSections['last']>> {}
