import { asLines, splitLines } from '../text/line.js';
import type { Proofs } from '../analysis/story/proof.js';
import type { Study } from '../analysis/verdicts/study.js';
import { summarise } from '../analysis/summarise.js';
import { incompleteOf } from '../analysis/measure/incomplete.js';
import { tuneForCommand } from '../run/compiling.js';
import { runKept, type Kept } from '../run/kept.js';
import { identify, type Records } from '../run/here.js';
import type { TaskWorkers } from '../run/worker-threads.js';
import type { Incomplete, Result } from '../contracts/result/result.js';
import type { Prepared } from '../api/prepare.js';
import { stopMessage } from '../api/stop-message.js';
import { EXIT } from './exit.js';
import { UNREPORTED, interruption, keep, keepNoMore, reporting } from './interrupt.js';
import { memoryOf, type MemoryFlags } from './memory.js';
import { progressBar, stopwatch } from './progress.js';
import { explainRunError } from './run-errors.js';
import type { Terminal } from './terminal.js';
import { VERSION } from '../text/version.js';

export interface SimulateOptions extends MemoryFlags {
  /** True = nothing on standard error. */
  readonly quiet?: boolean;
}

/** How the runs of a scenario ended, and how long they took, in words. */
export interface Ending {
  /** The missing runs and the exit code that follows; null if all runs finished. */
  readonly shortfall: Shortfall | null;
  /** `simulated 5 variants x 5 replications in 5.1 s`. */
  readonly words: string;
}

/** With the records of all runs. */
export interface Simulated extends Ending {
  readonly records: Records;
}

/** Runs that did not finish. */
interface Shortfall {
  readonly incomplete: Incomplete;
  /** Not a single run finished: there is nothing to report. */
  readonly isEmpty: boolean;
  readonly exitCode: number;
  /** For standard error: what stopped each variant, and what to do; null after an interrupt. */
  readonly message: string | null;
}

/**
 * Runs all variants of a scenario on worker threads, or on those given. When a guard or an interrupt ends them, the
 * finished runs are kept.
 */
export async function simulateAll(
  prepared: Prepared,
  options: SimulateOptions,
  terminal: Terminal,
  workerThreads?: TaskWorkers,
): Promise<Simulated> {
  const { plans, replications, path } = prepared;
  const counts = `${plural(plans.length, 'variant')} x ${plural(replications, 'replication')}`;
  const total = plans.length * replications;
  const { note, ...limits } = memoryOf(options, plans, path, total);
  if (options.quiet !== true) {
    terminal.note(asLines([`running ${path}: ${counts}`, ...(note === null ? [] : [note])]));
  }
  const bar = options.quiet === true ? () => {} : progressBar(terminal, 'simulating', total);
  const onDone = (done: number): void => {
    const finished = `${done} of ${total} runs`;
    reporting(
      `writing the report of ${path}: ${finished} finished`,
      `${finished} of ${path} finished, and are lost: ${UNREPORTED}.${fewer(done)}`,
    );
    bar(done);
  };
  /** How to get the report of fewer runs. */
  const fewer = (done: number): string => {
    const whole = Math.floor(done / plans.length);
    return whole < 1 || whole === replications
      ? ''
      : ` --replications ${whole} makes as many runs, and reports them.`;
  };
  const took = stopwatch();
  try {
    const signal = interruption;
    const kept = await runKept(plans, replications, {
      ...limits,
      onDone,
      signal,
      ...(workerThreads !== undefined && { workerThreads }),
    });
    const words = `simulated ${counts} in ${took()}`;
    const shortfall = shortfallOf(prepared, kept);
    if (shortfall?.isEmpty === true) keepNoMore();
    return { records: kept.records, shortfall, words };
  } catch (error) {
    throw explainRunError(error, path, prepared.file.whatIf);
  } finally {
    tuneForCommand();
    terminal.progress('');
  }
}

function shortfallOf({ file, plans, path, replications }: Prepared, kept: Kept): Shortfall | null {
  const incomplete = incompleteOf(file, plans, { asked: replications, ...kept });
  if (incomplete === null) return null;
  const isEmpty = kept.records.every((row) => row.length === 0);
  if (kept.interrupted) {
    return { incomplete, isEmpty, exitCode: EXIT.interrupted, message: null };
  }
  const stops = kept.stops.flatMap((stop, i) =>
    stop === null ? [] : [{ ...stop, ...identify(plans, { variant: i, ...stop }) }],
  );
  const message = stopMessage(path, stops, isEmpty);
  return { incomplete, isEmpty, exitCode: EXIT.guard, message };
}

/** The exit code of the runs. Prints what stopped the unfinished ones to standard error. */
export function endOf({ shortfall }: Ending, terminal: Terminal): number {
  if (shortfall === null) return EXIT.ok;
  if (shortfall.message !== null) terminal.note(splitLines(`faultline: ${shortfall.message}`));
  return shortfall.exitCode;
}

/** Notes that the result of a scenario is put out: an interrupt now costs nothing of it. `where`: ` in FILE`. */
export function keepResult(prepared: Prepared, ending: Ending, where = ''): void {
  keep(resultWords(prepared, ending, where));
}

/** What is reported, as a sentence for an interrupt. */
export function resultWords({ path }: Prepared, { shortfall }: Ending, where: string): string {
  return shortfall === null
    ? `The result of ${path} is reported${where}.`
    : `The finished runs of ${path} are reported${where}.`;
}

/**
 * The result document of the runs; `saved` gives the values to which budgets with `of saved` refer, `proofs` what runs
 * without each fault have shown.
 */
export function resultOf(
  { file, plans }: Prepared,
  { records, shortfall }: Simulated,
  saved: Study['saved'] = null,
  proofs?: Proofs,
): Result {
  return summarise(file, plans, records, VERSION, saved, shortfall?.incomplete, proofs);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
