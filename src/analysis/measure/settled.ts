import type { Began } from '../../contracts/result/sweep-figures.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { resourceUses } from './resource-uses.js';
import { targetReplicas } from './scaled-limits.js';
import { selectComponent } from './subjects.js';
import type { VariantData } from './variant-data.js';
import { visitsIn } from './visits.js';
import { waitsBelow } from './waits-below.js';

/** A number of replicas just above a whole one is rounding. */
const ROUNDING = 1e-3;

/**
 * Replicas that the autoscalers of a plan have once they have followed the load for long: the fewest with which no
 * metric is above its target. `data`: the same load with all replicas that there can be, so that nothing is full. A
 * metric that only grows in overload, such as a queue, asks for the fewest replicas that carry the load.
 */
export function settledReplicas(plan: Plan, data: VariantData): readonly Began[] {
  const window = data.whole;
  const visits = visitsIn({ data, window });
  const waits = waitsBelow({ data, window, visits });
  return plan.components.flatMap((component, id): readonly Began[] => {
    const { autoscaling, instances, name, versions } = component;
    if (autoscaling === null || autoscaling.kind === 'scheduled' || versions !== null) return [];
    const asked = { data, window, visits, waits, isFaulty: false };
    const own = { ...asked, selection: selectComponent(id, data) };
    const [carrying, wanted] = [carriersOf(), targetReplicas(own, component)];
    const { min, max } = autoscaling;
    const replicas = Math.ceil((wanted ?? carrying) - ROUNDING);
    return [{ component: name, replicas: Math.min(max, instances, Math.max(min, replicas)) }];

    function carriersOf(): number {
      // The plan of this data has no autoscaler, so that limits are those of all replicas.
      const uses = resourceUses(own, data.plan.components[id], id);
      const shares = uses.map(({ need, fixed, limit }) => (need - fixed) / (limit - fixed));
      return Math.max(0, ...shares.filter((share) => Number.isFinite(share))) * instances;
    }
  });
}
