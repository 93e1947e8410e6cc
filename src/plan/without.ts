import type { Plan } from '../spec/plan/plan.js';

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
