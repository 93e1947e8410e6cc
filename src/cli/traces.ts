import { invariant } from '../kernel/invariant.js';
import { withWorkerThreads } from '../run/worker-threads.js';
import { TaskFailure, runPool } from '../run/pool.js';
import { tasksOf } from '../run/replicate.js';
import type { Result } from '../spec/result/result.js';
import { CommandError } from './exit.js';
import { beginOutput } from './output.js';
import type { Prepared } from './prepare.js';
import { progressBar, stopwatch } from './progress.js';
import { exitCodeOf } from './system-errors.js';
import type { Terminal } from './terminal.js';
import type { TraceSetup } from './trace-worker.js';

/** Limit of the heap of the thread that writes traces. Unit: MiB. */
const HEAP_MIB = 2048;

/**
 * Runs everything a second time with every request traced, and writes the traces as JSON lines. Results still come
 * from the first runs, so that tracing cannot change a byte of them. The digests verify that both runs were the same.
 */
export async function writeTraces(
  prepared: Prepared,
  result: Result,
  path: string,
  quiet: boolean,
  terminal: Terminal,
): Promise<void> {
  const took = stopwatch();
  const plans = prepared.plans.map((plan) => ({ ...plan, traceShare: 1 }));
  const tasks = tasksOf(plans.length, prepared.replications);
  const file = beginOutput(path);
  const shared: TraceSetup = { plans, temporary: file.temporary, path };
  const onDone = quiet ? () => {} : progressBar(terminal, 'tracing', tasks.length);
  let digests: readonly unknown[];
  try {
    const entry = new URL('./trace-worker.js', import.meta.url);
    // Some lines of a lost task are already in the file, so it cannot be repeated.
    const pool = { workers: 1, retries: 0, onDone };
    digests = await withWorkerThreads({ entry, shared, heapMiB: HEAP_MIB }, (workerThreads) =>
      runPool(tasks, { ...pool, workerThreads }),
    );
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    throw new CommandError(exitCodeOf(error.error.code), error.message, { cause: error });
  }
  tasks.forEach(({ variant, replication }, index) => {
    const { digest } = result.variants[variant]!.perReplication[replication]!;
    invariant(digests[index] === digest, 'tracing-changes-the-run');
  });
  file.commit();
  if (!quiet) terminal.note(`wrote ${path} in ${took()}\n`);
}
