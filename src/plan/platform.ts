import type { PlanPlatform } from '../spec/plan/plan.js';
import type { Placing, Platform } from '../spec/scenario/scenario.js';
import { isFree } from './free.js';
import type { LaidComponent } from './layout.js';

/** What the platform does for the instances of a component; nothing for those that it does not start. */
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

/** Whose processes the platform starts: environments of functions, databases and brokers have providers of their own. */
function isOnPlatform({ source }: LaidComponent): boolean {
  return (
    source.kind === 'gateway' || (source.kind === 'service' && source.host.environments === null)
  );
}

/** What takes any time before a new instance starts up. */
function placingOf({ schedulingDelay, imagePull }: Placing): PlanPlatform['placing'] {
  const all = [
    { name: 'scheduling', time: schedulingDelay },
    { name: 'imagePull', time: imagePull },
  ];
  return all.filter(({ time }) => !isFree(time));
}
