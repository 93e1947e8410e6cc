import type { PlanPlatform } from '../contracts/plan/plan.js';
import type { Placing, Platform } from '../contracts/scenario/platform.js';
import { isFree } from './free.js';
import type { LaidComponent } from './layout.js';

/** Platform settings of a component. None apply if the platform does not run its processes. */
export function planPlatform(component: LaidComponent, platform: Platform): PlanPlatform {
  if (!isOnPlatform(component)) {
    return { restart: null, placing: [], propagation: null, replaced: false };
  }
  const { restart, placing, endpointPropagation, replaces } = platform;
  return {
    restart,
    placing: placingOf(placing),
    propagation: endpointPropagation,
    replaced: replaces,
  };
}

/**
 * Whether the platform runs the processes of a component. Functions, databases and brokers have their own providers.
 */
export function isOnPlatform({ source }: LaidComponent): boolean {
  return (
    source.kind === 'gateway' || (source.kind === 'service' && source.host.environments === null)
  );
}

/** Delays before a new instance starts up, except those that are always 0. */
function placingOf({ schedulingDelay, imagePull }: Placing): PlanPlatform['placing'] {
  const all = [
    { name: 'scheduling', time: schedulingDelay },
    { name: 'imagePull', time: imagePull },
  ];
  return all.filter(({ time }) => !isFree(time));
}
