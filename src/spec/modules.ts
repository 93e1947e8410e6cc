import type { PlanPublish, PlanTopic, Topic } from './messaging.js';
import type { Bus, MessageQueue, PlanInlet } from './queues.js';

/** What a scenario holds beside services, their databases and their calls. */
export interface ScenarioModules {
  readonly topics: ReadonlyMap<string, Topic | Bus>;
  readonly queues: ReadonlyMap<string, MessageQueue>;
}

/** The same in a plan, and the steps that lead there. */
export interface PlanModules {
  readonly acts: readonly PlanAct[];
  readonly topics: readonly PlanTopic[];
  /** Queues, and topics that push. */
  readonly queues: readonly PlanInlet[];
}

/** A step that leaves the process by another way than a call. */
export type PlanAct = PlanPublish;
