import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { PlanAutoscaling } from '../../contracts/plan/autoscaling.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { sumOf } from '../../stats/sums.js';
import { sortedKeys } from '../../text/order.js';
import type { Intervention, InterventionKind } from './kind.js';
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
  fitting: (variant, whole, plan) => {
    const id = plan.components.findIndex(({ name }) => name === whole.subject);
    return atLeast(whole, plan, id, neededBy(variant, plan.components[id]!));
  },
};

/** Parts by which a number of instances grows until it is enough. */
const MORE = 1.25;

/**
 * The autoscaler never has fewer instances than this; more of them where that averts too little, and at last all. All at
 * once where the number says nothing: no more than there are, or all.
 */
function atLeast(whole: Intervention, plan: Plan, id: number, count: number): Intervention {
  const { name, initial, versions } = plan.components[id]!;
  const most = mostOf(plan.components[id]!);
  if (count <= initial || count >= most || versions !== null) return whole;
  return {
    ...whole,
    words: `with at least ${count} of the ${most} instances of ${name} from the start`,
    apply: ({ plan: own }) =>
      withComponent(
        withScalers(own, id, (scaler) => ({ ...scaler, min: Math.max(scaler.min, count) })),
        id,
        () => ({ initial: count }),
      ),
    stronger: atLeast(whole, plan, id, Math.ceil(count * MORE)),
    least: count,
  };
}

/** The instances for the largest load of a run, by the most that one of them has served in it; 0 where nothing is known. */
function neededBy({ timeline }: VariantResult, { name, initial }: PlanComponent): number {
  const own = timeline.series[name];
  if (own === undefined) return 0;
  const served = own.goodRate.map((rate, step) => rate / Math.max(1, own.up[step] ?? initial));
  const calls = sortedKeys(timeline.edges)
    .filter((edge) => edge.split('->')[1] === name)
    .map((edge) => timeline.edges[edge]!.calls);
  const asked = own.rate.map((_, step) => sumOf(calls.map((one) => one[step] ?? 0)));
  const best = largestMean(served);
  return best === 0 ? 0 : Math.ceil(largestMean(asked) / (BUSY * best));
}

/** The largest mean of some steps in a row: a single one may have many arrivals by chance. */
function largestMean(values: readonly number[]): number {
  return values
    .map((_, i) => sumOf(values.slice(i, i + STEPS)) / STEPS)
    .reduce((most, mean) => Math.max(most, mean), 0);
}

const STEPS = 5;

/** Part of what an instance can serve up to which requests hardly wait. */
const BUSY = 0.9;

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
