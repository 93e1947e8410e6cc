import { View } from '../edge.js';
import { levels } from '../levels.js';
import type { World } from '../world.js';

type Parts = Pick<World, 'plan' | 'fleets' | 'instances' | 'endpoints'>;

/** How each calling instance sees each callee, made when it is first asked for. */
export function viewsOf({ plan, fleets, instances, endpoints }: Parts) {
  const viewsByPair = new Map<number, View>();
  const list: { instance: number; callee: number; gauge: number }[] = [];
  const viewOf = (instance: number, callee: number): View => {
    const key = instance * plan.components.length + callee;
    let view = viewsByPair.get(key);
    if (view === undefined) {
      view = new View(fleets[callee]);
      view.fleet = endpoints.fleetOf(callee, instances[instance], view);
      view.gauge = levels.register();
      viewsByPair.set(key, view);
      list.push({ instance, callee, gauge: view.gauge });
    }
    return view;
  };
  return { viewOf, list };
}
