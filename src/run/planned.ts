import type { Plan } from '../spec/plan.js';

/** An instance with its gauges, at least; what it knows of others takes memory with the first call to them. Unit: bytes. */
const INSTANCE = 2048;
/** The place of a value of its key in each level of a cache. Unit: bytes. */
const PLACE = 4;

/** Memory that a run takes before its first event, and for what. */
export interface Planned {
  /** Unit: bytes. */
  readonly bytes: number;
  /** What most of it is for, in words, and what would lower it. */
  readonly words: string;
  readonly remedy: string;
}

/**
 * What a plan alone makes sure of. Queues, pools and other capacities are upper bounds, which a run may never reach, so
 * they count nothing.
 */
export function plannedMemory(plan: Plan): Planned {
  const instances = plan.instances.length * INSTANCE;
  let [bytes, most, name, places] = [instances, 0, '', 0];
  plan.caches.forEach(({ spec, levels }, cache) => {
    const homes = levels.reduce((sum, { local }) => sum + (local ? callers(plan, cache) : 1), 0);
    const own = homes * spec.population * PLACE;
    bytes += own;
    if (own > most) [most, name, places] = [own, spec.name, homes];
  });
  if (most <= instances) {
    const words = `${plan.instances.length} instances need`;
    return { bytes, words, remedy: 'lower replicas' };
  }
  const values = plan.caches.find(({ spec }) => spec.name === name)!.spec.population;
  const words = `cache ${name}, with ${values} values of its key in ${places} places, needs`;
  return { bytes, words, remedy: 'give its key fewer values (keys)' };
}

/** Instances that ask a cache. */
function callers(plan: Plan, cache: number): number {
  const asking = new Set(
    plan.acts.flatMap((act) =>
      act.act === 'cache' && act.cache === cache ? [plan.parts[act.from].component] : [],
    ),
  );
  asking.delete(plan.caches[cache]!.component);
  return [...asking].reduce((sum, component) => sum + plan.components[component].instances, 0);
}
