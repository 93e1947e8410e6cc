import type { Proofs } from '../../analysis/story/proof.js';
import { isHarmed } from '../../analysis/verdicts/harmed.js';
import { unseenOf } from '../../analysis/verdicts/unseen-harm.js';
import { isFailure } from '../../report/view/budget-words.js';
import { worstVariantOf } from '../../report/view/worst-variant.js';
import type { Intervention } from '../../plan/interventions/kind.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { Records } from '../../run/here.js';
import type { Execute } from '../execute.js';
import type { Prepared } from '../prepare.js';
import { fewestRuns, withEnough, type EnoughWatcher } from '../tune/enough.js';
import { withSettings } from '../tune/setting-interventions.js';
import { CHEAP, eventsOf } from './events.js';
import { prove, type RunPlans } from './proof.js';
import { candidatesOf, isSetUp, subjectOf, type Task } from './subject.js';

/** Which variants are explained. */
export interface Explaining {
  /**
   * true: the variants that `isAsked` names, with all runs. false: none. Otherwise the baseline and the first variant that
   * breaks a budget, with no more events than their own runs, and only if users come to harm and the runs are not for the
   * most part set-up.
   */
  readonly explain: boolean | undefined;
  readonly isAsked: (variant: VariantResult) => boolean;
}

/** The runs that are explained, and how further ones are made. */
export interface Explained {
  readonly prepared: Prepared;
  readonly records: Records;
  /** Makes the runs of a proof of a variant. */
  readonly runPlans: (plan: Plan) => RunPlans;
  /** True = nothing new begins, and no variant is explained. */
  readonly isOver: () => boolean;
}

/** Whether the runs of a variant are worth further ones. */
export function isWorthProof(
  explain: boolean | undefined,
  plan: Plan,
  records: readonly RunRecord[],
): boolean {
  return explain ?? !isSetUp(plan, records);
}

/** Runs variants again without their faults and other possible causes; null if that is over before its end. */
export async function counterfactualsOf(
  by: Explained,
  result: Result,
  how: Explaining,
): Promise<Proofs | null> {
  const { prepared, records } = by;
  const { plans, file } = prepared;
  const { explain, isAsked } = how;
  const chosen = explain === true ? result.variants.filter(isAsked) : usuallyExplained(result);
  const tasks = plans.flatMap((plan, k): readonly Task[] => {
    const own = chosen.find(({ name }) => name === plan.variant);
    if (own === undefined || !isWorthProof(explain, plan, records[k]!)) return [];
    if (plan.faults.length === 0 && !isHarmed(own) && candidatesOf(plan, own).length === 0)
      return [];
    return [{ plan, variant: file.variants[k]!, result: own, records: records[k]! }];
  });
  const share = explain === true ? null : shareOf(tasks, result, records);
  const found = new Map<string, Counterfactuals>();
  for (const task of tasks) {
    const candidates = settingsTried(prepared, task);
    const subject = subjectOf(prepared.file, task, share, candidates);
    const own = await prove(subject, by.runPlans(task.plan));
    if (by.isOver()) return null;
    if (own !== null) found.set(task.plan.variant, own);
  }
  return found;
}

/**
 * The variant that the report is about, and the baseline; if they are one, the first other variant that breaks a budget.
 * Only those in which users or what they asked for come to harm, or a budget breaks.
 */
function usuallyExplained(result: Result): readonly VariantResult[] {
  const { variants } = result;
  const base = variants.find(({ baseline }) => baseline) ?? variants[0]!;
  const worst = worstVariantOf(result);
  const other =
    worst === base ? variants.find((own) => own !== base && own.budgets.some(isFailure)) : worst;
  return [base, ...(other === undefined ? [] : [other])].filter(
    (own) =>
      isHarmed(own) || unseenOf(own.cascade.events).length > 0 || own.budgets.some(isFailure),
  );
}

/**
 * The result with the part of the recommended change that is enough, and the number of runs that show it. They and the
 * proofs, which handled `spent` events, handle about as many as the usual runs, unless all runs are asked for.
 */
export function recommended(
  { prepared, records }: Pick<Explained, 'prepared' | 'records'>,
  result: Result,
  runs: {
    readonly explain: boolean | undefined;
    readonly spent: number;
    readonly execute: Execute;
    readonly watcher: EnoughWatcher;
  },
): Promise<{ readonly made: Result; readonly count: number }> {
  const { explain, spent, execute, watcher } = runs;
  const total = eventsOf(records.flat());
  const events = explain === true ? Infinity : Math.max(CHEAP, total - spent);
  return withEnough(result, { prepared, records, events, execute, watcher });
}

/** The share of the events of some variants' runs for their proofs, which leaves room for the recommended change. */
function shareOf(tasks: readonly Task[], result: Result, records: Records): number {
  const total = eventsOf(records.flat());
  const runs = records.reduce((sum, row) => sum + row.length, 0);
  const kept = (fewestRuns(result) * total) / Math.max(1, runs);
  const own = tasks.reduce((sum, task) => sum + eventsOf(task.records), 0);
  return Math.min(1, Math.max(LEAST_SHARE, (total - kept) / Math.max(1, own)));
}

/** And the least share of it. */
const LEAST_SHARE = 0.5;

const NO_TROUBLE: Pick<VariantResult['cascade'], 'events' | 'causes'> = { events: [], causes: [] };

/** The changes to try, with the settings near the trouble where users come to harm. */
function settingsTried(prepared: Prepared, { plan, result }: Task): readonly Intervention[] {
  const all = candidatesOf(plan, result);
  // Other values of settings avert harm to requests.
  const isHurt = isHarmed(result);
  const { events, causes } = isHurt ? result.cascade : NO_TROUBLE;
  // A faulted component may be healthy, such as one whose name does not resolve; so may one whose locks hold its callers.
  const faulted = events.length > 0 ? result.faults.flatMap(({ target }) => target) : [];
  const told = [...events, ...causes].map(({ subject }) => subject);
  const trouble = new Set([...told, ...faulted]);
  const headroom = isHurt ? (result.headroom ?? null) : null;
  return withSettings(all, prepared, plan, { trouble, headroom });
}
