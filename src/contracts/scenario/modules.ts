import type { Cache } from './caching.js';
import type { Registry } from './registries.js';
import type { Broker, Topic } from './messaging.js';
import type { Saga } from './sagas.js';
import type { Bus, MessageQueue } from './queues.js';
import type { EventStore } from './event-stores.js';
import type { Projection } from './projections.js';

/** Sections of components other than services, gateways, databases and workloads: one component of each. */
export interface ModuleComponents {
  readonly brokers: Broker;
  readonly sagas: Saga;
  readonly topics: Topic | Bus;
  readonly queues: MessageQueue;
  readonly caches: Cache;
  readonly eventStores: EventStore;
  readonly projections: Projection;
  readonly registries: Registry;
}

export type ModuleSection = keyof ModuleComponents;

/** The components of these sections by name. */
export type ScenarioModules = {
  readonly [S in ModuleSection]: ReadonlyMap<string, ModuleComponents[S]>;
};
