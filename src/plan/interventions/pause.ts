import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { addedFault } from './added-fault.js';

/** So little of the load that nothing arrives. With none at all, the rest of the current gap would have no length. */
const NOTHING = 1e-9;

/**
 * The plan in which nothing arrives for a while, from an absolute time on. null if a workload has no rate that a factor
 * changes: a user of a closed loop that thinks at that rate would never come back.
 */
export function loadPaused(plan: Plan, fromNs: Ns, forNs: Ns): Plan | null {
  if (plan.loads.some(({ arrivals: { kind } }) => kind === 'closed' || kind === 'at')) return null;
  const pause = {
    ...addedFault('load', { fromNs, untilNs: fromNs + forNs }),
    config: { factor: NOTHING },
    knobs: ['rate'],
    loads: plan.loads.map((_, id) => id),
  };
  return { ...plan, faults: [...plan.faults, pause] };
}
