import type { Plan } from '../../spec/plan/plan.js';
import type { PlanAutoscaling } from '../../spec/plan/autoscaling.js';
import type { Intervention, InterventionKind } from './kind.js';
import { withComponent } from './processes.js';
import { has, reaches, UNLIKELY } from './signs.js';

/** A component with an autoscaler has its largest number of instances from the start, or keeps those that it gets. */
export const scaling: InterventionKind = {
  kind: 'scaling',
  of: (plan) =>
    plan.components.flatMap(({ name, instances, autoscaling }, id): readonly Intervention[] => {
      if (autoscaling === null) return [];
      const common = { kind: 'scaling', subject: name, part: 'condition' } as const;
      const grown = growing(autoscaling);
      return [
        {
          ...common,
          words: `with all ${instances} instances of ${name} from the start`,
          apply: ({ plan: own }) => scaledBy(own, id, null),
        },
        ...(grown === null
          ? []
          : [
              {
                ...common,
                isShrinking: true as const,
                words: `with an autoscaler of ${name} that takes no instance away`,
                cause: `the autoscaler of ${name} takes instances away`,
                apply: ({ plan: own }: { readonly plan: Plan }) => scaledBy(own, id, grown),
              },
            ]),
      ];
    }),
  worth: (variant, { subject, isShrinking }) => {
    const shrinks = has(variant, subject, ['scaledDown']);
    if (isShrinking === true) return shrinks ? 0.8 : 0;
    return shrinks || has(variant, subject, ['scaledUp', 'pending']) || reaches(variant, subject)
      ? 0.85
      : UNLIKELY;
  },
};

/** The plan in which all components with an autoscaler have their largest number of instances, without it. */
export function withAllReplicas(plan: Plan): Plan {
  return plan.components.reduce(
    (own, { autoscaling }, id) => (autoscaling === null ? own : scaledBy(own, id, null)),
    plan,
  );
}

/** An autoscaler that a change of the configuration sets, without removals. */
function kept(own: PlanAutoscaling): PlanAutoscaling {
  return growing(own) ?? own;
}

/** The same autoscaler that never removes an instance; null for one that does so by a plan. */
function growing(autoscaling: PlanAutoscaling): PlanAutoscaling | null {
  switch (autoscaling.kind) {
    case 'hpa':
      return { ...autoscaling, down: { ...autoscaling.down, selectPolicy: 'disabled' } };
    case 'step':
      return { ...autoscaling, below: [] };
    case 'scheduled':
      return null;
  }
}

/** The plan with another autoscaler of a component; null = none, and all instances from the start. */
function scaledBy(plan: Plan, id: number, autoscaling: PlanAutoscaling | null): Plan {
  const fixed = withComponent(plan, id, ({ instances, initial }) => ({
    autoscaling,
    initial: autoscaling === null ? instances : initial,
  }));
  if (fixed.changes === null) return fixed;
  const settings = fixed.changes.settings.map((own) =>
    own.component === id
      ? { ...own, autoscaling: autoscaling === null ? null : (own.autoscaling?.map(kept) ?? null) }
      : own,
  );
  return { ...fixed, changes: { ...fixed.changes, settings } };
}
