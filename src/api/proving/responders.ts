import { responderDelays, shiftsOf } from '../../analysis/verdicts/responders.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import { delayed } from '../../plan/responders.js';

/**
 * The first run again with earlier and later responders; nothing if no responder acts in it. These few runs are outside
 * the limit of the others: a file with responders asks for them.
 */
export async function delaysOf(
  plan: Plan,
  usual: RunRecord,
  run: (
    plans: readonly Plan[],
    replications: number,
  ) => Promise<readonly (readonly RunRecord[] | null)[]>,
): Promise<Pick<Counterfactuals, 'delays'>> {
  const shifts = shiftsOf(plan, usual);
  if (shifts.length === 0) return {};
  const plans = shifts.map((later) => ({ ...delayed(plan, later * 1e9), traceShare: 0 }));
  const runs = await run(plans, 1);
  return { delays: responderDelays(plan, usual, shifts, runs) };
}
