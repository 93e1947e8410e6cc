import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import { NO_CHANGES } from '../versions.js';

/** A fault that an intervention adds to a plan, without any target. */
export function addedFault(
  kind: string,
  span: { readonly fromNs: Ns; readonly untilNs: Ns },
): PlanFault {
  return {
    ...NO_CHANGES,
    id: 'intervention',
    kind,
    parts: [],
    spans: [span],
    chance: null,
    stream: 'intervention',
    rollout: null,
  };
}
