import { blamedIn } from '../../analysis/story/blamed.js';
import { judgeOf } from '../../analysis/verdicts/budget-proofs.js';
import { isHarmed } from '../../analysis/verdicts/harmed.js';
import { compile } from '../../plan/compile.js';
import { suggested } from '../../plan/interventions/index.js';
import type { Intervention } from '../../plan/interventions/kind.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import { eventsOf } from './events.js';
import type { Subject } from './proof.js';

/** A variant to run again: its usual runs, and what they show. */
export interface Task {
  readonly plan: Plan;
  readonly variant: Variant;
  readonly result: VariantResult;
  readonly records: readonly RunRecord[];
}

/** Events that take about as long as setting up a component for a run. */
const SET_UP = 500;
/** From this number of components on, runs that are for the most part set-up are not worth a proof by default. */
const LARGE = 300;
const FOR_THE_MOST_PART = 4;

/** Whether the runs of a large plan are so short that each further one would take as long as all of the command. */
export function isSetUp({ components }: Plan, records: readonly RunRecord[]): boolean {
  const setUp = SET_UP * components.length * records.length;
  return components.length >= LARGE && setUp > FOR_THE_MOST_PART * eventsOf(records);
}

/** The changes to try; where users come to no harm, only those of how messages are handled. */
export function candidatesOf(plan: Plan, result: VariantResult): readonly Intervention[] {
  const all = suggested(plan, result);
  return isHarmed(result) ? all : all.filter(({ isUnseen }) => isUnseen);
}

/** A variant as the subject of a proof. */
export function subjectOf(
  file: ScenarioFile,
  { plan, variant, result, records }: Task,
  share: number | null,
  candidates: readonly Intervention[] = candidatesOf(plan, result),
): Subject {
  return {
    source: {
      plan,
      recompiled: (edit) => compile({ ...variant, scenario: edit(variant.scenario) }, file),
    },
    records,
    blamed: blamedIn(result.cascade),
    candidates,
    ended: { variant, cascade: result.cascade },
    judge: judgeOf(variant, plan, file.budgets, result.budgets),
    share,
  };
}
