import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import { GuardStop, RunFailure, type GuardReason, type RunIdentity } from './failure.js';
import { isStopped, runPlan } from './run.js';
import { stopDetail } from './stop-detail.js';
import { describeError } from './task-error.js';

/** One run: the index of its plan and the number of the replication. */
export interface RunTask {
  readonly variant: number;
  readonly replication: number;
}

/** The records of all runs, `[variant][replication]`. */
export type Records = readonly (readonly RunRecord[])[];

/** Runs every plan `replications` times in this thread, one run after another. */
export function runHere(plans: readonly Plan[], replications: number): Records {
  const results: RunRecord[] = [];
  for (const task of tasksOf(plans.length, replications)) {
    const record = runTask(plans, task);
    results.push(record);
    if (isStopped(record)) break;
  }
  return checked(plans, results);
}

/**
 * The runs of a scenario in the order in which they count: replication by replication, with all variants of each, so
 * that partial results cover every variant.
 */
export function tasksOf(variants: number, replications: number, first = 0): readonly RunTask[] {
  const tasks: RunTask[] = [];
  for (let replication = first; replication < first + replications; replication++) {
    for (let variant = 0; variant < variants; variant++) tasks.push({ variant, replication });
  }
  return tasks;
}

function runTask(plans: readonly Plan[], task: RunTask): RunRecord {
  try {
    return runPlan(plans[task.variant]!, task.replication);
  } catch (error) {
    throw new RunFailure(identify(plans, task), describeError(error));
  }
}

/** Runs by variant and replication; throws the GuardStop of the last one if a guard ended it. */
export function checked(plans: readonly Plan[], results: readonly RunRecord[]): Records {
  const last = results.at(-1);
  if (last !== undefined && isStopped(last)) {
    const variant = (results.length - 1) % plans.length;
    const run = identify(plans, { variant, replication: last.replication });
    throw new GuardStop(run, last.stop as GuardReason, stopDetail(plans[variant]!, last));
  }
  const rows: RunRecord[][] = plans.map(() => []);
  results.forEach((record, index) => rows[index % plans.length]!.push(record));
  return rows;
}

/** Identifies the run of a task, so that it can be repeated. */
export function identify(plans: readonly Plan[], task: RunTask): RunIdentity {
  const { variant, seed } = plans[task.variant]!;
  return { variant, seed, replication: task.replication };
}
