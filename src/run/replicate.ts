import { isAudited } from '../kernel/invariant.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import { SIMULATOR } from './ahead.js';
import { withWorkerThreads, type WorkerThreadsSetup } from './worker-threads.js';
import { GuardStop, RunFailure, type RunIdentity } from './failure.js';
import { checked, identify, tasksOf, type Records } from './here.js';
import type { MemoryLimit } from './memory.js';
import { OUT_OF_MEMORY, TaskFailure, runPool, type PoolOptions } from './pool.js';
import { isStopped } from './run.js';

export interface ThreadOptions {
  /** Maximum number of threads, at least 1. */
  readonly workers: number;
  /** Heap limit of each thread. Unit: MiB. */
  readonly heapMiB: number;
  /** Memory limit of the process; omitted = none. */
  readonly memory?: MemoryLimit;
  readonly onDone?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Message for a thread that reached its heap limit. */
export const NO_ROOM = 'the run needed more memory than its thread may have';

/**
 * Runs every plan `replications` times on worker threads. The number of threads changes neither the result nor the
 * error. Throws the GuardStop or RunFailure of the first failed run, in the order of tasks.
 */
export async function runThreaded(
  plans: readonly Plan[],
  replications: number,
  options: ThreadOptions,
): Promise<Records> {
  const tasks = tasksOf(plans.length, replications);
  const { onDone, signal } = options;
  try {
    const setup = simulators(options.heapMiB, plans, options.memory);
    const pool: Omit<PoolOptions, 'workerThreads'> = {
      ...schedule(plans.length, replications),
      workers: options.workers,
      isLast: (value) => isStopped(value as RunRecord),
      ...(onDone === undefined ? {} : { onDone }),
      ...(signal === undefined ? {} : { signal }),
    };
    const results = await withWorkerThreads(setup, (workerThreads) =>
      runPool(tasks, { ...pool, workerThreads }),
    );
    return checked(plans, results as readonly RunRecord[]);
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    throw failureOf(identify(plans, tasks[error.index]!), error);
  }
}

/** Start order of the runs of a scenario. */
export function schedule(
  variants: number,
  replications: number,
): Pick<PoolOptions, 'retries' | 'order' | 'last' | 'weight'> {
  return {
    retries: 1,
    order: orderOf(variants, replications),
    last: 2 * variants,
    // A run is expected to handle as many events as the first run of its variant.
    weight: (index, results) =>
      (results[index % variants] as RunRecord | undefined)?.totals.events ?? 0,
  };
}

/** Start data of a simulating thread; null for one that is started ahead, which gets it as its first message. */
export interface SimulatorSetup {
  readonly plans: readonly Plan[];
  readonly memory: MemoryLimit | null;
  /** True: runs check dear laws at every step, like those of the thread that started this one. */
  readonly audited: boolean;
}

/** Simulating threads with these plans. `heapMiB`: heap limit of each; `memory`: limit of all together. */
export function simulators(
  heapMiB: number,
  plans: readonly Plan[],
  memory: MemoryLimit | null = null,
): WorkerThreadsSetup {
  const shared: SimulatorSetup = { plans, memory, audited: isAudited() };
  return { entry: SIMULATOR, shared, heapMiB };
}

/**
 * Start order of the tasks: in each replication the last variant first. It usually has the most policies. A thread that
 * has seen them compiles once; otherwise it would compile again for each new policy.
 */
function orderOf(variants: number, replications: number): readonly number[] {
  const order: number[] = [];
  for (let first = 0; first < variants * replications; first += variants) {
    for (let variant = variants - 1; variant >= 0; variant--) order.push(first + variant);
  }
  return order;
}

/** Converts a failed task to the error for callers. */
export function failureOf(run: RunIdentity, { error }: TaskFailure): Error {
  if (error.code !== OUT_OF_MEMORY) return new RunFailure(run, error);
  return new GuardStop(run, 'memory', NO_ROOM);
}
