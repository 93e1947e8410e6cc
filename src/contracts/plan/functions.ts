import type { FunctionSettings } from '../scenario/functions.js';

export interface PlanFunction {
  readonly component: number;
  readonly spec: FunctionSettings;
  /** Distribution id of the cold start; -1 = it takes no time. */
  readonly coldStart: number;
  /** Largest number of requests in flight, and whether requests of the account's other functions count. */
  readonly limit: number;
  readonly isShared: boolean;
}

/** A request of a function needs an environment. */
export interface PlanInvoke {
  readonly act: 'invoke';
  /** Index into plan.functions. */
  readonly fn: number;
}
