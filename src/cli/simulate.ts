import { asLines, splitLines } from '../text/line.js';
import { incompleteOf } from '../analysis/measure/incomplete.js';
import { tuneForCommand } from '../run/compiling.js';
import { runKept, type Kept } from '../run/kept.js';
import { identify } from '../run/here.js';
import { looksOf } from '../stats/looks.js';
import { fixedRuns, type Enough, type Made } from '../api/enough.js';
import { simulators } from '../run/replicate.js';
import type { TaskWorkers } from '../run/worker-threads.js';
import type { Incomplete } from '../contracts/result/result.js';
import type { Prepared } from '../api/prepare.js';
import { stopMessage } from '../api/stop-message.js';
import { EXIT } from './exit.js';
import { UNREPORTED, interruption, keep, keepNoMore, reporting } from './interrupt.js';
import { memoryOf, type MemoryFlags } from './memory.js';
import { progressBar, stopwatch } from './progress.js';
import { withRunners } from './queue/runners.js';
import { explainRunError, replayCommand } from './run-errors.js';
import type { Terminal } from './terminal.js';

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

/** With the records of all runs, and what they are judged by. */
export interface Simulated extends Ending, Pick<Enough, 'records' | 'file' | 'until'> {}

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
  if (workerThreads === undefined) {
    const { plans, path } = prepared;
    const total = plans.length * mostOf(prepared);
    const { heapMiB, memory } = memoryOf(options, plans, path, total);
    const setup = simulators(heapMiB, plans, memory);
    return withRunners(setup, options, terminal, (own) =>
      simulateAll(prepared, options, terminal, own),
    );
  }
  const { plans, path, file } = prepared;
  const replications = mostOf(prepared);
  const variants = plural(plans.length, 'variant');
  const most = file.until === undefined ? '' : 'at most ';
  const total = plans.length * replications;
  const { note, ...limits } = memoryOf(options, plans, path, total);
  if (options.quiet !== true) {
    const counts = `${variants} x ${most}${plural(replications, 'replication')}`;
    terminal.note(asLines([`running ${path}: ${counts}`, ...(note === null ? [] : [note])]));
  }
  const doing = most === '' ? 'simulating' : 'simulating (at most)';
  const progress = progressOf(prepared, { replications, total, doing }, options, terminal);
  const took = stopwatch();
  try {
    let before = 0;
    let last: Kept | null = null;
    const make = async (count: number, first: number): Promise<Made> => {
      last = await runKept(plans, count, {
        ...limits,
        onDone: (now) => progress(before + now),
        signal: interruption,
        first,
        workerThreads,
      });
      before += plans.length * count;
      const { interrupted, stops, records } = last;
      return { records, isCut: interrupted || stops.some((stop) => stop !== null) };
    };
    const { asked, ...enough } =
      file.until === undefined
        ? await fixedRuns(prepared, make)
        : await (await import('../api/until.js')).enoughRuns(prepared, make);
    const { records } = enough;
    const words = `simulated ${variants} x ${plural(asked, 'replication')} in ${took()}`;
    const shortfall = shortfallOf(prepared, { ...last!, records }, asked);
    if (shortfall?.isEmpty === true) keepNoMore();
    return { ...enough, shortfall, words };
  } catch (error) {
    throw explainRunError(error, path, (run) => replayCommand(path, run, prepared.file.whatIf));
  } finally {
    tuneForCommand();
    terminal.progress('');
  }
}

/** Shows the progress of the runs, and what an interrupt would cost. */
function progressOf(
  { plans, path }: Prepared,
  asked: { readonly replications: number; readonly total: number; readonly doing: string },
  { quiet = false }: SimulateOptions,
  terminal: Terminal,
): (done: number) => void {
  const { replications, total, doing } = asked;
  const bar = quiet ? () => {} : progressBar(terminal, doing, total);
  /** How to get the report of fewer runs. */
  const fewer = (done: number): string => {
    const whole = Math.floor(done / plans.length);
    return whole < 1 || whole === replications
      ? ''
      : ` --replications ${whole} makes as many runs, and reports them.`;
  };
  return (done) => {
    const finished = `${done} of ${total} runs`;
    reporting(
      `writing the report of ${path}: ${finished} finished`,
      `${finished} of ${path} finished, and are lost: ${UNREPORTED}.${fewer(done)}`,
    );
    bar(done);
  };
}

/** Most replications of each variant that may be made. */
function mostOf({ file: { until }, replications }: Prepared): number {
  return until === undefined ? replications : looksOf(until.first, until.most).at(-1)!.replications;
}

function shortfallOf({ file, plans, path }: Prepared, kept: Kept, asked: number): Shortfall | null {
  const incomplete = incompleteOf(file, plans, { asked, ...kept });
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

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
