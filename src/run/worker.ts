import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { deserialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { auditSteps } from '../kernel/invariant.js';
import { NoRoom } from '../kernel/room.js';
import { rehearse } from '../model/rehearsal.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { PlanTask } from './cases.js';
import type { RunTask } from './here.js';
import { OUT_OF_MEMORY, type Answer, type Assignment } from './pool.js';
import { watchMemory } from './memory.js';
import type { SimulatorSetup } from './replicate.js';
import { runPlan } from './run.js';
import { describeError } from './task-error.js';

/** Runs of the warm-up, some 0.02 s each. After these, most of what they pass is compiled. */
const WARM_UP = 8;

// The thread that simulates all runs. It has the plans of all variants, or receives one with each task.
let setup: SimulatorSetup | null = null;

rehearse();
if (workerData === null) warmUp();
else begin(workerData as SimulatorSetup);

parentPort?.on('message', (message: Assignment | { readonly setup: SimulatorSetup }) => {
  if ('setup' in message) begin(message.setup);
  else perform(message);
});

function begin(own: SimulatorSetup): void {
  setup = own;
  if (own.memory !== null) watchMemory(own.memory);
  auditSteps(own.audited);
}

function perform({ index, task }: Assignment): void {
  const own = task as RunTask | PlanTask;
  try {
    const plan = 'plan' in own ? own.plan : setup!.plans[own.variant]!;
    const value = runPlan(plan, own.replication);
    post({ index, value });
  } catch (caught) {
    const error = describeError(caught);
    // A run without memory for its instances ends like one whose thread ran out of memory.
    const code = caught instanceof NoRoom ? OUT_OF_MEMORY : error.code;
    post({ index, error: { ...error, code } });
  }
}

/** Simulates a small system until there is something to do, so that the path of a call is compiled by then. */
function warmUp(): void {
  const bytes = readFileSync(new URL('warm-up.plan', import.meta.url));
  const plan = deserialize(bytes) as Plan;
  const next = (replication: number): void => {
    if (setup !== null || replication === WARM_UP) return;
    runPlan(plan, replication);
    setImmediate(next, replication + 1);
  };
  next(0);
}

/**
 * The answer is copied, not moved. Once a thread has transferred a buffer, V8 checks for detached buffers at every
 * access to every typed array, which slowed all later runs of the thread by 15 %.
 */
function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}
