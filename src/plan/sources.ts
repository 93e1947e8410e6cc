import type { Gateway, Request, Route, Workload } from '../spec/scenario/scenario.js';
import type { EventStore, Projection, StorePart } from '../spec/scenario/stores.js';
import type { Endpoint, Service } from '../spec/scenario/services.js';
import type { Bus, MessageQueue, QueueConsumer } from '../spec/scenario/queues.js';
import type { Database, Operation } from '../spec/scenario/database.js';
import type { Saga, SagaStep } from '../spec/scenario/sagas.js';
import type { Broker, Outbox, Subscriber, Topic } from '../spec/scenario/messaging.js';
import type { Host } from '../spec/scenario/host.js';
import type { Cache, CacheLevel } from '../spec/scenario/caching.js';
import type { Distribution } from '../kernel/distribution.js';

/** A component with what the scenario says about it. */
export type Source =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'gateway'; readonly host: Gateway }
  | { readonly kind: 'service'; readonly host: Service }
  | { readonly kind: 'database'; readonly host: Database }
  | { readonly kind: 'topic'; readonly topic: Topic | Bus }
  | { readonly kind: 'queue'; readonly queue: MessageQueue }
  | { readonly kind: 'broker'; readonly host: Broker }
  /** `host`: the server of its shared level. */
  | { readonly kind: 'cache'; readonly cache: Cache; readonly host: Host | null }
  | { readonly kind: 'saga'; readonly saga: Saga }
  | { readonly kind: 'eventStore'; readonly host: EventStore }
  | { readonly kind: 'projection'; readonly projection: Projection };

export type PartSource =
  | { readonly kind: 'request'; readonly request: Request; readonly workload: Workload }
  | { readonly kind: 'route'; readonly route: Route; readonly gateway: Gateway }
  /** Where a gateway answers 404. */
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly service: Service }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly database: Database }
  /** End of transactions, with the time that it takes. */
  | { readonly kind: 'commit'; readonly time: Distribution; readonly database: Database }
  | { readonly kind: 'group'; readonly subscriber: Subscriber }
  /** What a node does for a request of a producer. */
  | { readonly kind: 'produce'; readonly host: Broker }
  /** Who publishes the rows of an outbox. */
  | { readonly kind: 'relay'; readonly outbox: Outbox }
  | { readonly kind: 'consumer'; readonly consumer: QueueConsumer }
  | { readonly kind: 'level'; readonly level: CacheLevel; readonly cache: Cache }
  | { readonly kind: 'step'; readonly step: SagaStep }
  /** What an orchestrator runs for a saga. */
  | { readonly kind: 'driver'; readonly saga: Saga }
  | { readonly kind: 'storePart'; readonly does: StorePart; readonly store: EventStore }
  /** The work of a projection, in its own process or in that of a service. */
  | { readonly kind: 'projector'; readonly projection: Projection };
