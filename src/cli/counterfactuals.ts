import { oneLine } from '../text/line.js';
import { plural } from '../text/words.js';
import {
  counterfactualsOf,
  isWorthProof,
  recommended,
  type Explaining,
} from '../api/proving/counterfactuals.js';
import { CHEAP, eventsOf } from '../api/proving/events.js';
import type { RunPlans } from '../api/proving/proof.js';
import type { Prepared } from '../api/prepare.js';
import type { Proofs } from '../analysis/story/proof.js';
import type { Study } from '../analysis/verdicts/study.js';
import { tuneForCommand } from '../run/compiling.js';
import { runKept } from '../run/kept.js';
import type { TaskWorkers } from '../run/worker-threads.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { Result, VariantResult } from '../contracts/result/result.js';
import { interruption } from './interrupt.js';
import { memoryOf } from './memory.js';
import { runEach } from './plan-runs.js';
import { progressBar, stopwatch } from './progress.js';
import { explainRunError } from './run-errors.js';
import type { ExplainFlags } from './explain-flags.js';
import { resultOf } from './result-of.js';
import type { Simulated } from './simulate.js';
import type { Terminal } from './terminal.js';
import { withTipping } from './tipping/tipping.js';

/** Events that the search for a tipping point may always handle: a second's work. */
const TIPPING = 3 * CHEAP;

/**
 * The result of runs, with what further runs without possible causes show, on the same threads. `isAsked`: the variants
 * that are explained with `--explain`. null if no run finished. Ends the threads.
 */
export async function provedResult(
  simulated: Simulated,
  saved: Study['saved'],
  isAsked: (variant: VariantResult) => boolean,
  setting: Setting,
): Promise<Result | null> {
  const { prepared, flags, threads } = setting;
  const { plans } = prepared;
  const { shortfall } = simulated;
  if (shortfall?.isEmpty === true) return null;
  const isWanted =
    shortfall === null &&
    !interruption.aborted &&
    (flags.map === true ||
      plans.some((plan, k) => isWorthProof(flags.explain, plan, simulated.records[k]!)));
  // Before the analysis, which needs the memory of a thread.
  if (!isWanted) await threads.end();
  const result = resultOf(prepared, simulated, saved);
  if (!isWanted) return result;
  const how = { explain: flags.explain, isAsked };
  const proofs = await proofsOf(setting, simulated, result, how);
  const proved = proofs.size === 0 ? result : resultOf(prepared, simulated, saved, proofs);
  const whole = await withRecommended(setting, simulated, proved);
  const tipped = await tippingPoints(setting, simulated, whole);
  await threads.end();
  return tipped;
}

/** Where variants are run again. */
export interface Setting {
  readonly prepared: Prepared;
  readonly flags: ExplainFlags;
  readonly terminal: Terminal;
  readonly threads: TaskWorkers;
  /** Events of the runs made so far. */
  readonly spent: { events: number };
}

/** Runs variants again without their faults and other possible causes. After an interrupt none is explained. */
async function proofsOf(
  setting: Setting,
  { records }: Pick<Simulated, 'records'>,
  result: Result,
  how: Explaining,
): Promise<Proofs> {
  const { prepared, flags, terminal } = setting;
  const took = stopwatch();
  const by = {
    prepared,
    records,
    runPlans: (plan: Plan) => runner(setting, plan),
    isOver: () => interruption.aborted,
  };
  try {
    const found = await counterfactualsOf(by, result, how);
    if (found === null)
      terminal.note(oneLine('interrupted: the report has no runs without possible causes'));
    else if (flags.quiet !== true && found.size > 0) {
      const runs = [...found.values()].reduce((sum, own) => sum + own.runs, 0);
      terminal.note(oneLine(`explained with ${plural(runs, 'more run')} in ${took()}`));
    }
    return found ?? new Map();
  } catch (error) {
    throw explainRunError(error, prepared.path);
  } finally {
    tuneForCommand();
    terminal.progress('');
  }
}

/** The result with the part of the recommended change that is enough. */
async function withRecommended(
  { prepared, flags, terminal, threads, spent }: Setting,
  { records }: Pick<Simulated, 'records'>,
  result: Result,
): Promise<Result> {
  if (interruption.aborted) return result;
  const { plans, path } = prepared;
  const runs = { threads, share: memoryOf(flags, plans, path), path };
  const took = stopwatch();
  const isQuiet = flags.quiet === true;
  let bar: ((done: number) => void) | null = null;
  try {
    const { made, count } = await recommended({ prepared, records }, result, {
      explain: flags.explain,
      spent: spent.events,
      execute: (own, replications, first) => runEach(own, replications, runs, first),
      watcher: {
        isOver: () => interruption.aborted,
        onTried: (done, most) => {
          bar ??= isQuiet ? () => {} : progressBar(terminal, 'leaving out changes', most);
          bar(done);
        },
        onEnd: () => terminal.progress(''),
      },
    });
    if (!isQuiet && count > 0)
      terminal.note(oneLine(`tried fewer changes with ${plural(count, 'more run')} in ${took()}`));
    return made;
  } finally {
    tuneForCommand();
  }
}

/**
 * The result in which variants with a loop say how close they are to the point from which on they do not come back. Its
 * runs handle about as many events as the usual ones, unless all runs are asked for.
 */
async function tippingPoints(
  { prepared, flags, terminal, threads }: Setting,
  { records }: Pick<Simulated, 'records'>,
  result: Result,
): Promise<Result> {
  if (interruption.aborted) return result;
  const { plans, path } = prepared;
  const isAll = flags.explain === true;
  const events = isAll ? Infinity : Math.max(TIPPING, eventsOf(records.flat()));
  const runs = { threads, share: memoryOf(flags, plans, path), path };
  const took = stopwatch();
  try {
    const hasMap = flags.map === true;
    const by = { prepared, records, events, isAll, hasMap, runs, options: flags, terminal };
    const { made, count } = await withTipping(result, by);
    if (flags.quiet !== true && count > 0)
      terminal.note(
        oneLine(`searched the tipping point with ${plural(count, 'more run')} in ${took()}`),
      );
    return made;
  } catch (error) {
    throw explainRunError(error, path);
  } finally {
    tuneForCommand();
  }
}

/** Runs plans on worker threads, with a note about those that a guard ended. */
function runner(
  { prepared, flags, terminal, threads, spent }: Setting,
  { variant }: Plan,
): RunPlans {
  const { path } = prepared;
  const workerThreads = threads;
  const isQuiet = flags.quiet === true;
  return async (plans, replications) => {
    const total = plans.length * replications;
    const { note, ...limits } = memoryOf(flags, plans, path, total);
    if (note !== null && !isQuiet) terminal.note(oneLine(note));
    const onDone = isQuiet ? () => {} : progressBar(terminal, `explaining ${variant}`, total);
    const signal = interruption;
    const kept = await runKept(plans, replications, { ...limits, onDone, signal, workerThreads });
    spent.events += eventsOf(kept.records.flat());
    const isWhole = (k: number): boolean => kept.records[k]!.length === replications;
    const stop = kept.stops.find((own, k) => own !== null && !isWhole(k));
    if (flags.explain === true && stop !== undefined && stop !== null) {
      terminal.note(
        oneLine(`${variant}: a run without a possible cause ended early: ${stop.detail}`),
      );
    }
    return plans.map((_, k) => (isWhole(k) ? kept.records[k]! : null));
  };
}
