import { parentPort, workerData } from 'node:worker_threads';
import { auditSteps } from '../kernel/invariant.js';
import { NoRoom } from '../kernel/room.js';
import { rehearse } from '../model/rehearsal.js';
import type { PlanTask } from './cases.js';
import type { RunTask } from './here.js';
import { OUT_OF_MEMORY, type Answer, type Assignment } from './pool.js';
import { watchMemory } from './memory.js';
import type { SimulatorSetup } from './replicate.js';
import { runPlan } from './run.js';
import { describeError } from './task-error.js';

// The thread that simulates all runs. It has the plans of all variants, or receives one with each task.
const { plans, memory, audited } = workerData as SimulatorSetup;

if (memory !== null) watchMemory(memory);
auditSteps(audited);

rehearse();

parentPort?.on('message', ({ index, task }: Assignment) => {
  const own = task as RunTask | PlanTask;
  try {
    const plan = 'plan' in own ? own.plan : plans[own.variant]!;
    const value = runPlan(plan, own.replication);
    post({ index, value });
  } catch (caught) {
    const error = describeError(caught);
    // A run without memory for its instances ends like one whose thread ran out of memory.
    const code = caught instanceof NoRoom ? OUT_OF_MEMORY : error.code;
    post({ index, error: { ...error, code } });
  }
});

/**
 * The answer is copied, not moved. Once a thread has transferred a buffer, V8 checks for detached buffers at every
 * access to every typed array, which slowed all later runs of the thread by 15 %.
 */
function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}
