// What the library has in Node alone: scenarios in files, and threads. Everything else is in `faultline` itself.
import { availableParallelism } from 'node:os';
import type { Execute } from './api/execute.js';
import type { ScenarioSource } from './api/options.js';
import { scenarioReader } from './cli/files.js';
import { runRows } from './run/cases.js';
import { simulators } from './run/replicate.js';
import { withWorkerThreads } from './run/worker-threads.js';

/** Memory of a thread of `threads`, unless another one is given. Unit: MiB. */
const HEAP_MIB = 1024;

/** How many threads simulate, and with how much memory. */
export interface ThreadsOptions {
  /** Most threads at once. Default: one for each core. It never changes a result. */
  readonly workers?: number;
  /** Limit of the JavaScript heap of each thread. Default: 1024. Unit: MiB. */
  readonly heapMiB?: number;
}

/**
 * Makes runs on worker threads: `simulate(scenario, { execute: threads() })`. The result is the same as without, byte
 * for byte. The threads of a call end with it.
 */
export function threads(options: ThreadsOptions = {}): Execute {
  const { workers = availableParallelism(), heapMiB = HEAP_MIB } = options;
  return (plans, count, first = 0) =>
    withWorkerThreads(simulators(heapMiB, []), (workerThreads) =>
      runRows(plans, { first, count }, { workerThreads, workers, aloneHeapMiB: heapMiB }),
    );
}

/**
 * The scenario in a file, for every function that takes one: `simulate(scenarioFile('checkout.yaml'))`. Its includes are
 * read from its folder and below, never from elsewhere. A file that cannot be read is a diagnostic of the function.
 */
export function scenarioFile(path: string): ScenarioSource {
  return { path, read: scenarioReader(path) };
}
