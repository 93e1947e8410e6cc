import type { PlanChanges } from '../contracts/plan/changes.js';
import type { Plan } from '../contracts/plan/plan.js';

/**
 * The plan with some of its faults only. The measuring grid and the names of all draws stay, so that every request that
 * the missing faults do not reach has the same course.
 */
export function withFaults(plan: Plan, isKept: (index: number) => boolean): Plan {
  const dropped = plan.faults.filter((_, index) => !isKept(index));
  const cancelled = new Set(dropped.map(({ rollout }) => rollout).filter((id) => id !== null));
  return {
    ...plan,
    faults: plan.faults.filter((_, index) => isKept(index)),
    changes: plan.changes === null ? null : keptChanges(plan.changes, isKept),
    components:
      cancelled.size === 0
        ? plan.components
        : plan.components.map((component, id) =>
            cancelled.has(id)
              ? { ...component, versions: { ...component.versions!, rollout: null } }
              : component,
          ),
  };
}

/** The changes with the new numbers of their faults. The configurations keep theirs, which programs refer to. */
function keptChanges(changes: PlanChanges, isKept: (index: number) => boolean): PlanChanges {
  const rankOf = (index: number): number => {
    let rank = 0;
    for (let k = 0; k < index; k++) if (isKept(k)) rank++;
    return rank;
  };
  return {
    ...changes,
    faults: changes.faults.map((index) => (index >= 0 && isKept(index) ? rankOf(index) : -1)),
  };
}
