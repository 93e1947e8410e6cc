import type { PlanScaler } from '../../spec/plan/autoscaling.js';
import type { Autoscaling } from '../../spec/scenario/autoscaling.js';
import { HpaScaler } from './hpa-scaler.js';
import type { OutagesParts } from './outages-parts.js';
import { ReplicaSet } from './replica-set.js';
import type { Scale } from './replica-set.js';
import type { ScalerPlace } from './scaler-place.js';
import { ScheduledScaler } from './scheduled-scaler.js';
import { StepScaler } from './step-scaler.js';

/** All kinds of autoscalers: one line each. */
const SCALERS: {
  readonly [Kind in Autoscaling['kind']]: (place: ScalerPlace<Kind>) => unknown;
} = {
  hpa: (place) => new HpaScaler(place),
  step: (place) => new StepScaler(place),
  scheduled: (place) => new ScheduledScaler(place),
};

/** Starts the autoscaler of one component. Its instances occupy `max` places; a removed one leaves its place. */
function startScaler<Kind extends Autoscaling['kind']>(
  world: OutagesParts,
  component: number,
  kind: Kind,
  scale: Scale,
): void {
  const { name, autoscaling, firstInstance, instances, initial } = world.plan.components[component];
  const own = world.instances.slice(firstInstance, firstInstance + instances);
  const fleet = world.fleets[component];
  const set = new ReplicaSet(own, fleet, scale);
  const spec = autoscaling as unknown as PlanScaler<Kind>;
  SCALERS[kind]({ run: world, name, spec, own, fleet, set, initial });
}

/** Starts everything that adds or removes instances: autoscalers and rollouts. */
export function startScaling(world: OutagesParts, scale: Scale): void {
  world.plan.components.forEach(({ autoscaling }, component) => {
    if (autoscaling !== null) startScaler(world, component, autoscaling.kind, scale);
  });
  world.versions?.start(scale);
}
