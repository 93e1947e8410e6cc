import { oneLine } from '../text/line.js';
import type { Proofs } from '../analysis/story/proof.js';
import type { Study } from '../analysis/verdicts/study.js';
import { isFailure } from '../report/budget-words.js';
import { worstVariantOf } from '../report/worst-variant.js';
import { tuneForCommand } from '../run/compiling.js';
import { runKept } from '../run/kept.js';
import { simulators } from '../run/replicate.js';
import { withWorkerThreads, type WorkerThreads } from '../run/worker-threads.js';
import type { Intervention } from '../plan/interventions/kind.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { Counterfactuals } from '../contracts/result/counterfactual.js';
import type { Result, VariantResult } from '../contracts/result/result.js';
import { isHarmed } from '../analysis/verdicts/harmed.js';
import { unseenOf } from '../analysis/verdicts/unseen-harm.js';
import { interruption } from './interrupt.js';
import { memoryOf } from './memory.js';
import type { Prepared } from './prepare.js';
import { progressBar, stopwatch } from './progress.js';
import { candidatesOf, isSetUp, subjectOf, type Task } from './proof-subject.js';
import { CHEAP } from './proof-events.js';
import { eventsOf, prove, type RunPlans } from './proving.js';
import { explainRunError } from './run-errors.js';
import { resultOf, simulateAll } from './simulate.js';
import type { Ending, SimulateOptions, Simulated } from './simulate.js';
import type { Terminal } from './terminal.js';
import { withTipping } from './tipping/tipping.js';
import { fewestRuns, withEnough } from './tune/enough.js';
import { withSettings } from './tune/setting-interventions.js';

export interface ExplainFlags extends SimulateOptions {
  /**
   * true: the variants that the command explains, with all runs. false: none. Otherwise the baseline and the first
   * variant that breaks a budget, with no more events than their own runs, and only if users come to harm and the runs
   * are not for the most part set-up.
   */
  readonly explain?: boolean;
  /** Of each variant with a loop that is looked at, the map of fault lengths and loads. */
  readonly map?: boolean;
}

/** The result of a scenario, how its runs ended, and the time since then in words. */
export interface Explained {
  /** null if no run finished. */
  readonly result: Result | null;
  readonly ending: Ending;
  readonly took: () => string;
}

/**
 * Runs a scenario, and further runs without possible causes on the same threads: a thread that simulated before is
 * several times as fast as a new one. `isAsked`: the variants that are explained with `--explain`. The records are
 * dropped before the result is reported.
 */
