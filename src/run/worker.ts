import { parentPort, workerData } from 'node:worker_threads';
import { rehearse } from '../model/rehearsal.js';
import type { Plan } from '../spec/plan.js';
import { describeError } from './pool.js';
import type { PlanTask } from './cases.js';
import type { Answer, Assignment } from './pool.js';
import type { RunTask } from './replicate.js';
import { runPlan } from './run.js';

// The thread behind all runs: it holds the plans of all variants, or is sent one with each task.
const plans = workerData as readonly Plan[];

rehearse();

parentPort?.on('message', ({ index, task }: Assignment) => {
  const own = task as RunTask | PlanTask;
  try {
    const plan = 'plan' in own ? own.plan : plans[own.variant]!;
    const value = runPlan(plan, own.replication);
    post({ index, value });
  } catch (error) {
    post({ index, error: describeError(error) });
  }
});

/**
 * The answer is copied, not moved: once a thread has given a buffer away, V8 checks for that at every
 * access to every typed array, and all later runs of the thread were 15 % slower.
 */
function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}
