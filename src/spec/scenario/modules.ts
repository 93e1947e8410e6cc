import type { Cache } from './caching.js';
import type { Broker, Topic } from './messaging.js';
import type { Saga } from './sagas.js';
import type { Bus, MessageQueue } from './queues.js';
import type { EventStore, Projection } from './stores.js';

/** Components of a scenario other than services, gateways, databases and workloads. */
export interface ScenarioModules {
  readonly brokers: ReadonlyMap<string, Broker>;
  readonly sagas: ReadonlyMap<string, Saga>;
  readonly topics: ReadonlyMap<string, Topic | Bus>;
  readonly queues: ReadonlyMap<string, MessageQueue>;
  readonly caches: ReadonlyMap<string, Cache>;
  readonly eventStores: ReadonlyMap<string, EventStore>;
  readonly projections: ReadonlyMap<string, Projection>;
}
