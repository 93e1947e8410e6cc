import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import { GuardStop, RunFailure, type GuardReason } from '../run/failure.js';
import { identify, type Records } from '../run/here.js';
import { isStopped, runPlan } from '../run/run.js';
import { stopDetail } from '../run/stop-detail.js';
import { describeError } from '../run/task-error.js';
import { stopMessage } from './stop-message.js';

/**
 * Makes runs: `count` replications of each plan, from replication `first` (default 0) on. Returns the records
 * `[plan][replication]`. A run that a guard ends has a record too, and the later ones of its plan may be missing. How
 * and in which order the runs are made changes nothing: each is a pure function of its plan and its number.
 */
export type Execute = (plans: readonly Plan[], count: number, first?: number) => Promise<Records>;

/** Makes the runs in the calling thread, one after another. */
export const inThisThread: Execute = async (plans, count, first = 0) => {
  const rows: RunRecord[][] = plans.map(() => []);
  for (let replication = first; replication < first + count; replication++) {
    for (const [i, row] of rows.entries()) {
      const last = row.at(-1);
      if (last === undefined || !isStopped(last)) row.push(runOf(plans, i, replication));
    }
  }
  return rows;
};

function runOf(plans: readonly Plan[], variant: number, replication: number): RunRecord {
  try {
    return runPlan(plans[variant]!, replication);
  } catch (error) {
    throw new RunFailure(identify(plans, { variant, replication }), describeError(error));
  }
}

/** The records of complete runs. Throws a GuardStop for the first run that a guard ended. */
export async function wholeRuns(
  plans: readonly Plan[],
  count: number,
  { execute, path }: { readonly execute: Execute; readonly path: string },
  first: number,
): Promise<Records> {
  const records = await execute(plans, count, first);
  for (const [variant, row] of records.entries()) {
    const stopped = row.find(isStopped);
    if (stopped === undefined && row.length >= count) continue;
    const run = identify(plans, {
      variant,
      replication: stopped?.replication ?? first + row.length,
    });
    // A run that did not even end had no memory.
    const reason = stopped === undefined ? 'memory' : (stopped.stop as GuardReason);
    const detail = stopped === undefined ? '' : stopDetail(plans[variant]!, stopped);
    const stop = { ...run, reason, atNs: stopped?.stopNs ?? null, detail };
    throw new GuardStop(run, reason, stopMessage(path, [stop], true));
  }
  return records;
}
