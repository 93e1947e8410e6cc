import type { Cache, PlanCache, PlanCacheAct } from './caching.js';
import type {
  Broker,
  PlanBroker,
  PlanDualMark,
  PlanOutbox,
  PlanOutboxCommit,
  PlanPublish,
  PlanTopic,
  Topic,
} from './messaging.js';
import type { PlanCommitted, PlanLock, PlanRows, PlanStatement } from './sections.js';

/** What a scenario holds beside services, their databases and their calls. */
export interface ScenarioModules {
  readonly topics: ReadonlyMap<string, Topic>;
  readonly brokers: ReadonlyMap<string, Broker>;
  readonly caches: ReadonlyMap<string, Cache>;
}

/** The same in a plan, and the steps that lead there. */
export interface PlanModules {
  readonly acts: readonly PlanAct[];
  readonly brokers: readonly PlanBroker[];
  readonly topics: readonly PlanTopic[];
  readonly outboxes: readonly PlanOutbox[];
  /** Databases that lock rows. */
  readonly rows: readonly PlanRows[];
  readonly caches: readonly PlanCache[];
}

/** A step that leaves the process by another way than a call. */
export type PlanAct =
  | PlanPublish
  | PlanOutboxCommit
  | PlanDualMark
  | PlanCacheAct
  | PlanLock
  | PlanStatement
  | PlanCommitted;
