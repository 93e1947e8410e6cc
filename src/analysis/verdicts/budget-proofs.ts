import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import type { BudgetProof, BudgetTrial } from '../../contracts/result/counterfactual.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import { variantData } from '../measure/variant-data.js';
import { wholeRun } from '../measure/window.js';
import { judgeBudget } from './budget.js';
import { allOf, keyOf, without, type BySet } from './fault-sets.js';
import type { Trial } from './interventions.js';
import type { Study } from './study.js';

/** Judges budgets on other runs of a variant, in the windows of its own plan. */
export type JudgeRuns = (records: readonly RunRecord[]) => readonly BudgetResult[];

/**
 * Judges the broken budgets of a variant on further runs of it. Left out: budgets that other runs than its own take part
 * in, and those about the account of a failure, which further runs have none of.
 */
export function judgeOf(
  variant: Variant,
  plan: Plan,
  budgets: readonly BudgetSource[],
  results: readonly BudgetResult[],
): JudgeRuns {
  const broken = budgets.filter(
    ({ text, expression: { metric, limit } }) =>
      limit.kind !== 'ofVariant' &&
      limit.kind !== 'ofSaved' &&
      metric.subject.kind !== 'cascade' &&
      results.some((own) => own.text === text && own.verdict === 'fail'),
  );
  if (broken.length === 0) return () => [];
  return (records) => {
    const data = variantData(variant, plan, records, wholeRun(plan));
    const study: Study = { variants: [data], stories: new Map(), saved: null };
    return broken.flatMap((budget) => judgeBudget(budget, data, study) ?? []);
  };
}

/** The broken budgets of a variant without its faults, without each of them, and with each change. */
export function budgetProofs(
  plan: Plan,
  judge: JudgeRuns,
  usual: readonly RunRecord[],
  runs: BySet<readonly RunRecord[]>,
  trials: readonly Trial[],
): readonly BudgetProof[] {
  const now = judge(usual);
  if (now.length === 0) return [];
  const all = allOf(plan.faults.length);
  const judged = (records: readonly RunRecord[] | undefined): readonly BudgetResult[] | null =>
    records === undefined ? null : judge(records);
  const none = plan.faults.length === 0 ? null : judged(runs.get(keyOf([])));
  const faults = plan.faults.map(({ id }, index) => ({
    id,
    // Without the only fault is without any.
    own: all.length === 1 ? none : judged(runs.get(keyOf(without(all, index)))),
  }));
  const changes = trials.map(({ intervention, records }) => ({
    intervention,
    own: judge(records),
  }));
  return now.map(({ text, unit, value }, k) => ({
    text,
    unit,
    value,
    calm: none === null ? null : trialOf(none[k]),
    faults: faults.flatMap(({ id, own }) =>
      own === null ? [] : [{ fault: id, ...trialOf(own[k]) }],
    ),
    interventions: changes.map(({ intervention: { kind, subject, words }, own }) => ({
      kind,
      subject,
      words,
      ...trialOf(own[k]),
    })),
  }));
}

function trialOf({ value, verdict, applies }: BudgetResult): BudgetTrial {
  return { value, holds: verdict === 'pass' && applies !== false };
}
