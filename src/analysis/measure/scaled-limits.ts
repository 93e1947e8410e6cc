import { followsRatio, hasThresholds } from '../../contracts/scenario/autoscaling.js';
import type { PlanComponent } from '../../contracts/plan/plan.js';
import { sumOf } from '../../stats/sums.js';
import { meanOf } from './estimate.js';
import { inService, pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';
import type { Visits } from './visits.js';

/**
 * A metric of an autoscaler over all replicas, as the number of replicas that have it at its target; null if it only
 * follows from overload, such as a queue.
 */
export function targetReplicas(
  asked: Asked & { readonly visits: Visits },
  { autoscaling }: PlanComponent,
): number | null {
  if (autoscaling === null || autoscaling.kind === 'scheduled') return null;
  const { data, selection, window, visits } = asked;
  const level = (pick: GaugePick): number => meanOf(levels(data, window, pick).means).value ?? 0;
  const { instances, parts } = selection;
  const wanted = autoscaling.metrics.map(({ metric, target }): number | null => {
    const each = hasThresholds(autoscaling) ? (autoscaling.above[0]?.threshold ?? target) : target;
    switch (metric) {
      case 'cpu':
        return level(pickOf('cpu', instances)) / (autoscaling.cores[0] * each);
      case 'concurrency':
        return level(inService(instances)) / each;
      case 'rate':
        return sumOf(parts.map(visits.arrived)) / each;
      case 'queue':
      case 'lag':
      case 'latency':
        return null;
    }
  });
  return wanted.reduce(
    (most, own) => (most === null || own === null ? null : Math.max(most, own)),
    0,
  );
}

/** Relative deviation from the target that an autoscaler without a tolerance of its own leaves alone. */
const TOLERANCE = 0.1;

/**
 * Replicas of a component when a resource of which they use this share is full: all that the autoscaler may have, or
 * those there are, where the resource is full before its metric reaches the target. null without an autoscaler that
 * follows a metric.
 */
export function replicasAtFull(
  asked: Asked & { readonly visits: Visits },
  component: PlanComponent,
  id: number,
  share: number,
): number | null {
  const { autoscaling } = component;
  if (autoscaling === null || autoscaling.kind === 'scheduled') return null;
  const there = meanInstances(asked, id);
  const wanted = targetReplicas(asked, component);
  if (wanted === null || share <= 0 || there >= autoscaling.max) return autoscaling.max;
  const tolerance = followsRatio(autoscaling) ? autoscaling.tolerance : TOLERANCE;
  return wanted / there / share >= 1 + tolerance ? autoscaling.max : there;
}
