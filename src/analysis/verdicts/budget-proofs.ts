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

/** The budgets that a variant breaks or holds, on other runs of it, in the windows of its own plan. */
export interface Judge {
  /** Texts of those that it breaks; without any, no budget is judged. */
  readonly broken: ReadonlySet<string>;
  readonly of: (records: readonly RunRecord[]) => readonly BudgetResult[];
}

/**
 * Judges the budgets of a variant on further runs of it. Left out: budgets that other runs than its own take part in,
 * those about the account of a failure, which further runs have none of, and those that its own runs do not decide.
 */
export function judgeOf(
  variant: Variant,
  plan: Plan,
  budgets: readonly BudgetSource[],
  results: readonly BudgetResult[],
): Judge {
  const able = budgets.filter(
    ({ expression: { metric, limit } }) =>
      limit.kind !== 'ofVariant' && limit.kind !== 'ofSaved' && metric.subject.kind !== 'cascade',
  );
  const withVerdict = (verdict: BudgetResult['verdict']): readonly BudgetSource[] =>
    able.filter(({ text }) => results.some((own) => own.text === text && own.verdict === verdict));
  const broken = withVerdict('fail');
  const judged = broken.length === 0 ? [] : [...broken, ...withVerdict('pass')];
  const known = new Map<readonly RunRecord[], readonly BudgetResult[]>();
  const judge = (records: readonly RunRecord[]): readonly BudgetResult[] => {
    const data = variantData(variant, plan, records, wholeRun(plan));
    const study: Study = { variants: [data], stories: new Map(), saved: null };
    return judged.flatMap((budget) => judgeBudget(budget, data, study) ?? []);
  };
  return {
    broken: new Set(broken.map(({ text }) => text)),
    of: (records) => {
      const own = known.get(records) ?? (judged.length === 0 ? [] : judge(records));
      known.set(records, own);
      return own;
    },
  };
}

/** Whether runs hold the budgets that are judged; null where none is. */
export function holdsBudgets(judge: Judge, records: readonly RunRecord[]): boolean | null {
  const all = judge.of(records);
  return all.length === 0 ? null : all.every((own) => trialOf(own).holds);
}

/**
 * The broken budgets of a variant without its faults, without each of them, and with each change; then those that it
 * holds and that changes break.
 */
export function budgetProofs(
  plan: Plan,
  judge: Judge,
  usual: readonly RunRecord[],
  runs: BySet<readonly RunRecord[]>,
  trials: readonly Trial[],
): readonly BudgetProof[] {
  const now = judge.of(usual);
  if (now.length === 0) return [];
  const all = allOf(plan.faults.length);
  const judged = (records: readonly RunRecord[] | undefined): readonly BudgetResult[] | null =>
    records === undefined ? null : judge.of(records);
  const none = plan.faults.length === 0 ? null : judged(runs.get(keyOf([])));
  const faults = plan.faults.map(({ id }, index) => ({
    id,
    // Without the only fault is without any.
    own: all.length === 1 ? none : judged(runs.get(keyOf(without(all, index)))),
  }));
  const changes = trials.map(({ intervention, records }) => ({
    intervention,
    own: judge.of(records),
  }));
  return now.flatMap(({ text, unit, value }, k) => {
    const interventions = changes.map(({ intervention: { kind, subject, words }, own }) => ({
      kind,
      subject,
      words,
      ...trialOf(own[k]),
    }));
    if (judge.broken.has(text))
      return [
        {
          text,
          unit,
          value,
          calm: none === null ? null : trialOf(none[k]),
          faults: faults.flatMap(({ id, own }) =>
            own === null ? [] : [{ fault: id, ...trialOf(own[k]) }],
          ),
          interventions,
        },
      ];
    const breaking = interventions.filter(({ holds, isOpen }) => !holds && isOpen !== true);
    return breaking.length === 0
      ? []
      : [{ text, unit, value, calm: null, faults: [], interventions: breaking }];
  });
}

function trialOf({ value, verdict, applies }: BudgetResult): BudgetTrial {
  const isOpen = verdict === 'inconclusive' || applies === false;
  return { value, holds: verdict === 'pass' && !isOpen, ...(isOpen && { isOpen }) };
}
