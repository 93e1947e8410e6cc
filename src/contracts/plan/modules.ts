import type { PlanFunction, PlanInvoke } from './functions.js';
import type { PlanConsume } from './capacity.js';
import type { PlanCache, PlanCacheAct } from './caching.js';
import type {
  PlanBroker,
  PlanCluster,
  PlanDualMark,
  PlanOutbox,
  PlanOutboxCommit,
  PlanReleased,
  PlanPublish,
  PlanTopic,
} from './messaging.js';
import type { PlanSaga, PlanSagaCommand, PlanSagaMark, PlanSagaStart } from './sagas.js';
import type { PlanRegistry } from './discovery.js';
import type { PlanCovered, PlanRead, PlanReplication, PlanWrite } from './replication.js';
import type { PlanInlet } from './queues.js';
import type {
  PlanProjection,
  PlanProjectionAct,
  PlanStore,
  PlanStoreAct,
  PlanViewAct,
} from './stores.js';
import type { PlanIndexed, PlanSearch, PlanSearched, PlanThread } from './search.js';
import type {
  PlanCommitted,
  PlanLock,
  PlanRowLock,
  PlanRows,
  PlanStatement,
  PlanTableLock,
} from './sections.js';

/** The same components in a plan, and the steps that use them. */
export interface PlanModules {
  readonly acts: readonly PlanAct[];
  readonly brokers: readonly PlanBroker[];
  readonly clusters: readonly PlanCluster[];
  readonly topics: readonly PlanTopic[];
  readonly outboxes: readonly PlanOutbox[];
  readonly sagas: readonly PlanSaga[];
  /** Message queues and event buses. */
  readonly queues: readonly PlanInlet[];
  readonly stores: readonly PlanStore[];
  readonly projections: readonly PlanProjection[];
  /** Databases that lock rows or tables. */
  readonly rows: readonly PlanRows[];
  /** Databases with replicas. */
  readonly replications: readonly PlanReplication[];
  readonly searches: readonly PlanSearch[];
  /** Services that run in execution environments created on demand. */
  readonly functions: readonly PlanFunction[];
  readonly caches: readonly PlanCache[];
  readonly registries: readonly PlanRegistry[];
}

/** A step other than a call that has its own implementation outside the interpreter. */
export type PlanAct =
  | PlanPublish
  | PlanOutboxCommit
  | PlanReleased
  | PlanDualMark
  | PlanSagaStart
  | PlanSagaCommand
  | PlanSagaMark
  | PlanCacheAct
  | PlanLock
  | PlanStatement
  | PlanTableLock
  | PlanRowLock
  | PlanCommitted
  | PlanConsume
  | PlanCovered
  | PlanRead
  | PlanWrite
  | PlanInvoke
  | PlanThread
  | PlanSearched
  | PlanIndexed
  | PlanStoreAct
  | PlanProjectionAct
  | PlanViewAct;
