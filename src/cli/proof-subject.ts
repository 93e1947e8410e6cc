import { blamedIn } from '../analysis/story/blamed.js';
import { isHarmed } from '../analysis/verdicts/harmed.js';
import { compile } from '../plan/compile.js';
import { suggested } from '../plan/interventions/index.js';
import type { Intervention } from '../plan/interventions/kind.js';
import type { Plan } from '../spec/plan/plan.js';
import type { RunRecord } from '../spec/record/record.js';
import type { VariantResult } from '../spec/result/result.js';
import type { ScenarioFile, Variant } from '../spec/scenario/scenario.js';
import type { Subject } from './proving.js';

/** A variant to run again: its usual runs, and what they show. */
export interface Task {
  readonly plan: Plan;
  readonly variant: Variant;
  readonly result: VariantResult;
  readonly records: readonly RunRecord[];
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
  thrifty: boolean,
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
    thrifty,
  };
}
