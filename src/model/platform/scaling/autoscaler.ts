import { engine } from '../../../kernel/engine.js';
import type { PlanAutoscaling, PlanScaler } from '../../../contracts/plan/autoscaling.js';
import type { Autoscaling } from '../../../contracts/scenario/autoscaling.js';
import { HpaScaler } from './hpa-scaler.js';
import { KedaScaler } from './keda-scaler.js';
import type { OutagesParts } from '../outages-parts.js';
import { ReplicaSet, type Scale } from '../replica-set.js';
import type { Scaler, ScalerPlace } from './scaler-place.js';
import type { Scaled } from '../scaling-port.js';
import { ScheduledScaler } from './scheduled-scaler.js';
import { StepScaler } from './step-scaler.js';

/** All kinds of autoscalers: one line each. */
const SCALERS: {
  readonly [Kind in Autoscaling['kind']]: (place: ScalerPlace<Kind>) => Scaler<Kind>;
} = {
  hpa: (place) => new HpaScaler(place),
  keda: (place) => new KedaScaler(place),
  step: (place) => new StepScaler(place),
  targetTracking: (place) => new StepScaler(place),
  scheduled: (place) => new ScheduledScaler(place),
};

interface Begun extends Scaled {
  readonly place: Pick<ScalerPlace<Autoscaling['kind']>, 'set'>;
  /** Sets whether an instance exists, and notes its creation. */
  readonly scale: Scale;
}

/** Starts the autoscaler of one component. Its instances occupy `max` places; a removed one leaves its place. */
function startScaler<Kind extends Autoscaling['kind']>(
  world: OutagesParts,
  component: number,
  kind: Kind,
  scale: Scale,
): Begun {
  const { name, autoscaling, firstInstance, instances, initial } = world.plan.components[component];
  const own = world.instances.slice(firstInstance, firstInstance + instances);
  const fleet = world.fleets[component];
  const created = new Float64Array(own.length).fill(-Infinity);
  const noting: Scale = (instance, absent) => {
    scale(instance, absent);
    if (!absent) created[instance.index] = engine.now;
  };
  const set = new ReplicaSet(own, fleet, noting);
  const spec = autoscaling as unknown as PlanScaler<Kind>;
  const place = { run: world, name, spec, own, fleet, set, created, initial };
  const scaler = SCALERS[kind](place);
  const configure = (own: PlanAutoscaling): void =>
    scaler.configure(own as unknown as PlanScaler<Kind>);
  return { place, scale: noting, configure };
}

/** Starts everything that adds or removes instances: autoscalers and rollouts. */
export function startScaling(world: OutagesParts, scale: Scale): void {
  const scalers = new Map<number, Begun>();
  world.plan.components.forEach(({ autoscaling }, component) => {
    if (autoscaling === null) return;
    const scaler = startScaler(world, component, autoscaling.kind, scale);
    scalers.set(component, scaler);
    world.configurations?.scales(component, scaler);
  });
  const rollouts = world.versions?.start((component) => scalers.get(component)?.scale ?? scale);
  for (const [component, rollout] of rollouts ?? []) {
    const scaler = scalers.get(component);
    if (scaler !== undefined) scaler.place.set = rollout;
  }
  world.configurations?.start(scale);
}
