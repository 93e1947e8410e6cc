import type { PlanAutoscaling } from '../../contracts/plan/autoscaling.js';
import type { InterventionKind } from './kind.js';
import { withScalers } from './scaling.js';
import { has } from './signs.js';

/** The autoscaler of a component takes no instance away. */
export const shrinking: InterventionKind = {
  kind: 'scaling',
  of: (plan) =>
    plan.components.flatMap(({ name, autoscaling }, id) =>
      autoscaling === null || growing(autoscaling) === autoscaling
        ? []
        : [
            {
              kind: 'scaling',
              subject: name,
              part: 'condition',
              words: `with an autoscaler of ${name} that takes no instance away`,
              cause: `the autoscaler of ${name} takes instances away`,
              apply: ({ plan: own }) => withScalers(own, id, growing),
            },
          ],
    ),
  worth: (variant, { subject }) => (has(variant, subject, ['scaledDown']) ? 0.8 : 0),
};

/** The same autoscaler without removals; the same object for one that removes instances by a plan. */
function growing(autoscaling: PlanAutoscaling): PlanAutoscaling {
  switch (autoscaling.kind) {
    case 'hpa':
      return { ...autoscaling, down: { ...autoscaling.down, selectPolicy: 'disabled' } };
    case 'keda':
      return {
        ...autoscaling,
        cooldownPeriodNs: Infinity,
        down: { ...autoscaling.down, selectPolicy: 'disabled' },
      };
    case 'step':
    case 'targetTracking':
      return { ...autoscaling, below: [] };
    case 'scheduled':
      return autoscaling;
  }
}
