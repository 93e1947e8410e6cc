import type { Trial } from '../../analysis/verdicts/interventions.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { appliedTo } from '../../plan/interventions/applied.js';
import type { Intervention, Source } from '../../plan/interventions/kind.js';

/** An intervention and the plan that it makes. */
export interface Change {
  readonly intervention: Intervention;
  readonly plan: Plan;
}

/** The interventions that can be applied, with their plans. */
export function changesOf(
  source: Source,
  interventions: readonly Intervention[],
): readonly Change[] {
  return interventions.flatMap((intervention) => {
    const plan = appliedTo(source, intervention);
    return plan === null ? [] : [{ intervention, plan }];
  });
}

/** The changes whose runs ended; null = a guard ended one of them. */
export function trialsOf(
  changes: readonly Change[],
  runs: readonly (readonly RunRecord[] | null)[],
): readonly Trial[] {
  return changes.flatMap(({ intervention }, k) => {
    const records = runs[k]!;
    return records === null ? [] : [{ intervention, records }];
  });
}
