import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { PlanAutoscaling } from '../../contracts/plan/autoscaling.js';
import type { InterventionKind } from './kind.js';
import { withComponent } from './processes.js';
import { has, reaches, UNLIKELY } from './signs.js';

/** A component with an autoscaler has its largest number of instances from the start. */
export const scaling: InterventionKind = {
  kind: 'scaling',
  of: (plan) =>
    plan.components.flatMap((component, id) =>
      component.autoscaling === null
        ? []
        : [
            {
              kind: 'scaling',
              subject: component.name,
              part: 'condition',
              words: `with all ${mostOf(component)} instances of ${component.name} from the start`,
              apply: ({ plan: own }) => atMost(own, id),
            },
          ],
    ),
  worth: (variant, { subject }) =>
    has(variant, subject, ['scaledUp', 'scaledDown', 'pending']) || reaches(variant, subject)
      ? 0.85
      : UNLIKELY,
};

/** The plan in which all components with an autoscaler have their largest number of instances, without it. */
export function withAllReplicas(plan: Plan): Plan {
  return plan.components.reduce(
    (own, { autoscaling }, id) => (autoscaling === null ? own : atMost(own, id)),
    plan,
  );
}

/** Its largest number of instances. A rollout has places for those of both versions, more than ever serve at once. */
function mostOf({ instances, autoscaling, versions }: PlanComponent): number {
  return versions === null || autoscaling === null ? instances : autoscaling.max;
}

function atMost(plan: Plan, id: number): Plan {
  const initial = mostOf(plan.components[id]!);
  return withComponent(
    withScalers(plan, id, () => null),
    id,
    () => ({ initial }),
  );
}

/** The plan with the autoscalers of a component replaced, those that changes of the configuration set as well. */
export function withScalers(
  plan: Plan,
  id: number,
  by: (own: PlanAutoscaling) => PlanAutoscaling | null,
): Plan {
  const fixed = withComponent(plan, id, ({ autoscaling }) => ({
    autoscaling: autoscaling === null ? null : by(autoscaling),
  }));
  if (fixed.changes === null) return fixed;
  const settings = fixed.changes.settings.map((own) => {
    if (own.component !== id || own.autoscaling === null) return own;
    const scalers = own.autoscaling.flatMap((one) => by(one) ?? []);
    return { ...own, autoscaling: scalers.length === 0 ? null : scalers };
  });
  return { ...fixed, changes: { ...fixed.changes, settings } };
}
