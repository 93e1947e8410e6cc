import { faultProof, type FaultProof } from '../../analysis/verdicts/counterfactual.js';
import type { BySet, FaultSet } from '../../analysis/verdicts/fault-sets.js';
import { failedOf, harmOf, type SlowLimits } from '../../analysis/verdicts/harm.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';

/**
 * What the runs without some faults show. `found`: by set of faults, the runs with these alone. `limits`: the latencies
 * above which a request is slow. `blamed`: the faults that the account blames.
 */
export function proofOf(
  plan: Plan,
  found: BySet<readonly RunRecord[]>,
  limits: SlowLimits,
  blamed: FaultSet,
): FaultProof {
  const each = (of: (record: RunRecord) => number): BySet<readonly number[]> =>
    new Map([...found].map(([key, records]) => [key, records.map(of)]));
  const harms = each((record) => harmOf(plan, record, limits));
  return faultProof(
    plan,
    harms,
    blamed,
    each((record) => failedOf(plan, record)),
  );
}
