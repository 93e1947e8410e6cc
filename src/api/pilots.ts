import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';

/** Makes one run of a plan. */
export type MakeRun = (plan: Plan, replication: number) => RunRecord;

/** A scenario needs runs before it is ready, and the engine is not loaded. */
export class EngineNeeded extends Error {}

let make: MakeRun = () => {
  throw new EngineNeeded('a warm-up is found by runs, and the engine is not loaded');
};

/** From now on `own` makes pilot runs. The program loads the engine in its threads only, unless a scenario needs it. */
export function pilotsBy(own: MakeRun): void {
  make = own;
}

/** Makes a pilot run. Throws an EngineNeeded. */
export function pilotRun(plan: Plan, replication: number): RunRecord {
  return make(plan, replication);
}