export function explained(
  prepared: Prepared,
  saved: Study['saved'],
  isAsked: (variant: VariantResult) => boolean,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<Explained> {
  const { path, plans } = prepared;
  const { heapMiB, memory } = memoryOf(flags, plans, path);
  return withWorkerThreads(simulators(heapMiB, plans, memory), async (threads) => {
    const simulated = await simulateAll(prepared, flags, terminal, threads);
    const { shortfall, words } = simulated;
    const took = stopwatch();
    const made = async (): Promise<Result | null> => {
      if (shortfall?.isEmpty === true) return null;
      const isWanted =
        shortfall === null &&
        !interruption.aborted &&
        (flags.map === true ||
          plans.some((plan, k) => isWorthProof(flags, plan, simulated.records[k]!)));
      // Before the analysis, which needs the memory of a thread.
      if (!isWanted) await threads.end();
      const result = resultOf(prepared, simulated, saved);
      if (!isWanted) return result;
      const setting = { prepared, flags, terminal, threads, spent: { events: 0 } };
      const proofs = await counterfactualsOf(setting, simulated, result, isAsked);
      const proved = proofs.size === 0 ? result : resultOf(prepared, simulated, saved, proofs);
      const whole = await recommended(setting, simulated, proved);
      const tipped = await tippingPoints(setting, simulated, whole);
      await threads.end();
      return tipped;
    };
    return { result: await made(), ending: { shortfall, words }, took };
  });
}

function isWorthProof(
  { explain }: ExplainFlags,
  plan: Plan,
  records: readonly RunRecord[],
): boolean {
  return explain ?? !isSetUp(plan, records);
}

/** Where variants are run again. */
interface Setting {
  readonly prepared: Prepared;
  readonly flags: ExplainFlags;
  readonly terminal: Terminal;
  readonly threads: WorkerThreads;
  /** Events of the runs made so far. */
  readonly spent: { events: number };
}

/** Runs variants again without their faults and other possible causes. After an interrupt none is explained. */
async function counterfactualsOf(
  setting: Setting,
  { records }: Pick<Simulated, 'records'>,
  result: Result,
  isAsked: (variant: VariantResult) => boolean,
): Promise<Proofs> {
  const { prepared, flags, terminal } = setting;
  const { plans, file } = prepared;
  const { explain } = flags;
  const chosen = explain === true ? result.variants.filter(isAsked) : usuallyExplained(result);
  const tasks = plans.flatMap((plan, k): readonly Task[] => {
    const own = chosen.find(({ name }) => name === plan.variant);
    if (own === undefined || !isWorthProof(flags, plan, records[k]!)) return [];
    if (plan.faults.length === 0 && !isHarmed(own) && candidatesOf(plan, own).length === 0)
      return [];
    return [{ plan, variant: file.variants[k]!, result: own, records: records[k]! }];
  });
  if (tasks.length === 0) return new Map();
  const took = stopwatch();
  const found = await runAll(
    setting,
    tasks,
    explain === true ? null : shareOf(tasks, result, records),
  );
  if (found === null)
    terminal.note(oneLine('interrupted: the report has no runs without possible causes'));
  else if (flags.quiet !== true && found.size > 0) {
    const runs = [...found.values()].reduce((sum, own) => sum + own.runs, 0);
    terminal.note(oneLine(`explained with ${runs} more runs in ${took()}`));
  }
  return found ?? new Map();
}

/**
 * The variant that the report is about, and the baseline; if they are one, the first other variant that breaks a budget.
 * Only those in which users or what they asked for come to harm.
 */
function usuallyExplained(result: Result): readonly VariantResult[] {
  const { variants } = result;
  const base = variants.find(({ baseline }) => baseline) ?? variants[0]!;
  const worst = worstVariantOf(result);
  const other =
    worst === base ? variants.find((own) => own !== base && own.budgets.some(isFailure)) : worst;
  return [base, ...(other === undefined ? [] : [other])].filter(
    (own) => isHarmed(own) || unseenOf(own.cascade.events).length > 0,
  );
}

/**
 * The result with the part of the recommended change that is enough. The runs that show it and the proofs together
 * handle about as many events as the usual runs, unless all runs are asked for.
 */
async function recommended(
  { prepared, flags, terminal, threads, spent }: Setting,
  { records }: Pick<Simulated, 'records'>,
  result: Result,
): Promise<Result> {
  if (interruption.aborted) return result;
  const { plans, path } = prepared;
  const total = eventsOf(records.flat());
  const events = flags.explain === true ? Infinity : Math.max(CHEAP, total - spent.events);
  const share = memoryOf(flags, plans, path);
  const runs = { threads, share, path };
  const took = stopwatch();
  try {
    const by = { prepared, records, events, runs, options: flags, terminal };
    const { made, count } = await withEnough(result, by);
    if (flags.quiet !== true && count > 0)
      terminal.note(oneLine(`tried fewer changes with ${count} more runs in ${took()}`));
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
      terminal.note(oneLine(`searched the tipping point with ${count} more runs in ${took()}`));
    return made;
  } catch (error) {
    throw explainRunError(error, path, prepared.file.whatIf);
  } finally {
    tuneForCommand();
  }
}

/** Events that the search for a tipping point may always handle: a second's work. */
const TIPPING = 3 * CHEAP;

/** By variant what its runs show; null after an interrupt. */
async function runAll(
  setting: Setting,
  tasks: readonly Task[],
  share: number | null,
): Promise<Proofs | null> {
  const { prepared, terminal } = setting;
  try {
    const found = new Map<string, Counterfactuals>();
    for (const task of tasks) {
      const run = runner(setting, task);
      const candidates = settingsTried(prepared, task);
      const own = await prove(subjectOf(prepared.file, task, share, candidates), run);
      if (interruption.aborted) return null;
      if (own !== null) found.set(task.plan.variant, own);
    }
    return found;
  } catch (error) {
    throw explainRunError(error, prepared.path, prepared.file.whatIf);
  } finally {
    tuneForCommand();
    terminal.progress('');
  }
}

/** The share of the events of some variants' runs for their proofs, which leaves room for the recommended change. */
function shareOf(tasks: readonly Task[], result: Result, records: Simulated['records']): number {
  const total = eventsOf(records.flat());
  const runs = records.reduce((sum, row) => sum + row.length, 0);
  const kept = (fewestRuns(result) * total) / Math.max(1, runs);
  const own = tasks.reduce((sum, task) => sum + eventsOf(task.records), 0);
  return Math.min(1, Math.max(LEAST_SHARE, (total - kept) / Math.max(1, own)));
}

/** And the least share of it. */
const LEAST_SHARE = 0.5;

/** The changes to try, with the settings near the trouble where users come to harm. */
function settingsTried(prepared: Prepared, { plan, result }: Task): readonly Intervention[] {
  const all = candidatesOf(plan, result);
  // Other values of settings avert harm to requests.
  const events = isHarmed(result) ? result.cascade.events : [];
  const trouble = new Set(events.map(({ subject }) => subject));
  return withSettings(all, prepared, plan, trouble);
}

/** Runs plans on worker threads, with a note about those that a guard ended. */
function runner({ prepared, flags, terminal, threads, spent }: Setting, { plan }: Task): RunPlans {
  const { path } = prepared;
  const workerThreads = threads;
  const isQuiet = flags.quiet === true;
  return async (plans, replications) => {
    const total = plans.length * replications;
    const { note, ...limits } = memoryOf(flags, plans, path, total);
    if (note !== null && !isQuiet) terminal.note(oneLine(note));
    const onDone = isQuiet ? () => {} : progressBar(terminal, `explaining ${plan.variant}`, total);
    const signal = interruption;
    const kept = await runKept(plans, replications, { ...limits, onDone, signal, workerThreads });
    spent.events += eventsOf(kept.records.flat());
    const isWhole = (k: number): boolean => kept.records[k]!.length === replications;
    const stop = kept.stops.find((own, k) => own !== null && !isWhole(k));
    if (flags.explain === true && stop !== undefined && stop !== null) {
      terminal.note(
        oneLine(`${plan.variant}: a run without a possible cause ended early: ${stop.detail}`),
      );
    }
    return plans.map((_, k) => (isWhole(k) ? kept.records[k]! : null));
  };
}
