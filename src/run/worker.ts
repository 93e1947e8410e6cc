import { parentPort, workerData } from 'node:worker_threads';
import { NoRoom } from '../kernel/room.js';
import { rehearse } from '../model/rehearsal.js';
import { OUT_OF_MEMORY, describeError } from './pool.js';
import type { PlanTask } from './cases.js';
import type { Answer, Assignment } from './pool.js';
import { watchMemory } from './memory.js';
import type { RunTask, SimulatorSetup } from './replicate.js';
import { runPlan } from './run.js';

// The thread behind all runs: it holds the plans of all variants, or is sent one with each task.
const { plans, memory } = workerData as SimulatorSetup;

if (memory !== null) watchMemory(memory);

rehearse();

parentPort?.on('message', ({ index, task }: Assignment) => {
  const own = task as RunTask | PlanTask;
  try {
    const plan = 'plan' in own ? own.plan : plans[own.variant]!;
    const value = runPlan(plan, own.replication);
    post({ index, value });
  } catch (caught) {
    const error = describeError(caught);
    // A run that has no memory for its instances ends as one whose thread has none.
    const code = caught instanceof NoRoom ? OUT_OF_MEMORY : error.code;
    post({ index, error: { ...error, code } });
  }
});

/**
 * The answer is copied, not moved: once a thread has given a buffer away, V8 checks for that at every
 * access to every typed array, and all later runs of the thread were 15 % slower.
 */
function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}
