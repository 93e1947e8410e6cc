import { runRows } from '../run/cases.js';
import type { TaskWorkers } from '../run/worker-threads.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import { CommandError, EXIT } from './exit.js';
import { interruption } from './interrupt.js';
import type { MemoryShare } from './memory.js';
import { explainRunError } from './run-errors.js';

/** Where a search runs its plans. */
export interface PlanRuns {
  readonly threads: TaskWorkers;
  readonly share: Pick<MemoryShare, 'workers' | 'aloneHeapMiB'>;
  /** The scenario, for messages. */
  readonly path: string;
}

/** The records of some replications of each plan, by default the first. Throws a CommandError at an interrupt. */
export async function runEach(
  plans: readonly Plan[],
  count: number,
  { threads, share: { workers, aloneHeapMiB }, path }: PlanRuns,
  first = 0,
): Promise<readonly (readonly RunRecord[])[]> {
  try {
    const how = { workerThreads: threads, workers, aloneHeapMiB, signal: interruption };
    return await runRows(plans, { first, count }, how);
  } catch (error) {
    if (interruption.aborted) throw new CommandError(EXIT.interrupted, '');
    throw explainRunError(error, path);
  }
}

/** The result of runs, or `otherwise` where an interrupt ends them. */
export async function unlessInterrupted<T, U>(runs: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await runs;
  } catch (error) {
    if (!interruption.aborted) throw error;
    return otherwise;
  }
}
