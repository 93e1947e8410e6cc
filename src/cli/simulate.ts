import { availableParallelism, totalmem } from 'node:os';
import type { Study } from '../analysis/study.js';
import { summarise } from '../analysis/summarise.js';
import { runThreaded } from '../run/replicate.js';
import type { Records } from '../run/replicate.js';
import type { Result } from '../spec/result.js';
import type { Prepared } from './prepare.js';
import { progressBar, stopwatch } from './progress.js';
import { explainRunError } from './run-errors.js';
import type { Terminal } from './terminal.js';
import { packageVersion } from './version.js';

export interface SimulateOptions {
  readonly workers?: number;
  /** True = nothing on standard error. */
  readonly quiet?: boolean;
}

/** The records of all runs of a scenario, and in words how long they took. */
export interface Simulated {
  readonly records: Records;
  /** `simulated 5 variants x 5 replications in 5.1 s`. */
  readonly words: string;
}

/** Runs all variants of a scenario on worker threads. */
export async function simulateAll(
  prepared: Prepared,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<Simulated> {
  const { plans, replications, path } = prepared;
  const counts = `${plural(plans.length, 'variant')} x ${plural(replications, 'replication')}`;
  const total = plans.length * replications;
  const workers = Math.min(options.workers ?? availableParallelism(), total);
  if (options.quiet !== true) terminal.note(`running ${path}: ${counts}\n`);
  const onDone = options.quiet === true ? () => {} : progressBar(terminal, 'simulating', total);
  const took = stopwatch();
  try {
    const limits = { workers, heapMiB: heapMiB(workers), onDone };
    const records = await runThreaded(plans, replications, limits);
    return { records, words: `simulated ${counts} in ${took()} s` };
  } catch (error) {
    throw explainRunError(error, path);
  } finally {
    terminal.progress('');
  }
}

/** The result document of what was run; `saved` is what its budgets mean by that. */
export function resultOf(
  { file, plans }: Prepared,
  { records }: Simulated,
  saved: Study['saved'] = null,
): Result {
  return summarise(file, plans, records, packageVersion(), saved);
}

/**
 * Limit of the heap of each thread: 2 GiB, and of all of them together 60 % of what this machine, or
 * its container, has. Unit: MiB.
 */
export function heapMiB(workers: number): number {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const share = (0.6 * total) / workers / 2 ** 20;
  return Math.max(64, Math.min(2048, Math.floor(share)));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
